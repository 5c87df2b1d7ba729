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
        row("whole key as last four", [](ProviderConfig &c) { c.lastFour = QStringLiteral("sk-12345"); });
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
        QCOMPARE(good().credentialName(), QStringLiteral("main/default"));
    }
};

TOLLGATE_TEST(TstProviderConfig)
#include "tst_providerconfig.moc"
