#include "core/providers/openai.h"
#include "core/providers/wiretext.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ChatRequest prompt()
{
    ChatRequest request;
    request.model = QStringLiteral("m");
    request.messages = {messageOf(Role::User, QStringLiteral("q"))};
    return request;
}

Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request = prompt())
{
    return providerFor(config.type)->encode(config, request);
}

Result<ModelPage> models(const char *dialect, const char *body)
{
    const ProviderConfig config = configOfDialect(QString::fromLatin1(dialect));
    return providerFor(config.type)->decodeModelList(config, body);
}

QStringList idsOf(const ModelPage &page)
{
    QStringList ids;
    for (const ModelInfo &model : page.models)
        ids.append(model.id);
    return ids;
}

} // namespace

class TstOpenAi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyBuiltTypeHasAWire()
    {
        for (const ProviderType type : builtProviderTypes())
            QVERIFY(providerFor(type));
    }

    void addsTheProvidersOwnFieldsBelowTheRequests()
    {
        ProviderConfig config = configOfDialect(QStringLiteral("vllm"));
        config.extraBody = "{\"top_k\":40,\"temperature\":0.1,\"user\":\"team\"}";
        ChatRequest request = prompt();
        request.parameters.temperature = 0.5;
        request.parameters.extraBody = "{\"user\":\"me\"}";
        const Result<EncodedRequest> encoded = encode(config, request);
        QVERIFY(encoded.ok());
        const QJsonObject body = QJsonDocument::fromJson(encoded->body).object();
        QCOMPARE(body.value(QStringLiteral("top_k")).toInt(), 40);
        QCOMPARE(body.value(QStringLiteral("temperature")).toDouble(), 0.5);
        QCOMPARE(body.value(QStringLiteral("user")).toString(), QStringLiteral("me"));
        config.extraBody = "[]";
        QVERIFY(!encode(config, request).ok());
    }

    void addressesTheRequest()
    {
        ProviderConfig config = configOfDialect(QStringLiteral("groq"));
        config.caFile = QStringLiteral("/etc/own.pem");
        config.proxy = QStringLiteral("socks5://127.0.0.1:1080");
        const Result<EncodedRequest> request = encode(config);
        QVERIFY(request.ok());
        QCOMPARE(request->method, QByteArray("POST"));
        QCOMPARE(request->target, QByteArray("/openai/v1/chat/completions"));
        QCOMPARE(request->endpoint.host, QStringLiteral("api.groq.com"));
        QCOMPARE(request->endpoint.port, quint16(443));
        QVERIFY(request->endpoint.tls);
        QCOMPARE(request->endpoint.caFile, config.caFile);
        QCOMPARE(request->endpoint.proxy, config.proxy);
        QCOMPARE(request->secretHeader, QByteArray("Authorization"));
        QCOMPARE(request->secretPrefix, QByteArray("Bearer "));
        QCOMPARE(request->headers.value("content-type"), QByteArray("application/json"));
        QCOMPARE(request->headers.value("accept"), QByteArray("text/event-stream"));
        QVERIFY(!request->headers.contains("Authorization"));
        const Result<EncodedRequest> list = providerFor(config.type)->encodeModelList(config, {});
        QVERIFY(list.ok());
        QCOMPARE(list->method, QByteArray("GET"));
        QCOMPARE(list->target, QByteArray("/openai/v1/models"));
        QVERIFY(list->body.isEmpty());
    }

    void joinsTheBaseUrl_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QByteArray>("target");
        QTest::newRow("plain") << QStringLiteral("https://api.deepseek.com") << QByteArray("/chat/completions");
        QTest::newRow("slash") << QStringLiteral("https://h.example/v1/") << QByteArray("/v1/chat/completions");
        QTest::newRow("whole") << QStringLiteral("https://h.example/v1/chat/completions") << QByteArray("/v1/chat/completions");
        QTest::newRow("query") << QStringLiteral("https://h.example/v1?api-version=preview") << QByteArray("/v1/chat/completions?api-version=preview");
        QTest::newRow("local") << QStringLiteral("http://127.0.0.1:8080/v1") << QByteArray("/v1/chat/completions");
    }
    void joinsTheBaseUrl()
    {
        QFETCH(QString, base);
        QFETCH(QByteArray, target);
        ProviderConfig config;
        config.baseUrl = base;
        const Result<EncodedRequest> request = encode(config);
        QVERIFY(request.ok());
        QCOMPARE(request->target, target);
    }

    void openAiHasADefaultBaseUrl()
    {
        ProviderConfig config;
        config.type = ProviderType::OpenAi;
        const Result<EncodedRequest> request = encode(config);
        QVERIFY(request.ok());
        QCOMPARE(request->endpoint.host, QStringLiteral("api.openai.com"));
        QCOMPARE(request->target, QByteArray("/v1/chat/completions"));
    }

    void refusesWhatHasNoAddress()
    {
        ProviderConfig config;
        for (const QString &base : {QString(), QStringLiteral("not a url")}) {
            config.baseUrl = base;
            QVERIFY(!encode(config).ok());
            QVERIFY(!providerFor(config.type)->encodeModelList(config, {}).ok());
        }
    }

    void sendsTheUsersOwnHeaders()
    {
        ProviderConfig config = configOfDialect(QStringLiteral("openrouter"));
        config.extraHeaders = {{"X-Title", "My tool"}, {"accept", "*/*"}};
        const Result<EncodedRequest> request = encode(config);
        QVERIFY(request.ok());
        QCOMPARE(request->headers.value("X-Title"), QByteArray("My tool"));
        QCOMPARE(request->headers.value("Accept"), QByteArray("*/*"));
    }

    void refusesUnsafeHeaders()
    {
        const Header bad[] = {{"X-A", "k\r\nX-Evil: 1"}, {"X A", "1"},        {"X-A", QByteArray("a\0b", 3)}, {"Host", "evil.example"},
                              {"content-length", "0"},   {"AUTHORIZATION", "Basic x"}, {"Transfer-Encoding", "chunked"}, {"X-A", "\xc3\xa4"}};
        for (const Header &header : bad) {
            ProviderConfig config = configOfDialect(QStringLiteral("openai"));
            config.extraHeaders = {header};
            const Result<EncodedRequest> request = encode(config);
            QVERIFY2(!request.ok(), header.name.constData());
            QCOMPARE(request.error().kind, ErrorKind::Usage);
            QVERIFY(!request.error().text().contains(QStringLiteral("Basic x")));
        }
    }

    void tellsWhatWasDropped()
    {
        ChatRequest request = prompt();
        request.parameters.seed = 1;
        const Result<EncodedRequest> encoded = encode(configOfDialect(QStringLiteral("deepseek")), request);
        QVERIFY(encoded.ok());
        QCOMPARE(encoded->droppedParameters, QStringList(QStringLiteral("seed")));
    }

    void readsModelLists()
    {
        const Result<ModelPage> openai = models("openai", R"({"object":"list","data":[{"id":"gpt-5.4","object":"model","created":1772000000,"owned_by":"openai"},
            {"id":"text-embedding-3-small"},{"id":"whisper-1"},{"id":""},{"id":5},{"id":"bad\u0000id"}]})");
        QVERIFY(openai.ok());
        QCOMPARE(idsOf(*openai), QStringList(QStringLiteral("gpt-5.4")));
        QCOMPARE(openai->models[0].createdUnix, 1772000000);
        QVERIFY(!openai->models[0].contextTokens && openai->nextPage.isEmpty());
        const Result<ModelPage> groq = models("groq", R"({"data":[{"id":"a","active":true,"context_window":131072,"max_completion_tokens":8192},{"id":"b","active":false}]})");
        QVERIFY(groq.ok());
        QCOMPARE(idsOf(*groq), QStringList(QStringLiteral("a")));
        QCOMPARE(groq->models[0].contextTokens, 131072);
        QCOMPARE(groq->models[0].maxOutputTokens, 8192);
        const Result<ModelPage> mistral = models("mistral", R"({"data":[{"id":"a","max_context_length":32768,"capabilities":{"completion_chat":true}},{"id":"embed","capabilities":{"completion_chat":false}}]})");
        QVERIFY(mistral.ok());
        QCOMPARE(idsOf(*mistral), QStringList(QStringLiteral("a")));
        QCOMPARE(mistral->models[0].contextTokens, 32768);
        QCOMPARE(models("vllm", R"({"data":[{"id":"q","max_model_len":4096}]})")->models[0].contextTokens, 4096);
        const Result<ModelPage> llama = models("llamacpp", R"({"data":[{"id":"/models/a b.gguf","meta":{"n_ctx_train":8192}}]})");
        QVERIFY(llama.ok());
        QCOMPARE(idsOf(*llama), QStringList(QStringLiteral("/models/a b.gguf")));
        QCOMPARE(llama->models[0].contextTokens, 8192);
    }

    void readsOpenRouterPrices()
    {
        const Result<ModelPage> page = models("openrouter", R"({"data":[{"id":"openai/gpt-5","name":"GPT-5","context_length":400000,
            "top_provider":{"max_completion_tokens":128000},"pricing":{"prompt":"0.00000125","completion":"0.00001"}},
            {"id":"openrouter/auto","name":"openrouter/auto","pricing":{"prompt":"-1","completion":"x"}}]})");
        QVERIFY(page.ok());
        const ModelInfo &model = page->models[0];
        QCOMPARE(model.displayName, QStringLiteral("GPT-5"));
        QCOMPARE(model.contextTokens, 400000);
        QCOMPARE(model.maxOutputTokens, 128000);
        QCOMPARE(model.inputUsdPerToken, QStringLiteral("0.00000125"));
        QCOMPARE(model.outputUsdPerToken, QStringLiteral("0.00001"));
        QVERIFY(page->models[1].inputUsdPerToken.isEmpty() && page->models[1].outputUsdPerToken.isEmpty());
        QVERIFY(page->models[1].displayName.isEmpty());
    }

    void refusesWhatIsNoModelList()
    {
        for (const char *body : {"<html>", "{}", "17", R"({"data":{}})", R"({"error":{"message":"no"}})", ""}) {
            const Result<ModelPage> page = models("openai", body);
            QVERIFY2(!page.ok(), body);
            QCOMPARE(page.error().kind, ErrorKind::Parse);
        }
        QCOMPARE(idsOf(*models("openai", R"([{"id":"bare"}])")), QStringList(QStringLiteral("bare")));
    }

    void plainTextDropsControls()
    {
        QCOMPARE(plainText(QStringLiteral(" a\u0000\u001b[0m\tb\r\nc\u0085 ").replace(u'\0', QString())), QStringLiteral("a[0m\tb\nc"));
        QCOMPARE(plainText(QStringLiteral("a\u202egpj\u2066.exe\u2028b")), QStringLiteral("agpj.exeb"));
        QCOMPARE(plainExcerpt(QByteArray(2047, 'a') + "ü").size(), 2047);
        QCOMPARE(plainExcerpt("\xff\xfe ok"), QStringLiteral("\uFFFD\uFFFD ok"));
        QVERIFY(plainExcerpt({}).isEmpty());
    }
};

TOLLGATE_TEST(TstOpenAi)
#include "tst_openai.moc"
