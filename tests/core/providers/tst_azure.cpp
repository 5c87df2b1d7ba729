#include "core/providers/azure.h"
#include "core/pricing/pricetable.h"
#include "core/providers/catalog.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr qint64 now = 1'795'500'000'000;

ProviderConfig resource()
{
    return configOfDialect(QStringLiteral("azure"));
}

ChatRequest prompt()
{
    ChatRequest request;
    request.model = QStringLiteral("gpt-5.4-mini");
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request = prompt())
{
    return providerFor(ProviderType::Azure)->encode(config, request);
}

Failure failureOf(int status, const char *body, const Headers &headers = {})
{
    return providerFor(ProviderType::Azure)->classifyError(resource(), status, headers, body, now);
}

} // namespace

class TstAzure : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understandsEveryAddress_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("deployment");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("models");
        const auto row = [](const char *name, const char *base, const char *version, const char *deployment, const char *target, const char *models) {
            QTest::newRow(name) << QString::fromLatin1(base) << QString::fromLatin1(version) << QString::fromLatin1(deployment)
                                << QByteArray(target) << QByteArray(models);
        };
        const char *v1 = "/openai/v1/chat/completions";
        const char *v1Models = "/openai/v1/models";
        row("v1 root", "https://r.openai.azure.com", "", "", v1, v1Models);
        row("v1 slash", "https://r.openai.azure.com/", "", "d", v1, v1Models);
        row("v1 openai", "https://r.openai.azure.com/openai", "", "", v1, v1Models);
        row("v1 base", "https://r.openai.azure.com/openai/v1/", "", "", v1, v1Models);
        row("v1 whole", "https://r.openai.azure.com/openai/v1/chat/completions", "", "", v1, v1Models);
        row("v1 foundry", "https://r.services.ai.azure.com/openai/v1", "", "", v1, v1Models);
        row("v1 preview", "https://r.openai.azure.com/openai/v1?api-version=preview", "", "", "/openai/v1/chat/completions?api-version=preview",
            "/openai/v1/models?api-version=preview");
        row("v1 own version", "https://r.openai.azure.com?api-version=preview", "v1", "", "/openai/v1/chat/completions?api-version=v1",
            "/openai/v1/models?api-version=v1");
        const char *classicModels = "/openai/models?api-version=2024-10-21";
        row("classic root", "https://r.openai.azure.com", "2024-10-21", "d1",
            "/openai/deployments/d1/chat/completions?api-version=2024-10-21", classicModels);
        row("classic by model", "https://r.openai.azure.com/openai", "2024-10-21", "",
            "/openai/deployments/gpt-5.4-mini/chat/completions?api-version=2024-10-21", classicModels);
        row("classic over v1", "https://r.openai.azure.com/openai/v1", "2024-10-21", "d1",
            "/openai/deployments/d1/chat/completions?api-version=2024-10-21", classicModels);
        row("classic preview", "https://r.openai.azure.com", "2025-04-01-preview", "d1",
            "/openai/deployments/d1/chat/completions?api-version=2025-04-01-preview", "/openai/models?api-version=2025-04-01-preview");
        row("classic pasted", "https://r.openai.azure.com/openai/deployments/d2/chat/completions?api-version=2024-10-21", "", "",
            "/openai/deployments/d2/chat/completions?api-version=2024-10-21", classicModels);
        row("classic own deployment", "https://r.openai.azure.com/openai/deployments/d2?api-version=2023-05-15", "2024-10-21", "d3",
            "/openai/deployments/d3/chat/completions?api-version=2024-10-21", classicModels);
        row("named openai", "https://r.openai.azure.com/openai/deployments/openai/chat/completions?api-version=2024-10-21", "", "",
            "/openai/deployments/openai/chat/completions?api-version=2024-10-21", classicModels);
        row("gateway", "https://gw.example/team-a/openai/v1?tenant=x", "", "", "/team-a/openai/v1/chat/completions?tenant=x",
            "/team-a/openai/v1/models?tenant=x");
        row("gateway classic", "https://gw.example/team-a?tenant=x", "2024-10-21", "d1",
            "/team-a/openai/deployments/d1/chat/completions?tenant=x&api-version=2024-10-21", "/team-a/openai/models?tenant=x&api-version=2024-10-21");
        row("gateway openai", "https://gw.example/openai/openai/v1", "", "", "/openai/openai/v1/chat/completions", "/openai/openai/v1/models");
    }
    void understandsEveryAddress()
    {
        QFETCH(QString, base);
        QFETCH(QString, version);
        QFETCH(QString, deployment);
        QFETCH(QByteArray, target);
        QFETCH(QByteArray, models);
        ProviderConfig config = resource();
        config.baseUrl = base;
        config.apiVersion = version;
        config.deployment = deployment;
        const Result<EncodedRequest> request = encode(config);
        QVERIFY(request.ok());
        QCOMPARE(request->target, target);
        QCOMPARE(request->method, QByteArray("POST"));
        QVERIFY(request->endpoint.tls);
        const Result<EncodedRequest> list = providerFor(ProviderType::Azure)->encodeModelList(config, {});
        QVERIFY(list.ok());
        QCOMPARE(list->method, QByteArray("GET"));
        QCOMPARE(list->target, models);
        const QString model = QJsonDocument::fromJson(request->body)[u"model"].toString();
        if (!deployment.isEmpty())
            QCOMPARE(model, deployment);
    }

    void refusesAddressesThatSayTooLittle()
    {
        ProviderConfig config = resource();
        config.baseUrl.clear();
        QVERIFY(!encode(config).ok());
        // Neither style fits: without a date this is no classic address, and it is not the new one either.
        config.baseUrl = QStringLiteral("https://r.openai.azure.com/openai/deployments/d/chat/completions");
        const Result<EncodedRequest> undated = encode(config);
        QVERIFY(!undated.ok());
        QVERIFY(undated.error().text().contains(QStringLiteral("API version")));
        QVERIFY(!providerFor(ProviderType::Azure)->encodeModelList(config, {}).ok());
        config.apiVersion = QStringLiteral("2024-10-21&x=1");
        QVERIFY(!encode(config).ok());
        config.apiVersion = QStringLiteral("2024-10-21");
        config.deployment = QStringLiteral("..");
        QVERIFY(!encode(config).ok());
        config.deployment = QStringLiteral("a/b c");
        QCOMPARE(encode(config)->target, QByteArray("/openai/deployments/a%2Fb%20c/chat/completions?api-version=2024-10-21"));
    }

    void theDeploymentIsTheModelOfTheNewStyle()
    {
        ProviderConfig config = resource();
        QCOMPARE(QJsonDocument::fromJson(encode(config)->body)[u"model"].toString(), QStringLiteral("gpt-5.4-mini"));
        config.deployment = QStringLiteral("team-chat");
        QCOMPARE(QJsonDocument::fromJson(encode(config)->body)[u"model"].toString(), QStringLiteral("team-chat"));
    }

    void theKeyGoesIntoItsOwnHeader()
    {
        ProviderConfig config = resource();
        QCOMPARE(encode(config)->secretHeader, QByteArray("api-key"));
        QCOMPARE(encode(config)->secretPrefix, QByteArray());
        config.keyHeader = QStringLiteral("Authorization");
        QCOMPARE(encode(config)->secretHeader, QByteArray("Authorization"));
        QCOMPARE(encode(config)->secretPrefix, QByteArray("Bearer "));
        config.keyHeader = QStringLiteral("Ocp-Apim-Subscription-Key");
        QCOMPARE(encode(config)->secretPrefix, QByteArray());
    }

    void writesTheBodyOfTheOpenAiWire()
    {
        ProviderConfig config = resource();
        config.extraBody = R"({"user":"u1"})";
        ChatRequest request = prompt();
        request.parameters.maxTokens = 50;
        const Result<EncodedRequest> encoded = encode(config, request);
        QVERIFY(encoded.ok());
        const QJsonObject body = QJsonDocument::fromJson(encoded->body).object();
        QCOMPARE(body[u"max_completion_tokens"].toInt(), 50);
        QCOMPARE(body[u"stream_options"][u"include_usage"], QJsonValue(true));
        QCOMPARE(body[u"user"].toString(), QStringLiteral("u1"));
        QCOMPARE(encoded->headers.value("Accept"), QByteArray("text/event-stream"));
        QCOMPARE(dialectOf(config), Dialect::OpenAi);
    }

    void aBlockedPromptIsFiltered()
    {
        const Failure failure = failureOf(400, R"({"error":{"message":"The response was filtered due to the prompt triggering the content management policy.",
            "type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation",
            "content_filter_result":{"hate":{"filtered":true,"severity":"high"},"jailbreak":{"filtered":true,"detected":true},
            "self_harm":{"filtered":false,"severity":"safe"}}}}})");
        QCOMPARE(failure.kind, FailureKind::Filtered);
        QCOMPARE(failure.providerCode, QStringLiteral("content_filter"));
        QCOMPARE(failure.parameter, QStringLiteral("prompt"));
        QVERIFY(failure.message.startsWith(QStringLiteral("The response was filtered")));
        QVERIFY(failure.message.contains(QStringLiteral("hate (high), jailbreak")));
        QVERIFY(!failure.message.contains(QStringLiteral("self")));
    }

    void classifiesItsErrors_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, int status, const char *body, const char *kind, const char *code) {
            QTest::newRow(name) << status << QByteArray(body) << QString::fromLatin1(kind) << QString::fromLatin1(code);
        };
        row("key", 401, R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})", "badKey", "");
        row("key, gateway", 401, R"({"statusCode":401,"message":"Unauthorized. Access token is missing, invalid or expired."})", "badKey", "");
        row("role", 403, R"({"error":{"code":"PermissionDenied","message":"The principal lacks the required data action."}})", "badKey", "PermissionDenied");
        row("firewall", 403, R"({"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}})", "rejected", "");
        row("deployment", 404, R"({"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}})", "rejected", "DeploymentNotFound");
        row("address", 404, R"({"error":{"code":"404","message":"Resource not found"}})", "rejected", "");
        row("call rate", 429, R"({"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation have exceeded call rate limit."}})", "rateLimited", "");
        row("demand", 429, R"({"error":{"code":"429","message":"The system is currently experiencing high demand and cannot process your request."}})", "rateLimited", "");
        row("too long", 400, R"({"error":{"message":"The maximum context length is 128000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})", "rejected", "context_length_exceeded");
        row("timeout", 408, R"({"error":{"code":"Timeout","message":"The operation was timeout."}})", "serverError", "Timeout");
        row("server", 500, R"({"error":{"code":"InternalServerError","message":"Backend returned unexpected response."}})", "serverError", "InternalServerError");
        row("unavailable", 503, R"({"error":{"code":"ServiceUnavailable","message":"Try later."}})", "overloaded", "ServiceUnavailable");
    }
    void classifiesItsErrors()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, kind);
        QFETCH(QString, code);
        const Failure failure = failureOf(status, body);
        QCOMPARE(failureName(failure.kind), kind);
        QCOMPARE(failure.providerCode, code);
        QCOMPARE(failure.httpStatus, status);
        QVERIFY(!failure.message.isEmpty());
    }

    void readsHowLongToWait()
    {
        const char *body = R"({"error":{"code":"429","message":"Rate limited."}})";
        QCOMPARE(failureOf(429, body, Headers{{"retry-after", "26"}}).retryAfter, std::chrono::milliseconds(26'000));
        // The finer one wins.
        QCOMPARE(failureOf(429, body, Headers{{"retry-after", "26"}, {"retry-after-ms", "25870"}}).retryAfter, std::chrono::milliseconds(25'870));
    }

    void readsLimitsThatResetInBareSeconds()
    {
        const RateLimits limits = providerFor(ProviderType::Azure)->rateLimits(
            Headers{{"x-ratelimit-limit-requests", "250"}, {"x-ratelimit-remaining-requests", "249"}, {"x-ratelimit-reset-requests", "10"},
                    {"x-ratelimit-limit-tokens", "250000"}, {"x-ratelimit-remaining-tokens", "249980"}, {"x-ratelimit-reset-tokens", "0"},
                    {"x-ratelimit-renewalperiod-requests", "10"}},
            now);
        QCOMPARE(limits.requests.limit, 250);
        QCOMPARE(limits.requests.remaining, 249);
        QCOMPARE(limits.requests.resetWallMs, now + 10'000);
        QCOMPARE(limits.tokens.remaining, 249'980);
        QCOMPARE(limits.tokens.resetWallMs, now);
    }

    void showsTheIdThatSupportAsksFor()
    {
        const Provider *azure = providerFor(ProviderType::Azure);
        QCOMPARE(azure->requestId(Headers{{"x-request-id", "x"}, {"apim-request-id", "a"}}), QStringLiteral("a"));
        QCOMPARE(azure->requestId(Headers{{"x-request-id", "x"}}), QStringLiteral("x"));
        QCOMPARE(azure->requestId({}), QString());
    }

    void readsTheModelsOfTheResource()
    {
        const Result<ModelPage> page = providerFor(ProviderType::Azure)->decodeModelList(resource(), R"({"object":"list","data":[
            {"id":"gpt-4o-2024-08-06","status":"succeeded","created_at":1722900000,"object":"model","capabilities":{"chat_completion":true,"inference":true}},
            {"id":"text-embedding-3-small","capabilities":{"chat_completion":false,"embeddings":true}},
            {"id":"whisper","capabilities":{"chat_completion":false}}]})");
        QVERIFY(page.ok());
        QCOMPARE(page->models.size(), 1);
        QCOMPARE(page->models[0].id, QStringLiteral("gpt-4o-2024-08-06"));
        QCOMPARE(page->models[0].createdUnix, 1'722'900'000);
    }

    void aFixtureCostsWhatAzureLists()
    {
        // 56 x 0.75 + 64 x 0.075 + 80 x 4.5 USD per million tokens.
        for (const ReplayFixture &fixture : replayFixtures()) {
            if (fixture.name != u"azure/stream_prompt_filter.sse" && fixture.name != u"azure/whole_basic.json")
                continue;
            const Completion answer = replay(fixture).completion;
            const auto price = PriceTable::builtIn()->find(fixture.config, answer.model, now);
            QVERIFY(price);
            const Cost cost = costOf(answer.usage, price, answer.serviceTier);
            QCOMPARE(cost.state, CostState::Priced);
            QCOMPARE(cost.amount->nanoUsd(), 406'800);
        }
    }
};

TOLLGATE_TEST(TstAzure)
#include "tst_azure.moc"
