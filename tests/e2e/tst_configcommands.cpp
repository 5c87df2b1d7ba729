// `providers`, `keys` and `prices`: what they take, what they refuse, and what they leave alone then (cli.md).
#include "tests/e2e/clifixture.h"
#include "tests/e2e/goldenshape.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace tollgate::test;

class TstConfigCommands : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void setsAndClearsEveryOptionOfAProvider();
    void refusesWhatAProviderCannotHave_data();
    void refusesWhatAProviderCannotHave();
    void takesKeysFromStandardInputOnly();
    void usesOnesOwnPrices();
    void importsPricesWholeOrNotAtAll();
    void takesNoOptionForAFolder();
};

void TstConfigCommands::setsAndClearsEveryOptionOfAProvider()
{
    const CliFixture fixture;
    const auto shown = [&fixture] {
        for (const QJsonObject &provider : fixture.run(words("providers list --json")).jsonLines()) {
            if (provider[u"id"].toString() == u"full")
                return provider;
        }
        return QJsonObject();
    };
    CliResult result = fixture.run({QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("Full"), QStringLiteral("--type"), QStringLiteral("openai-compatible"),
                                    QStringLiteral("--base-url"), QStringLiteral("http://127.0.0.1:1/v1"), QStringLiteral("--header"), QStringLiteral("X-Title: my tests"),
                                    QStringLiteral("--header"), QStringLiteral("X-Team: a"), QStringLiteral("--ca"), QStringLiteral("/etc/own.pem"), QStringLiteral("--proxy"),
                                    QStringLiteral("socks5://127.0.0.1:1080"), QStringLiteral("--api-version"), QStringLiteral("2026-10-21"), QStringLiteral("--deployment"),
                                    QStringLiteral("gpt"), QStringLiteral("--key-header"), QStringLiteral("X-Key"), QStringLiteral("--extra-body"),
                                    QStringLiteral("{\"user\": \"me\"}"), QStringLiteral("--price-per-million"), QStringLiteral("0.65"), QStringLiteral("--price-per-gb-second"),
                                    QStringLiteral("0.0000185"), QStringLiteral("--price-per-call"), QStringLiteral("0.0002"), QStringLiteral("--memory-mib"), QStringLiteral("1024"),
                                    QStringLiteral("--parallel"), QStringLiteral("7"), QStringLiteral("--key-env"), QStringLiteral("FULL_KEY"), QStringLiteral("--default-model"),
                                    QStringLiteral("m")});
    QVERIFY2(result.exitCode == 0, result.err);
    QJsonObject full = shown();
    QCOMPARE(full[u"headers"].toArray(), (QJsonArray{QStringLiteral("X-Title"), QStringLiteral("X-Team")}));
    QCOMPARE(full[u"ca"].toString(), QStringLiteral("/etc/own.pem"));
    QCOMPARE(full[u"proxy"].toString(), QStringLiteral("socks5://127.0.0.1:1080"));
    QCOMPARE(full[u"api_version"].toString(), QStringLiteral("2026-10-21"));
    QCOMPARE(full[u"deployment"].toString(), QStringLiteral("gpt"));
    QCOMPARE(full[u"key_header"].toString(), QStringLiteral("X-Key"));
    QCOMPARE(full[u"extra_body"].toObject()[u"user"].toString(), QStringLiteral("me"));
    QCOMPARE(full[u"parallel"].toInt(), 7);
    QCOMPARE(full[u"key_env"].toString(), QStringLiteral("FULL_KEY"));
    const QJsonObject price = full[u"function_price"].toObject();
    QCOMPARE(price[u"usd_per_million_tokens"].toString(), QStringLiteral("0.65"));
    QCOMPARE(price[u"usd_per_gb_second"].toString(), QStringLiteral("0.0000185"));
    QCOMPARE(price[u"usd_per_call"].toString(), QStringLiteral("0.0002"));
    QCOMPARE(price[u"memory_mib"].toInt(), 1024);

    QStringList clear{QStringLiteral("providers"), QStringLiteral("set"), QStringLiteral("full"), QStringLiteral("--disable"), QStringLiteral("--name"), QStringLiteral("Renamed")};
    for (const char *option : {"--header", "--ca", "--proxy", "--api-version", "--deployment", "--key-header", "--extra-body", "--price-per-million",
                               "--price-per-gb-second", "--price-per-call", "--memory-mib", "--parallel", "--key-env", "--default-model"})
        clear << QString::fromLatin1(option) << QString();
    result = fixture.run(clear);
    QVERIFY2(result.exitCode == 0, result.err);
    full = shown();
    QCOMPARE(full[u"name"].toString(), QStringLiteral("Renamed"));
    QCOMPARE(full[u"enabled"].toBool(true), false);
    for (const char *member : {"ca", "proxy", "api_version", "deployment", "key_header", "extra_body", "key_env", "default_model"})
        QVERIFY2(full[QLatin1String(member)].isNull(), member);
    QVERIFY(full[u"headers"].toArray().isEmpty());
    QCOMPARE(full[u"parallel"].toInt(), 24);
    for (const QJsonValue cleared : full[u"function_price"].toObject())
        QVERIFY(cleared.isNull());
    QCOMPARE(full[u"base_url"].toString(), QStringLiteral("http://127.0.0.1:1/v1")); // what was not named stays
    compareShape(QStringLiteral("keys-status"), fixture.run(words("keys status --json")).json());
}

