#include "core/providers/anthropic.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ProviderConfig configOf(const char *base = "https://api.anthropic.com")
{
    ProviderConfig config;
    config.id = config.name = QStringLiteral("anthropic");
    config.type = ProviderType::Anthropic;
    config.baseUrl = QString::fromLatin1(base);
    return config;
}

ChatRequest prompt(const char *model = "claude-sonnet-4-5")
{
    ChatRequest request;
    request.model = QString::fromLatin1(model);
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

Result<EncodedRequest> encode(const ChatRequest &request, const ProviderConfig &config = configOf())
{
    return providerFor(ProviderType::Anthropic)->encode(config, request);
}

const QJsonObject bodyOf(const ChatRequest &request, const ProviderConfig &config = configOf())
{
    const Result<EncodedRequest> encoded = encode(request, config);
    if (!encoded.ok()) {
        qWarning("%s", qPrintable(encoded.error().text()));
        return {};
    }
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(encoded->body, &error);
    if (error.error)
        qWarning("not JSON: %s", encoded->body.constData());
    return document.object();
}

QStringList droppedBy(const ChatRequest &request, const ProviderConfig &config = configOf())
{
    const Result<EncodedRequest> encoded = encode(request, config);
    return encoded.ok() ? encoded->droppedParameters : QStringList{QStringLiteral("error")};
}

QJsonValue json(const char *text)
{
    return QJsonDocument::fromJson(text).isArray() ? QJsonValue(QJsonDocument::fromJson(text).array())
                                                   : QJsonValue(QJsonDocument::fromJson(text).object());
}

Message toolResult(const char *id, const char *text)
{
    Message message = messageOf(Role::Tool, QString::fromLatin1(text));
    message.toolCallId = QString::fromLatin1(id);
    return message;
}

} // namespace

