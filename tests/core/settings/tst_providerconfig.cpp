#include "core/settings/providerconfig.h"
#include "core/settings/settings.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <functional>

using namespace tollgate;

namespace {

using Edit = std::function<void(ProviderConfig &)>;

ProviderConfig good()
{
    ProviderConfig config;
    config.id = QStringLiteral("main");
    config.name = QStringLiteral("Main");
    config.type = ProviderType::OpenAi;
    return config;
}

} // namespace

Q_DECLARE_METATYPE(Edit)

class TstProviderConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyTypeHasAName()
    {
        QStringList names;
        for (int i = 0; i <= int(ProviderType::Simulator); ++i) {
            const ProviderType type = ProviderType(i);
            names.append(providerTypeName(type));
            QCOMPARE(providerTypeFromName(names.last()), std::optional(type));
            QVERIFY(!providerTypeTitle(type).isEmpty());
        }
        QCOMPARE(names.join(u' '), QStringLiteral("openai openai-responses openai-compatible anthropic gemini ollama azure serverless simulator"));
        QVERIFY(!providerTypeFromName(u"OpenAI"));
        QCOMPARE(defaultBaseUrl(ProviderType::OpenAi), QStringLiteral("https://api.openai.com/v1"));
        QVERIFY(defaultBaseUrl(ProviderType::OpenAiCompatible).isEmpty());
    }

    void idsComeFromNames()
    {
        QCOMPARE(providerIdFor(QStringLiteral("OpenAI"), {}), QStringLiteral("openai"));
        QCOMPARE(providerIdFor(QString::fromUtf8("  B\xc3\xbcro: GPT-5.6 / EU  "), {}), QStringLiteral("buro-gpt-5-6-eu"));
        QCOMPARE(providerIdFor(QString::fromUtf8("\xe4\xbd\xa0\xe5\xa5\xbd"), {}), QStringLiteral("provider"));
        QCOMPARE(providerIdFor(QString(), {}), QStringLiteral("provider"));
        QCOMPARE(providerIdFor(QString(100, u'x'), {}).size(), 40);
        ProviderConfig one = good();
        ProviderConfig two = good();
        two.id = QStringLiteral("main-2");
        QCOMPARE(providerIdFor(QStringLiteral("MAIN"), {one, two}), QStringLiteral("main-3"));
        for (const char *name : {"a--b", "-a-", "../../etc", "A/B"}) {
            ProviderConfig config = good();
            config.id = providerIdFor(QString::fromLatin1(name), {});
            QCOMPARE(firstProblem(config, {}), std::nullopt);
        }
    }

    void acceptsGoodFields_data()
    {
        QTest::addColumn<Edit>("edit");
        const auto row = [](const char *name, Edit edit) { QTest::newRow(name) << edit; };
        row("defaults", [](ProviderConfig &) {});
        row("plain http", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("http://127.0.0.1:8000/v1"); });
        row("ipv6", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("http://[::1]:8000/v1"); });
        row("proxy", [](ProviderConfig &c) { c.proxy = QStringLiteral("http://proxy.test:3128"); });
        row("system proxy", [](ProviderConfig &c) { c.proxy = QStringLiteral("system"); });
        row("simulator", [](ProviderConfig &c) { c.type = ProviderType::Simulator; });
        row("header", [](ProviderConfig &c) { c.extraHeaders = {{"HTTP-Referer", "https://x.test"}}; });
        row("no proxy", [](ProviderConfig &c) { c.proxy = QStringLiteral("none"); });
        row("socks", [](ProviderConfig &c) { c.proxy = QStringLiteral("socks5://[::1]:1080"); });
        row("authorities", [](ProviderConfig &c) { c.caFile = QStringLiteral("/etc/own ca.pem"); });
        row("several keys", [](ProviderConfig &c) {
            c.setKey(QStringLiteral("default"), QStringLiteral("abcd"));
            c.setKey(QStringLiteral("team-2_b"), QString());
            c.keyName = QStringLiteral("not-stored-yet");
        });
        for (const char *name : {"x-api-key", "Authorization", "X-My-Key", "api-key"})
            row(name, [name](ProviderConfig &c) { c.keyHeader = QString::fromLatin1(name); });
        row("extra body", [](ProviderConfig &c) { c.extraBody = R"({"user":"me","provider":{"order":["a"]}})"; });
        row("extra body of 64 KiB", [](ProviderConfig &c) { c.extraBody = "{\"a\":\"" + QByteArray(64 * 1024 - 8, 'x') + "\"}"; });
        row("function prices", [](ProviderConfig &c) {
            c.functionPrice = {QStringLiteral("0.65"), QStringLiteral("0.0000185"), QStringLiteral("0"), 1024};
        });
        row("highest prices", [](ProviderConfig &c) {
            c.functionPrice = {QStringLiteral("1000000.00"), QStringLiteral("1000"), QStringLiteral("1000.0"), 1'048'576};
        });
    }
    void acceptsGoodFields()
    {
        QFETCH(Edit, edit);
        ProviderConfig config = good();
        edit(config);
        QCOMPARE(firstProblem(config, {}), std::nullopt);
    }

    void refusesBadFields_data()
    {
        QTest::addColumn<Edit>("edit");
        const auto row = [](const char *name, Edit edit) { QTest::newRow(name) << edit; };
        row("no id", [](ProviderConfig &c) { c.id.clear(); });
        row("id is a path", [](ProviderConfig &c) { c.id = QStringLiteral("../x"); });
        row("no name", [](ProviderConfig &c) { c.name.clear(); });
        row("spaces around", [](ProviderConfig &c) { c.name = QStringLiteral(" a"); });
        row("two lines", [](ProviderConfig &c) { c.name = QStringLiteral("a\nb"); });
        row("long name", [](ProviderConfig &c) { c.name = QString(65, u'a'); });
        row("taken name", [](ProviderConfig &c) { c.name = QStringLiteral("OTHER"); });
        row("taken id", [](ProviderConfig &c) { c.id = QStringLiteral("other"); });
        row("url needed", [](ProviderConfig &c) { c.type = ProviderType::OpenAiCompatible; });
        row("no scheme", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("api.test/v1"); });
        row("other scheme", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("ftp://api.test"); });
        row("user part", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("https://user:pw@api.test"); });
        row("backslash", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("https://evil.test\\@api.test"); });
        row("fragment", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("https://api.test/#a"); });
        row("space", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("https://api.test/a b"); });
        row("no host", [](ProviderConfig &c) { c.baseUrl = QStringLiteral("https:///v1"); });
        row("not ascii", [](ProviderConfig &c) { c.baseUrl = QString::fromUtf8("https://\xd0\xb0pi.test"); });
        row("variable", [](ProviderConfig &c) { c.keyEnv = QStringLiteral("MY KEY"); });
        row("key as variable", [](ProviderConfig &c) { c.keyEnv = QStringLiteral("sk-123"); });
        row("key name", [](ProviderConfig &c) { c.keyName = QStringLiteral("a/b"); });
        row("whole key as last four", [](ProviderConfig &c) { c.setKey(QStringLiteral("default"), QStringLiteral("sk-12345")); });
        row("empty key name", [](ProviderConfig &c) { c.keyName.clear(); });
        row("stored key name", [](ProviderConfig &c) { c.setKey(QStringLiteral("A B"), {}); });
        row("two keys of one name", [](ProviderConfig &c) { c.keys = {{QStringLiteral("a"), {}}, {QStringLiteral("a"), {}}}; });
        row("too many keys", [](ProviderConfig &c) {
            for (int i = 0; i < 33; ++i)
                c.setKey(QStringLiteral("k%1").arg(i), {});
        });
        row("end of a key in two lines", [](ProviderConfig &c) { c.setKey(QStringLiteral("a"), QStringLiteral("a\nb")); });
        for (const char *name : {"Content-Length", "host", "Accept-Encoding", "bad name", "x:", "Cookie", "Proxy-Authorization", "x\r\ny"})
            row(qPrintable(QLatin1String("key header ") + QLatin1String(name)), [name](ProviderConfig &c) { c.keyHeader = QString::fromLatin1(name); });
        row("key header twice", [](ProviderConfig &c) {
            c.keyHeader = QStringLiteral("X-Team");
            c.extraHeaders = {{"x-team", "b"}};
        });
        for (const char *body : {"[]", "1", "{", "{\"a\":1}{}", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":2}}", " ", "{\"a\":\"\xff\"}"})
            row(body, [body](ProviderConfig &c) { c.extraBody = body; });
        row("extra body over 64 KiB", [](ProviderConfig &c) { c.extraBody = "{\"a\":\"" + QByteArray(64 * 1024 - 7, 'x') + "\"}"; });
        for (const char *price : {"-1", "+1", "1e3", ".5", "1.", "1,5", " 1", "nan", "1000000.1", "0.1234567", "9999999999999"})
            row(qPrintable(QLatin1String("per million ") + QLatin1String(price)), [price](ProviderConfig &c) { c.functionPrice.usdPerMillionTokens = QString::fromLatin1(price); });
        row("per GB-second", [](ProviderConfig &c) { c.functionPrice = {{}, QStringLiteral("1000.01"), {}, 128}; });
        row("per GB-second without memory", [](ProviderConfig &c) { c.functionPrice.usdPerGbSecond = QStringLiteral("0.0000185"); });
        row("per call", [](ProviderConfig &c) { c.functionPrice.usdPerCall = QStringLiteral("0.0000000001"); });
        row("memory", [](ProviderConfig &c) { c.functionPrice.memoryMib = -1; });
        row("authorities by a relative path", [](ProviderConfig &c) { c.caFile = QStringLiteral("ca.pem"); });
        row("authorities in two lines", [](ProviderConfig &c) { c.caFile = QStringLiteral("/a\nb"); });
        row("proxy without port", [](ProviderConfig &c) { c.proxy = QStringLiteral("http://proxy.test"); });
        row("proxy port", [](ProviderConfig &c) { c.proxy = QStringLiteral("http://proxy.test:70000"); });
        row("proxy password", [](ProviderConfig &c) { c.proxy = QStringLiteral("http://u:p@proxy.test:1"); });
        row("proxy scheme", [](ProviderConfig &c) { c.proxy = QStringLiteral("https://proxy.test:1"); });
        row("parallel", [](ProviderConfig &c) { c.maxParallel = 0; });
        row("header injection", [](ProviderConfig &c) { c.extraHeaders = {{"X-A", "b\r\nX-B: c"}}; });
        row("our header", [](ProviderConfig &c) { c.extraHeaders = {{"Host", "evil.test"}}; });
        row("secret header", [](ProviderConfig &c) { c.extraHeaders = {{"authorization", "Bearer x"}}; });
        row("deployment", [](ProviderConfig &c) { c.deployment = QStringLiteral("a/../b"); });
        row("api version", [](ProviderConfig &c) { c.apiVersion = QStringLiteral("1&x=2"); });
        row("model", [](ProviderConfig &c) { c.defaultModel = QStringLiteral("a\r\nb"); });
    }
    void refusesBadFields()
    {
        QFETCH(Edit, edit);
        ProviderConfig other = good();
        other.id = QStringLiteral("other");
        other.name = QStringLiteral("Other");
        ProviderConfig config = good();
        edit(config);
        QVERIFY(firstProblem(config, {other}));
    }

    void namesItsCredential()
    {
        ProviderConfig config = good();
        QCOMPARE(config.credentialName(), QStringLiteral("main/default"));
        QCOMPARE(config.credentialName(QStringLiteral("team")), QStringLiteral("main/team"));
        config.keyName = QStringLiteral("team");
        QCOMPARE(config.credentialName(), QStringLiteral("main/team"));
    }

    void keepsSeveralKeysAndUsesOne()
    {
        ProviderConfig config = good();
        QVERIFY(!config.hasStoredKey());
        config.setKey(QStringLiteral("default"), QStringLiteral("abcd"));
        config.setKey(QStringLiteral("team"), QString()); // too short to show
        QCOMPARE(config.activeLastFour(), QStringLiteral("abcd"));
        config.keyName = QStringLiteral("team");
        QVERIFY(config.hasStoredKey());
        QCOMPARE(config.activeLastFour(), QString());
        config.setKey(QStringLiteral("team"), QStringLiteral("wxyz"));
        QCOMPARE(config.keys.size(), 2);
        QCOMPARE(config.activeLastFour(), QStringLiteral("wxyz"));
        config.forgetKey(QStringLiteral("team"));
        QVERIFY(!config.hasStoredKey()); // no other key takes its place unasked
        QCOMPARE(config.keyName, QStringLiteral("team"));
        QCOMPARE(config.storedKey(u"default")->lastFour, QStringLiteral("abcd"));
    }

    void aPasswordInTheProxyIsRefusedInWordsThatDoNotRepeatIt()
    {
        const std::optional<QString> problem = proxyProblem(QStringLiteral("http://me:hunter2@proxy.test:3128"));
        QVERIFY(problem);
        QVERIFY(problem->contains(QStringLiteral("password")));
        QVERIFY(!problem->contains(QStringLiteral("hunter2")));
        QVERIFY(proxyProblem(QString())); // the profile itself must say something
        QVERIFY(!proxyProblem(QStringLiteral("none")));
    }

    void whatAProviderLeavesOpenIsTheProfiles()
    {
        SettingsData settings;
        settings.proxy = QStringLiteral("http://proxy.test:1");
        settings.caFile = QStringLiteral("/etc/ca.pem");
        const ProviderConfig filled = effective(good(), settings);
        QCOMPARE(filled.proxy, settings.proxy);
        QCOMPARE(filled.caFile, settings.caFile);
        QCOMPARE(effective(filled, settings), filled);
        ProviderConfig own = good();
        own.proxy = QStringLiteral("none");
        own.caFile = QStringLiteral("/own.pem");
        QCOMPARE(effective(own, settings), own);
        QCOMPARE(effective(good(), SettingsData()).proxy, QStringLiteral("system"));
        for (const char *local : {"http://127.0.0.1:8000/v1", "http://[::1]:1", "http://localhost:11434", "https://LOCALHOST", "http://a.localhost/"}) {
            ProviderConfig here = good();
            here.baseUrl = QString::fromLatin1(local);
            QCOMPARE(effective(here, settings).proxy, QStringLiteral("none"));
            here.proxy = QStringLiteral("http://named.test:1"); // asked for by name
            QCOMPARE(effective(here, settings).proxy, here.proxy);
        }
        ProviderConfig simulator = good();
        simulator.type = ProviderType::Simulator;
        QCOMPARE(effective(simulator, settings).proxy, QStringLiteral("none"));
        ProviderConfig near = good();
        near.baseUrl = QStringLiteral("http://192.168.1.5:8000");
        QCOMPARE(effective(near, settings).proxy, settings.proxy);
    }
};

TOLLGATE_TEST(TstProviderConfig)
#include "tst_providerconfig.moc"