void TstConfigCommands::refusesWhatAProviderCannotHave_data()
{
    QTest::addColumn<QStringList>("options");
    const auto row = [](const char *option, const char *value) {
        QTest::addRow("%s %s", option, value) << QStringList{QString::fromLatin1(option), QString::fromLatin1(value)};
    };
    row("--proxy", "http://me:hunter2@proxy.test:1");
    row("--proxy", "proxy.test");
    row("--base-url", "https://me:hunter2@api.test/v1");
    row("--header", "Authorization: Bearer hunter2");
    row("--header", "hunter2");
    row("--header", "X-A: b\r\nX-B: hunter2");
    row("--key-header", "Content-Length");
    row("--key-header", "a b");
    row("--extra-body", "[1]");
    row("--extra-body", "{\"a\":1,\"a\":2}");
    row("--extra-body", "@/nowhere.json");
    row("--price-per-million", "-1");
    row("--price-per-million", "1,5");
    row("--price-per-gb-second", "0.1");
    row("--price-per-call", "1e3");
    row("--memory-mib", "x");
    row("--parallel", "0");
    row("--parallel", "2.5");
    row("--key-env", "MY KEY");
    row("--api-version", "1&x");
    row("--deployment", "a/b");
    row("--type", "openai");
    row("--name", "");
}

void TstConfigCommands::refusesWhatAProviderCannotHave()
{
    QFETCH(QStringList, options);
    static const CliFixture fixture;
    const QByteArray before = fixture.run(words("providers list --json")).out;
    const CliResult result = fixture.run(words("providers set Sim") + options);
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.err.startsWith("tollgate-cli: "), result.err);
    QVERIFY2(!result.err.contains("hunter2"), result.err); // what may be a secret is not repeated
    QCOMPARE(fixture.run(words("providers list --json")).out, before);
}