class TstAnthropic : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesThePlainestRequest()
    {
        const Result<EncodedRequest> encoded = encode(prompt());
        QVERIFY(encoded.ok());
        QCOMPARE(encoded->body, QByteArray(R"({"model":"claude-sonnet-4-5","max_tokens":32000,)"
                                           R"("messages":[{"role":"user","content":"Name a river."}],"stream":true})"));
        QCOMPARE(encoded->target, QByteArray("/v1/messages"));
        QCOMPARE(encoded->endpoint.host, QStringLiteral("api.anthropic.com"));
        QCOMPARE(encoded->headers.value("anthropic-version"), QByteArray("2023-06-01"));
        QCOMPARE(encoded->headers.value("content-type"), QByteArray("application/json"));
        QCOMPARE(encoded->headers.value("accept"), QByteArray("text/event-stream"));
        QCOMPARE(encoded->secretHeader, QByteArray("x-api-key"));
        QCOMPARE(encoded->secretPrefix, QByteArray());
        QVERIFY(encoded->droppedParameters.isEmpty());
    }

    void sendsTheKeyAsTold()
    {
        ProviderConfig config = configOf();
        config.keyHeader = QStringLiteral("Authorization");
        const Result<EncodedRequest> encoded = encode(prompt(), config);
        QVERIFY(encoded.ok());
        QCOMPARE(encoded->secretHeader, QByteArray("Authorization"));
        QCOMPARE(encoded->secretPrefix, QByteArray("Bearer "));
    }

    void joinsTheBaseUrl_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QByteArray>("messages");
        QTest::addColumn<QByteArray>("models");
        const auto row = [](const char *base, const char *messages, const char *models) {
            QTest::newRow(base) << QString::fromLatin1(base) << QByteArray(messages) << QByteArray(models);
        };
        row("https://api.anthropic.com", "/v1/messages", "/v1/models?limit=1000");
        row("https://api.anthropic.com/", "/v1/messages", "/v1/models?limit=1000");
        row("https://api.anthropic.com/v1", "/v1/messages", "/v1/models?limit=1000");
        row("https://api.anthropic.com/v1/messages", "/v1/messages", "/v1/models?limit=1000");
        row("https://api.deepseek.com/anthropic", "/anthropic/v1/messages", "/anthropic/v1/models?limit=1000");
        row("https://h.example/p/v1?a=1", "/p/v1/messages?a=1", "/p/v1/models?a=1&limit=1000");
    }
    void joinsTheBaseUrl()
    {
        QFETCH(QString, base);
        ProviderConfig config = configOf();
        config.baseUrl = base;
        const Result<EncodedRequest> encoded = encode(prompt(), config);
        QVERIFY(encoded.ok());
        QTEST(encoded->target, "messages");
        const Result<EncodedRequest> list = providerFor(ProviderType::Anthropic)->encodeModelList(config, {});
        QVERIFY(list.ok());
        QTEST(list->target, "models");
        QCOMPARE(list->method, QByteArray("GET"));
        QVERIFY(list->headers.contains("anthropic-version"));
    }

    void newerVersionGoesWithoutSampling()
    {
        ChatRequest request = prompt();
        request.parameters.temperature = 1;
        request.parameters.topP = 1;
        request.parameters.stop = {QStringLiteral("END")};
        ProviderConfig config = configOf();
        config.apiVersion = QStringLiteral("2026-10-21");
        const QJsonObject body = bodyOf(request, config);
        QVERIFY(!body.contains(u"temperature") && !body.contains(u"top_p"));
        QCOMPARE(body[u"stop_sequences"].toArray().size(), 1);
        QCOMPARE(droppedBy(request, config), (QStringList{QStringLiteral("temperature"), QStringLiteral("top_p")}));
        QCOMPARE(encode(request, config)->headers.value("anthropic-version"), QByteArray("2026-10-21"));
        // A version among the extra headers counts as well.
        config.apiVersion.clear();
        config.extraHeaders = {{"anthropic-version", "2026-10-21"}};
        QVERIFY(!bodyOf(request, config).contains(u"temperature"));
    }

    void samplesWhereTheModelDoes_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<double>("temperature");
        QTest::addColumn<bool>("sent");
        QTest::newRow("3.5") << QByteArray("claude-3-5-sonnet-20241022") << 0.2 << true;
        QTest::newRow("4.6") << QByteArray("claude-opus-4-6") << 0.2 << true;
        QTest::newRow("4.7") << QByteArray("claude-opus-4-7-20260416") << 0.2 << false;
        QTest::newRow("4.7 at 1") << QByteArray("claude-opus-4-7") << 1.0 << true;
        QTest::newRow("5") << QByteArray("claude-sonnet-5") << 0.0 << false;
        QTest::newRow("5.5") << QByteArray("claude-haiku-5-5") << 0.7 << false;
        QTest::newRow("a proxy's name") << QByteArray("house-model") << 0.7 << true;
    }
    void samplesWhereTheModelDoes()
    {
        QFETCH(QByteArray, model);
        QFETCH(double, temperature);
        QFETCH(bool, sent);
        ChatRequest request = prompt(model.constData());
        request.parameters.temperature = temperature;
        QCOMPARE(bodyOf(request).contains(u"temperature"), sent);
        QCOMPARE(droppedBy(request), sent ? QStringList() : QStringList{QStringLiteral("temperature")});
    }

    void alwaysLimitsTheOutput_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QString>("effort");
        QTest::addColumn<qint64>("limit");
        QTest::newRow("3 haiku") << QByteArray("claude-3-haiku-20240307") << QString() << qint64(4096);
        QTest::newRow("3.5") << QByteArray("claude-3-5-haiku-latest") << QString() << qint64(8192);
        QTest::newRow("4") << QByteArray("claude-opus-4-20250514") << QStringLiteral("max") << qint64(32'000);
        QTest::newRow("5") << QByteArray("claude-opus-5-5") << QString() << qint64(32'000);
        QTest::newRow("5, much thinking") << QByteArray("claude-opus-5-5") << QStringLiteral("max") << qint64(64'000);
        QTest::newRow("dotted") << QByteArray("anthropic/claude-opus-4.1") << QString() << qint64(32'000);
        QTest::newRow("unknown") << QByteArray("deepseek-v4-pro") << QString() << qint64(8192);
    }
    void alwaysLimitsTheOutput()
    {
        QFETCH(QByteArray, model);
        QFETCH(QString, effort);
        QFETCH(qint64, limit);
        ChatRequest request = prompt(model.constData());
        request.parameters.reasoningEffort = effort;
        QCOMPARE(bodyOf(request)[u"max_tokens"].toInteger(), limit);
        ProviderConfig config = configOf();
        config.extraBody = R"({"max_tokens":77})"; // the user's word is above our default
        QCOMPARE(bodyOf(request, config)[u"max_tokens"].toInteger(), 77);
        request.parameters.maxTokens = 5;
        QCOMPARE(bodyOf(request, config)[u"max_tokens"].toInteger(), 5);
    }

    void thinksAsTheModelCan()
    {
        ChatRequest request = prompt("claude-opus-5-5");
        request.parameters.reasoningEffort = QStringLiteral("high");
        QCOMPARE(bodyOf(request)[u"thinking"], json(R"({"type":"adaptive"})"));
        QCOMPARE(bodyOf(request)[u"output_config"], json(R"({"effort":"high"})"));
        request.parameters.reasoningEffort = QStringLiteral("none");
        QCOMPARE(bodyOf(request)[u"thinking"], json(R"({"type":"disabled"})"));
        QVERIFY(!bodyOf(request).contains(u"output_config"));
        request.parameters.reasoningEffort = QStringLiteral("minimal");
        QCOMPARE(bodyOf(request)[u"output_config"], json(R"({"effort":"low"})"));

        request = prompt("claude-sonnet-4-5-20250929");
        request.parameters.reasoningEffort = QStringLiteral("medium");
        request.parameters.temperature = 0.5; // not while it thinks
        QCOMPARE(bodyOf(request)[u"thinking"], json(R"({"type":"enabled","budget_tokens":8192})"));
        QVERIFY(!bodyOf(request).contains(u"output_config") && !bodyOf(request).contains(u"temperature"));
        QCOMPARE(droppedBy(request), QStringList{QStringLiteral("temperature")});
        request.parameters.maxTokens = 2000; // the answer needs room too
        QCOMPARE(bodyOf(request)[u"thinking"][u"budget_tokens"].toInt(), 1500);
        request.parameters.maxTokens = 1024;
        request.parameters.temperature.reset();
        QVERIFY(!bodyOf(request).contains(u"thinking"));
        QCOMPARE(droppedBy(request), QStringList{QStringLiteral("reasoning_effort")});

        request = prompt("claude-3-haiku-20240307");
        request.parameters.reasoningEffort = QStringLiteral("low");
        QCOMPARE(droppedBy(request), QStringList{QStringLiteral("reasoning_effort")});
    }

    void thinkingAndAForcedToolExcludeEachOther()
    {
        ChatRequest request = prompt("claude-opus-5-5");
        request.parameters.reasoningEffort = QStringLiteral("high");
        request.parameters.tools = {{QStringLiteral("find"), {}, {}}};
        request.parameters.toolChoice = QStringLiteral("required");
        QVERIFY(!bodyOf(request).contains(u"thinking"));
        QCOMPARE(bodyOf(request)[u"output_config"], json(R"({"effort":"high"})"));
    }

    void saysWhatItCannotSay()
    {
        ChatRequest request = prompt();
        request.parameters.seed = 7;
        request.parameters.responseFormat = ResponseFormat::JsonObject;
        request.parameters.toolChoice = QStringLiteral("auto");
        QCOMPARE(droppedBy(request), (QStringList{QStringLiteral("seed"), QStringLiteral("json_object"), QStringLiteral("tool_choice")}));
    }

    void holdsAnAnswerToASchema()
    {
        ChatRequest request = prompt();
        request.parameters.responseFormat = ResponseFormat::JsonSchema;
        request.parameters.jsonSchema = R"({"type":"object"})";
        QCOMPARE(bodyOf(request)[u"output_config"], json(R"({"format":{"type":"json_schema","schema":{"type":"object"}}})"));
        request.parameters.extraBody = R"({"output_config":{"effort":"low"},"inference_geo":"us"})"; // joined, not replaced
        QCOMPARE(bodyOf(request)[u"output_config"][u"effort"].toString(), QStringLiteral("low"));
        QVERIFY(bodyOf(request)[u"output_config"].toObject().contains(u"format"));
        QCOMPARE(bodyOf(request)[u"inference_geo"].toString(), QStringLiteral("us"));
        request.parameters.jsonSchema = "{}}";
        QVERIFY(!encode(request).ok());
    }

    void definesTools()
    {
        ChatRequest request = prompt();
        request.parameters.tools = {{QStringLiteral("find"), QStringLiteral("Finds."), R"({"type":"object"})"}, {QStringLiteral("now"), {}, {}}};
        QCOMPARE(bodyOf(request)[u"tools"],
                 json(R"([{"name":"find","description":"Finds.","input_schema":{"type":"object"}},)"
                      R"({"name":"now","input_schema":{"type":"object","properties":{}}}])"));
        const QList<std::pair<const char *, const char *>> choices{{"auto", R"({"type":"auto"})"},
                                                                   {"none", R"({"type":"none"})"},
                                                                   {"required", R"({"type":"any"})"},
                                                                   {"find", R"({"type":"tool","name":"find"})"}};
        for (const auto &[choice, expected] : choices) {
            request.parameters.toolChoice = QString::fromLatin1(choice);
            QCOMPARE(bodyOf(request)[u"tool_choice"], json(expected));
        }
    }

    void putsSystemTextApart()
    {
        ChatRequest request = prompt();
        request.messages.prepend(messageOf(Role::System, QStringLiteral("Be brief.")));
        QCOMPARE(bodyOf(request)[u"system"].toString(), QStringLiteral("Be brief."));
        QCOMPARE(bodyOf(request)[u"messages"].toArray().size(), 1);
        request.messages.append(messageOf(Role::System, QStringLiteral("In English.")));
        QCOMPARE(bodyOf(request)[u"system"], json(R"([{"type":"text","text":"Be brief."},{"type":"text","text":"In English."}])"));
        QCOMPARE(bodyOf(request)[u"messages"].toArray().size(), 1);
    }

    void sendsImages()
    {
        ChatRequest request = prompt();
        request.messages[0].images = {{QStringLiteral("image/png"), "abc"}};
        QCOMPARE(bodyOf(request)[u"messages"][0][u"content"],
                 json(R"([{"type":"image","source":{"type":"base64","media_type":"image/png","data":"YWJj"}},)"
                      R"({"type":"text","text":"Name a river."}])"));
        request.messages[0].role = Role::Assistant;
        QVERIFY(!encode(request).ok());
    }

    void returnsCallsAndResults()
    {
        ChatRequest request = prompt();
        Message calls = messageOf(Role::Assistant, {});
        calls.toolCalls = {{QStringLiteral("t1"), QStringLiteral("find"), QStringLiteral("{\"a\": 1}")},
                           {QStringLiteral("t2"), QStringLiteral("now"), {}},
                           {QStringLiteral("t3"), QStringLiteral("bad"), QStringLiteral("{bad}")}};
        request.messages << calls << toolResult("t1", "one") << toolResult("t2", "") << toolResult("t3", "three")
                         << messageOf(Role::User, QStringLiteral("And now?"));
        const QJsonArray messages = bodyOf(request)[u"messages"].toArray();
        QCOMPARE(messages.size(), 3);
        QCOMPARE(messages[1][u"content"][0], json(R"({"type":"tool_use","id":"t1","name":"find","input":{"a":1}})"));
        QCOMPARE(messages[1][u"content"][1], json(R"({"type":"tool_use","id":"t2","name":"now","input":{}})"));
        QCOMPARE(messages[1][u"content"][2][u"input"], json(R"({"invalid_json":"{bad}"})"));
        QCOMPARE(messages[2][u"role"].toString(), QStringLiteral("user"));
        QCOMPARE(messages[2][u"content"][0], json(R"({"type":"tool_result","tool_use_id":"t1","content":"one"})"));
        QCOMPARE(messages[2][u"content"][1], json(R"({"type":"tool_result","tool_use_id":"t2"})"));
        QCOMPARE(messages[2][u"content"][2], json(R"({"type":"tool_result","tool_use_id":"t3","content":"three"})"));
        QCOMPARE(messages[2][u"content"][3], json(R"({"type":"text","text":"And now?"})"));
    }

    void handsThinkingBackUnchanged()
    {
        ChatRequest request = prompt();
        Message answer = messageOf(Role::Assistant, QStringLiteral("I look."));
        answer.reasoning = QStringLiteral("Hm.");
        answer.toolCalls = {{QStringLiteral("t1"), QStringLiteral("find"), QStringLiteral("{}")}};
        answer.opaqueJson = R"([{"type":"thinking","thinking":"Hm.","signature":"S=="},{"type":"text","text":"I look."},)"
                            R"({"type":"tool_use","id":"t1","name":"find","input":{}}])";
        request.messages << answer << toolResult("t1", "one");
        QVERIFY(encode(request)->body.contains("{\"role\":\"assistant\",\"content\":" + answer.opaqueJson + '}'));

        // An edited answer is sent as it reads now, behind the thinking.
        request.messages[1].text = QStringLiteral("I search.");
        QCOMPARE(bodyOf(request)[u"messages"][1][u"content"],
                 json(R"([{"type":"thinking","thinking":"Hm.","signature":"S=="},{"type":"text","text":"I search."},)"
                      R"({"type":"tool_use","id":"t1","name":"find","input":{}}])"));

        // Blocks of another provider are none of ours.
        request.messages[1].toolCalls.clear();
        request.messages[1].opaqueJson = R"([{"type":"reasoning","encrypted_content":"x"}])";
        request.messages.removeLast();
        QCOMPARE(bodyOf(request)[u"messages"][1][u"content"].toString(), QStringLiteral("I search."));
        request.messages[1].opaqueJson = "not json";
        QCOMPARE(bodyOf(request)[u"messages"][1][u"content"].toString(), QStringLiteral("I search."));
    }

    void whatItDecodesGoesBackAsItCame()
    {
        for (const ReplayFixture &fixture : replayFixtures()) {
            if (!fixture.expected.contains(u"opaque") || fixture.config.type != ProviderType::Anthropic)
                continue;
            const Completion completion = replay(fixture).completion;
            ChatRequest request = prompt();
            Message answer = messageOf(Role::Assistant, completion.text);
            answer.toolCalls = completion.toolCalls;
            answer.opaqueJson = completion.opaqueJson;
            request.messages << answer;
            if (!fixture.name.contains(u"unknown")) // what nobody knows may be another wire's
                QCOMPARE(bodyOf(request)[u"messages"][1][u"content"].toArray(), fixture.expected[u"opaque"].toArray());
        }
    }

    void joinsExtraFields()
    {
        ChatRequest request = prompt();
        request.stream = true;
        request.parameters.extraBody = R"({"stream":false,"top_k":5})";
        const Result<EncodedRequest> encoded = encode(request);
        QVERIFY(encoded.ok());
        QCOMPARE(encoded->headers.value("accept"), QByteArray("application/json"));
        QCOMPARE(bodyOf(request)[u"top_k"].toInt(), 5);
        ProviderConfig config = configOf();
        config.extraBody = R"({"service_tier":"standard_only","model":"other"})";
        QCOMPARE(bodyOf(request, config)[u"service_tier"].toString(), QStringLiteral("standard_only"));
        QCOMPARE(bodyOf(request, config)[u"model"].toString(), QStringLiteral("claude-sonnet-4-5"));
        config.extraBody = "[]";
        QVERIFY(!encode(request, config).ok());
    }

    void refusesWhatCannotBeSent()
    {
        ChatRequest request = prompt();
        request.model.clear();
        QVERIFY(!encode(request).ok());
        request = prompt();
        request.messages.clear();
        QVERIFY(!encode(request).ok());
        QVERIFY(!encode(prompt(), configOf("nonsense")).ok());
    }

    void readsAPageOfModels()
    {
        const Provider *provider = providerFor(ProviderType::Anthropic);
        const Result<ModelPage> page = provider->decodeModelList(
            configOf(), R"({"data":[{"type":"model","id":"claude-opus-5-5","display_name":"Claude Opus 5.5","created_at":"2026-09-01T00:00:00Z",)"
                        R"("max_input_tokens":1000000,"max_tokens":128000},{"id":""},{"id":"bad\u0001id"},{"id":"m","display_name":"m"}],)"
                        R"("has_more":true,"first_id":"claude-opus-5-5","last_id":"m&x"})");
        QVERIFY(page.ok());
        QCOMPARE(page->models.size(), 2);
        QCOMPARE(page->models[0].displayName, QStringLiteral("Claude Opus 5.5"));
        QCOMPARE(page->models[0].createdUnix, 1'788'220'800);
        QVERIFY(page->models[0].contextTokens == 1'000'000 && page->models[0].maxOutputTokens == 128'000);
        QVERIFY(page->models[1].displayName.isEmpty());
        QCOMPARE(page->nextPage, QByteArray("m&x"));
        const Result<EncodedRequest> next = provider->encodeModelList(configOf(), page->nextPage);
        QVERIFY(next.ok());
        QCOMPARE(next->target, QByteArray("/v1/models?limit=1000&after_id=m%26x"));
        QVERIFY(provider->decodeModelList(configOf(), R"({"data":[],"has_more":false,"last_id":"x"})")->nextPage.isEmpty());
    }

    void refusesWhatIsNoListOfModels()
    {
        for (const char *body : {"<html>", "{}", "[]", R"({"data":{}})", R"({"type":"error","error":{"type":"api_error","message":"no"}})"})
            QVERIFY2(!providerFor(ProviderType::Anthropic)->decodeModelList(configOf(), body).ok(), body);
    }

    void readsRateLimits()
    {
        const Headers headers{{"anthropic-ratelimit-requests-limit", "50"},
                              {"anthropic-ratelimit-requests-remaining", "49"},
                              {"anthropic-ratelimit-requests-reset", "2026-11-24T12:00:00Z"},
                              {"anthropic-ratelimit-tokens-limit", "100000"},
                              {"anthropic-ratelimit-input-tokens-remaining", "80000"},
                              {"anthropic-ratelimit-output-tokens-remaining", "16000"}};
        const RateLimits limits = providerFor(ProviderType::Anthropic)->rateLimits(headers, 1'795'478'400'000);
        QVERIFY(limits.requests.limit == 50 && limits.requests.remaining == 49);
        QVERIFY(limits.requests.resetWallMs == 1'795'521'600'000);
        QVERIFY(limits.tokens.limit == 100'000);
        QVERIFY(limits.inputTokens.remaining == 80'000 && limits.outputTokens.remaining == 16'000);
    }

    void hasIdsForSupport()
    {
        const Provider *provider = providerFor(ProviderType::Anthropic);
        QCOMPARE(provider->requestId({{"Request-Id", "req_1"}}), QStringLiteral("req_1"));
        QCOMPARE(provider->requestId({{"x-request-id", "p-1"}}), QStringLiteral("p-1"));
        QVERIFY(provider->requestId({}).isEmpty());
    }

    void hostileBlocksAreBounded()
    {
        ReplayFixture fixture;
        fixture.config = configOf();
        fixture.headers.set("Content-Type", "text/event-stream");
        for (int i = 0; i < 1100; ++i)
            fixture.body += "data: {\"type\":\"content_block_start\",\"index\":" + QByteArray::number(i)
                + ",\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n";
        const Replayed tools = replay(fixture);
        QCOMPARE(tools.end.failure.kind, FailureKind::Protocol);
        QCOMPARE(tools.completion.toolCalls.size(), 1024);
        fixture.body.clear();
        for (int i = 0; i < 5000; ++i)
            fixture.body += "data: {\"type\":\"content_block_start\",\"index\":" + QByteArray::number(i) + ",\"content_block\":{\"type\":\"x\"}}\n\n";
        QCOMPARE(replay(fixture).end.failure.kind, FailureKind::Protocol);
    }
};

TOLLGATE_TEST(TstAnthropic)
#include "tst_anthropic.moc"
