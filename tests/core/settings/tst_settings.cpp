#include "core/settings/settings.h"
#include "tests/support/testfolder.h"
#include "tests/support/testmain.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include <sys/resource.h>

using namespace tollgate;
using tollgate::test::TestFolder;

namespace {

const QString fileName = QStringLiteral("settings.json");

ProviderConfig provider(const QString &name)
{
    ProviderConfig config;
    config.id = providerIdFor(name, {});
    config.name = name;
    config.type = ProviderType::OpenAi;
    return config;
}

} // namespace

class TstSettings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aMissingFileGivesDefaultsAndWritesNothing()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        QCOMPARE((*settings)->snapshot()->attempts, 3);
        QCOMPARE((*settings)->snapshot()->totalTimeoutSeconds, 600);
        QVERIFY(!folder.exists(fileName));
    }

    void everythingRoundTrips()
    {
        const TestFolder folder;
        ProviderConfig config = provider(QString::fromUtf8("B\xc3\xbcro"));
        config.baseUrl = QStringLiteral("https://example.test/v1");
        config.keyEnv = QStringLiteral("MY_KEY");
        config.keyName = QStringLiteral("team");
        config.setKey(QStringLiteral("default"), QStringLiteral("abcd"));
        config.setKey(QStringLiteral("work"), QString());
        config.needsKey = false;
        config.defaultModel = QStringLiteral("m");
        config.models = {QStringLiteral("m"), QStringLiteral("n")};
        config.extraHeaders = {{"X-Title", "a b"}};
        config.caFile = QStringLiteral("/tmp/ca.pem");
        config.proxy = QStringLiteral("socks5://127.0.0.1:1080");
        config.apiVersion = QStringLiteral("2026-01-01");
        config.deployment = QStringLiteral("gpt");
        config.keyHeader = QStringLiteral("X-Key");
        config.extraBody = R"({"user":"me"})";
        config.functionPrice = {QStringLiteral("0.65"), QStringLiteral("0.0000185"), QStringLiteral("0.1"), 512};
        config.maxParallel = 7;
        config.enabled = false;
        config.addedWallMs = 1'795'500'000'000;
        {
            const auto settings = Settings::load(folder.path(fileName));
            QVERIFY(settings.ok());
            const Result<void> saved = (*settings)->update([&](SettingsData &data) {
                data.providers = {config};
                data.attempts = 5;
                data.survivePowerLoss = true;
                data.keepNothing = true;
                data.theme = QStringLiteral("dark");
                data.textSizePercent = 150;
                data.ledgerDays = 30;
            });
            QVERIFY2(saved.ok(), saved.ok() ? "" : qPrintable(saved.error().text()));
        }
        const auto again = Settings::load(folder.path(fileName));
        QVERIFY(again.ok());
        const auto data = (*again)->snapshot();
        QCOMPARE(data->providers, QList<ProviderConfig>{config});
        QCOMPARE(data->attempts, 5);
        QVERIFY(data->survivePowerLoss && data->keepNothing);
        QCOMPARE(data->theme, QStringLiteral("dark"));
        QCOMPARE(data->textSizePercent, 150);
        QCOMPARE(data->ledgerDays, 30);
    }

    void theKeyOfAnOldFileIsTheOneNamedDefault()
    {
        const TestFolder folder;
        folder.write(fileName, "{\"version\":1,\"providers\":[{\"id\":\"one\",\"name\":\"One\",\"type\":\"openai\",\"lastFour\":\"abcd\"},"
                               "{\"id\":\"two\",\"name\":\"Two\",\"type\":\"openai\",\"lastFour\":\"\"}]}");
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        const QList<ProviderConfig> read = (*settings)->snapshot()->providers;
        QCOMPARE(read[0].keys, (QList<StoredKey>{{QStringLiteral("default"), QStringLiteral("abcd")}}));
        QCOMPARE(read[0].activeLastFour(), QStringLiteral("abcd"));
        QVERIFY(read[1].keys.isEmpty());
        QVERIFY((*settings)->update([](SettingsData &data) { data.providers[0].forgetKey(QStringLiteral("default")); }).ok());
        QVERIFY(!folder.read(fileName).contains("lastFour")); // or the forgotten key would be back
        const auto again = Settings::load(folder.path(fileName));
        QVERIFY(again.ok());
        QVERIFY((*again)->snapshot()->providers[0].keys.isEmpty());
    }

    void theFileIsForItsOwnerOnly()
    {
        const TestFolder folder;
        folder.write(fileName, "{\"version\":1}");
        QVERIFY(QFile::setPermissions(folder.path(fileName), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadOther));
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 4; }).ok());
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther;
        QVERIFY(!(QFile::permissions(folder.path(fileName)) & others));
        QCOMPARE(folder.entries(), QStringList{fileName}); // no temporary file is left
    }

    void unknownMembersSurvive()
    {
        const TestFolder folder;
        folder.write(fileName, "{\"version\":1,\"later\":{\"a\":[1,2]},\"providers\":[{\"id\":\"one\",\"name\":\"One\",\"type\":\"openai\",\"shade\":\"blue\"},"
                               "{\"id\":\"two\",\"name\":\"Two\",\"type\":\"openai\",\"shade\":\"red\"}]}");
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        QVERIFY((*settings)->update([](SettingsData &data) { data.providers.removeFirst(); }).ok());
        const QJsonObject file = QJsonDocument::fromJson(folder.read(fileName)).object();
        QCOMPARE(file.value(QStringLiteral("later")).toObject().value(QStringLiteral("a")).toArray().size(), 2);
        const QJsonArray providers = file.value(QStringLiteral("providers")).toArray();
        QCOMPARE(providers.size(), 1);
        QCOMPARE(providers.at(0).toObject().value(QStringLiteral("shade")).toString(), QStringLiteral("red"));
    }

    void unusableFilesAreErrorsAndStayUntouched_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("word");
        const auto row = [](const char *name, const QByteArray &text, const char *word) {
            QTest::newRow(name) << text << QString::fromLatin1(word);
        };
        row("empty", "", "settings.json");
        row("broken", "{\"version\":1", "settings.json");
        row("a list", "[]", "settings.json");
        row("no version", "{}", "version");
        row("version is text", "{\"version\":\"1\"}", "version");
        row("newer", "{\"version\":2}", "newer");
        row("wrong type", "{\"version\":1,\"attempts\":\"3\"}", "attempts");
        row("fraction", "{\"version\":1,\"attempts\":2.5}", "attempts");
        row("out of range", "{\"version\":1,\"attempts\":11}", "attempts");
        row("too big for an int", "{\"version\":1,\"attempts\":4294967299}", "attempts");
        row("theme", "{\"version\":1,\"theme\":\"pink\"}", "theme");
        row("providers", "{\"version\":1,\"providers\":{}}", "providers");
        row("provider", "{\"version\":1,\"providers\":[3]}", "providers[0]");
        row("type", "{\"version\":1,\"providers\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"abacus\"}]}", "providers[0].type");
        row("header", "{\"version\":1,\"providers\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"openai\",\"extraHeaders\":[{\"name\":\"a\"}]}]}",
            "extraHeaders");
        row("injected header",
            "{\"version\":1,\"providers\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"openai\",\"extraHeaders\":[{\"name\":\"a\",\"value\":\"b\\r\\nc: d\"}]}]}",
            "header");
        row("keys", "{\"version\":1,\"providers\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"openai\",\"keys\":[{\"name\":\"x\"}]}]}", "providers[0].keys");
        row("proxy with a password", "{\"version\":1,\"proxy\":\"http://a:b@c:1\"}", "proxy");
        row("authorities", "{\"version\":1,\"caFile\":\"ca.pem\"}", "certificate");
        row("two of one name",
            "{\"version\":1,\"providers\":[{\"id\":\"a\",\"name\":\"A\",\"type\":\"openai\"},{\"id\":\"b\",\"name\":\"a\",\"type\":\"openai\"}]}",
            "already");
    }
    void unusableFilesAreErrorsAndStayUntouched()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, word);
        const TestFolder folder;
        folder.write(fileName, text);
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(!settings.ok());
        QVERIFY2(settings.error().text().contains(word), qPrintable(settings.error().text()));
        QCOMPARE(folder.read(fileName), text);
    }

    void badValuesChangeNothing()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        const QSignalSpy changed(settings->get(), &Settings::changed);
        const Result<void> saved = (*settings)->update([](SettingsData &data) { data.textSizePercent = 200; });
        QVERIFY(!saved.ok());
        QCOMPARE(saved.error().kind, ErrorKind::Usage);
        QVERIFY(saved.error().text().contains(u"textSizePercent"));
        QCOMPARE((*settings)->snapshot()->textSizePercent, 100);
        QVERIFY(changed.isEmpty());
        QVERIFY(!folder.exists(fileName));
    }

    void tellsChangesOnceAndKeepsOldSnapshots()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        const QSignalSpy changed(settings->get(), &Settings::changed);
        const auto before = (*settings)->snapshot();
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 7; }).ok());
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 7; }).ok()); // nothing new
        QCOMPARE(changed.size(), 1);
        QCOMPARE(before->attempts, 3);
        QCOMPARE((*settings)->snapshot()->attempts, 7);
    }

    void requestsSeeProvidersWithTheProfilesNetwork()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        QVERIFY((*settings)->update([](SettingsData &data) {
            data.providers = {provider(QStringLiteral("One"))};
            data.proxy = QStringLiteral("socks5://proxy.test:1080");
        }).ok());
        QCOMPARE((*settings)->inUse()->providers[0].proxy, QStringLiteral("socks5://proxy.test:1080"));
        QCOMPARE((*settings)->snapshot()->providers[0].proxy, QString()); // what the user said stays as it was said
        QVERIFY((*settings)->update([](SettingsData &data) { data.proxy = QStringLiteral("none"); }).ok());
        QCOMPARE((*settings)->inUse()->providers[0].proxy, QStringLiteral("none"));
        const auto again = Settings::load(folder.path(fileName));
        QCOMPARE((*again)->inUse()->providers[0].proxy, QStringLiteral("none"));
    }

    void aFailedWriteLeavesTheFileAndTheValues()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 4; }).ok());
        const QByteArray before = folder.read(fileName);

        // A file size limit fails writes as a full disk does, for root too.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        rlimit tiny = old;
        tiny.rlim_cur = 16;
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &tiny), 0);
        const Result<void> saved = (*settings)->update([](SettingsData &data) { data.attempts = 9; });
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &old), 0);

        QVERIFY(!saved.ok());
        QCOMPARE(saved.error().kind, ErrorKind::Storage);
        QVERIFY(saved.error().text().contains(folder.path(fileName)));
        QCOMPARE((*settings)->snapshot()->attempts, 4);
        QCOMPARE(folder.read(fileName), before);
        QCOMPARE(folder.entries(), QStringList{fileName});
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 9; }).ok()); // and it works again
    }

    void aFolderInThePlaceOfTheFileIsAnError()
    {
        const TestFolder folder;
        QVERIFY(QDir().mkpath(folder.path(fileName)));
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(!settings.ok());
        QCOMPARE(settings.error().kind, ErrorKind::Storage);
    }

    void makesItsFolder()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(QStringLiteral("a/b/settings.json")));
        QVERIFY(settings.ok());
        QVERIFY((*settings)->update([](SettingsData &data) { data.attempts = 4; }).ok());
        QVERIFY(folder.exists(QStringLiteral("a/b/settings.json")));
    }

    void snapshotsAreSafeBesideUpdates()
    {
        const TestFolder folder;
        const auto settings = Settings::load(folder.path(fileName));
        QVERIFY(settings.ok());
        std::atomic<bool> stop = false;
        std::atomic<bool> wrong = false;
        std::thread reader([&] {
            while (!stop) {
                const auto data = (*settings)->snapshot();
                if (data->payloadDays != data->ledgerDays && data->payloadDays != 30)
                    wrong = true;
            }
        });
        std::thread second([&] {
            for (int i = 1; i <= 20; ++i)
                (void)(*settings)->update([i](SettingsData &data) { data.attempts = i % 10 + 1; });
        });
        for (int i = 1; i <= 20; ++i)
            QVERIFY((*settings)->update([i](SettingsData &data) { data.payloadDays = data.ledgerDays = 100 + i; }).ok());
        second.join();
        stop = true;
        reader.join();
        QVERIFY(!wrong);
        QCOMPARE((*settings)->snapshot()->payloadDays, 120);
    }

    void findsProvidersByNameBeforeId()
    {
        SettingsData data;
        data.providers = {provider(QStringLiteral("One")), provider(QStringLiteral("Two"))};
        data.providers[0].id = QStringLiteral("two");
        QCOMPARE(data.provider(u"TWO"), &data.providers[1]);
        QCOMPARE(data.provider(u"one"), &data.providers[0]);
        data.providers[1].name = QStringLiteral("Other");
        QCOMPARE(data.provider(u"Two"), &data.providers[0]);
        QVERIFY(!data.provider(u"three"));
        QVERIFY(!data.provider(u""));
    }
};

TOLLGATE_TEST(TstSettings)
#include "tst_settings.moc"