void TstConfigCommands::takesKeysFromStandardInputOnly()
{
    const CliFixture fixture;
    for (const char *line : {"keys set Sim sk-exposed-1234567890", "keys set Sim --key sk-exposed-1234567890", "keys set Sim --key=sk-exposed-1234567890",
                             "keys set sk-exposed-1234567890", "keys use Sim sk-exposed-1234567890", "keys delete Sim sk-exposed-1234567890"}) {
        const CliResult result = fixture.run(words(line), "sk-from-stdin-1234");
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(!result.err.contains("exposed"), result.err);
        QVERIFY2(result.err.contains("command line"), result.err);
    }
    for (const QByteArray &input : {QByteArray(), QByteArray("\n"), QByteArray("sk-a\nsk-b\n"), QByteArray("sk-a\rb"), QByteArray("sk-a b"), QByteArray("sk-a\0b", 6),
                                    QByteArray("sk-\x1b[31m"), QByteArray("schl\xc3\xbcssel"), QByteArray(20'000, 'k')}) {
        const CliResult result = fixture.run(words("keys set Sim --json"), input);
        QCOMPARE(result.exitCode, 2);
        QCOMPARE(result.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("usage"));
        QVERIFY(!result.err.contains("sk-"));
    }
    QCOMPARE(fixture.run(words("keys set Sim --name A/B"), "sk-good-1234567").exitCode, 2);
    QCOMPARE(fixture.run(words("keys use Sim")).exitCode, 2);
    QCOMPARE(fixture.run(words("keys use Sim work")).exitCode, 2);
    QCOMPARE(fixture.run(words("keys status Sim")).exitCode, 2);
    // No keychain here: said as such, and nothing is noted as stored.
    const CliResult nowhere = fixture.run(words("keys set Sim --json"), "sk-good-1234567\n", {{QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), QStringLiteral("unix:path=/nonexistent")}});
    QCOMPARE(nowhere.exitCode, 4);
    QCOMPARE(nowhere.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("noKey"));
    QVERIFY2(nowhere.err.contains("--key-env"), nowhere.err);
    QVERIFY(fixture.run(words("providers list --json")).json()[u"keys"].toArray().isEmpty());
}

void TstConfigCommands::usesOnesOwnPrices()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(words("prices set nobodys-model --input 1 --output 2")).exitCode, 2); // whose?
    QCOMPARE(fixture.run(words("prices set sim-fast --provider nobody --input 1 --output 2")).exitCode, 2);
    for (const char *line : {"prices set sim-fast --provider Sim --input 1", "prices set sim-fast --provider Sim --output 1", "prices set sim-fast --provider Sim --input -1 --output 2",
                             "prices set sim-fast --provider Sim --input 1e3 --output 2", "prices set sim-fast --provider Sim --input 1 --output 2 --since 2026-13-01",
                             "prices set sim-fast --provider Sim --input 1 --output 2 --since 24.11.2026", "prices set --input 1 --output 2", "prices remove sim-fast --provider Sim",
                             "prices list sim-fast"})
        QVERIFY2(fixture.run(words(line)).exitCode == 2, line);
    QVERIFY(!QFile::exists(fixture.profile() + QStringLiteral("/prices.json")));
    const CliResult set = fixture.run(words("prices set sim-fast --provider Sim --input 1.5 --output 6 --cached-input 0.15 --cache-write 2 --reasoning 7 --json"));
    QVERIFY2(set.exitCode == 0, set.err);
    compareShape(QStringLiteral("prices-set"), set.json());
    const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QVERIFY(!(QFile::permissions(fixture.profile() + QStringLiteral("/prices.json")) & others));
    const QJsonObject sent = fixture.run(words("send Hello --json")).json();
    QCOMPARE(sent[u"cost_state"].toString(), QStringLiteral("priced"));
    QVERIFY(sent[u"cost_usd"].toString().toDouble() > 0);
    // A later price for the same model stands beside the first.
    QCOMPARE(fixture.run(words("prices set sim-fast --provider sim --input 3 --output 9 --since 2026-01-01")).exitCode, 0);
    const CliResult list = fixture.run(words("prices list --model sim/sim-fast --json"));
    QCOMPARE(list.jsonLines().size(), 1);
    QCOMPARE(list.json()[u"input_usd_per_million"].toString(), QStringLiteral("3"));
    QCOMPARE(list.json()[u"user"].toBool(), true);
    QCOMPARE(fixture.run(words("prices remove sim-fast --provider Sim --since 2026-01-01")).exitCode, 0);
    QCOMPARE(fixture.run(words("prices list --model sim/sim-fast --json")).json()[u"input_usd_per_million"].toString(), QStringLiteral("1.5"));
    QCOMPARE(fixture.run(words("prices remove sim-fast --provider Sim --json")).json()[u"removed"].toInt(), 1);
    QCOMPARE(fixture.run(words("prices remove sim-fast --provider Sim")).exitCode, 2);
    QCOMPARE(fixture.run(words("send Again --json")).json()[u"cost_state"].toString(), QStringLiteral("unpriced"));
    // A model that one list knows needs no provider; the built-in price is back when it is removed.
    QCOMPARE(fixture.run(words("prices set gpt-6-luna --provider openai --input 9 --output 9")).exitCode, 0);
    QCOMPARE(fixture.run(words("prices list --model openai/gpt-6-luna --json")).json()[u"input_usd_per_million"].toString(), QStringLiteral("9"));
    QCOMPARE(fixture.run(words("prices remove gpt-6-luna --provider openai")).exitCode, 0);
    QCOMPARE(fixture.run(words("prices list --model openai/gpt-6-luna --json")).json()[u"user"].toBool(true), false);
}

void TstConfigCommands::importsPricesWholeOrNotAtAll()
{
    const CliFixture fixture;
    const QString path = fixture.profile() + QStringLiteral("/prices.json");
    const auto read = [](const QString &name) {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const auto import = [&fixture](const QByteArray &content) {
        QFile file(fixture.path(QStringLiteral("new.json")));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("not written");
        file.close();
        return fixture.run({QStringLiteral("prices"), QStringLiteral("import"), file.fileName(), QStringLiteral("--json")});
    };
    const QByteArray good = R"({"schema":1,"generated":"2026-11-20","models":[{"provider":"sim","id":"sim-fast","in":1,"out":2},{"provider":"x","id":"y","in":0.075,"out":0}]})";
    QCOMPARE(import(good).json()[u"imported"].toInt(), 2);
    QCOMPARE(read(path), good);
    for (const QByteArray &bad : {QByteArray(), QByteArray("{"), QByteArray("[]"), QByteArray(R"({"schema":2,"models":[]})"), QByteArray(R"({"schema":1})"),
                                  QByteArray(R"({"schema":1,"models":[{"provider":"sim","id":"a","in":1}]})"),
                                  QByteArray(R"({"schema":1,"models":[{"provider":"sim","id":"a","in":-1,"out":1}]})"),
                                  QByteArray(R"({"schema":1,"models":[{"provider":"sim","id":"a","in":1,"in":2,"out":1}]})"),
                                  QByteArray(R"({"schema":1,"models":[{"provider":"s","id":"a","in":1,"out":1},{"provider":"s","id":"a","in":1,"out":1}]})")}) {
        const CliResult result = import(bad);
        QVERIFY2(result.exitCode == 2, bad);
        QVERIFY(result.json().contains(QStringLiteral("error")));
        QCOMPARE(read(path), good);
    }
    QCOMPARE(fixture.run(words("prices import /nowhere.json")).exitCode, 2);
    QCOMPARE(fixture.run(words("send Hello --json")).json()[u"cost_state"].toString(), QStringLiteral("priced"));
}

void TstConfigCommands::takesNoOptionForAFolder()
{
    QTemporaryDir folder;
    for (const QStringList &line : {QStringList{QStringLiteral("--profile"), QStringLiteral("--json")}, QStringList{QStringLiteral("providers"), QStringLiteral("list"), QStringLiteral("--profile"), QStringLiteral("--json")},
                                    QStringList{QStringLiteral("--profile="), QStringLiteral("providers"), QStringLiteral("list"), QStringLiteral("--json")}, QStringList{QStringLiteral("--profile"), QStringLiteral("--json"), QStringLiteral("doctor")}}) {
        const CliResult result = runCli(line);
        QCOMPARE(result.exitCode, 2);
        QCOMPARE(result.jsonLines().size(), 1);
        QVERIFY2(result.err.contains("folder"), result.err);
    }
    QVERIFY(!QFile::exists(QStringLiteral("--json")));
}

TOLLGATE_TEST(TstConfigCommands)
#include "tst_configcommands.moc"
