#include "core/providers/ollama.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ProviderConfig local()
{
    return configOfDialect(QStringLiteral("ollama"));
}

ChatRequest prompt()
{
    ChatRequest request;
    request.model = QStringLiteral("llama3.2");
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

Result<EncodedRequest> encode(const ChatRequest &request, const ProviderConfig &config = local())
{
    return providerFor(ProviderType::Ollama)->encode(config, request);
}

QJsonObject bodyOf(const ChatRequest &request, const ProviderConfig &config = local())
{
    const Result<EncodedRequest> encoded = encode(request, config);
    return encoded.ok() ? QJsonDocument::fromJson(encoded->body).object() : QJsonObject{{QStringLiteral("error"), encoded.error().text()}};
}

QJsonObject object(const char *json)
{
    return QJsonDocument::fromJson(json).object();
}

Failure failureOf(int status, const char *body)
{
    return providerFor(ProviderType::Ollama)->classifyError(local(), status, {}, body, 0);
}

Result<ModelPage> models(const char *body)
{
    return providerFor(ProviderType::Ollama)->decodeModelList(local(), body);
}

} // namespace

class TstOllama : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addressesTheNativeDoor_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QByteArray>("target");
        QTest::newRow("default") << QString() << QByteArray("/api/chat");
        QTest::newRow("root") << QStringLiteral("http://127.0.0.1:11434/") << QByteArray("/api/chat");
        QTest::newRow("api") << QStringLiteral("https://ollama.com/api") << QByteArray("/api/chat");
        QTest::newRow("whole") << QStringLiteral("http://box.local:11434/api/chat") << QByteArray("/api/chat");
        QTest::newRow("compatible") << QStringLiteral("http://127.0.0.1:11434/v1/") << QByteArray("/api/chat");
        QTest::newRow("proxy") << QStringLiteral("https://h.example/ollama?tenant=a") << QByteArray("/ollama/api/chat?tenant=a");
    }
    void addressesTheNativeDoor()
    {
        QFETCH(QString, base);
        QFETCH(QByteArray, target);
        ProviderConfig config = local();
        config.baseUrl = base;
        const Result<EncodedRequest> request = encode(prompt(), config);
        QVERIFY(request.ok());
        QCOMPARE(request->target, target);
        QCOMPARE(request->method, QByteArray("POST"));
        QCOMPARE(request->secretHeader, QByteArray("Authorization"));
        QCOMPARE(request->secretPrefix, QByteArray("Bearer "));
        const Result<EncodedRequest> list = providerFor(ProviderType::Ollama)->encodeModelList(config, {});
        QVERIFY(list.ok());
        QCOMPARE(list->method, QByteArray("GET"));
        QCOMPARE(list->target, target.replace("/api/chat", "/api/tags"));
    }

    void saysWhetherItStreams()
    {
        ChatRequest request = prompt();
        QCOMPARE(bodyOf(request), object(R"({"model":"llama3.2","messages":[{"role":"user","content":"Name a river."}],"stream":true})"));
        QCOMPARE(encode(request)->headers.value("Accept"), QByteArray("application/x-ndjson"));
        request.stream = false;
        QCOMPARE(bodyOf(request).value(u"stream"), QJsonValue(false));
        QCOMPARE(encode(request)->headers.value("Accept"), QByteArray("application/json"));
        request.parameters.extraBody = R"({"stream":true})";
        QCOMPARE(encode(request)->headers.value("Accept"), QByteArray("application/x-ndjson"));
    }

    void writesOptions()
    {
        ChatRequest request = prompt();
        request.parameters.temperature = 0;
        request.parameters.topP = 0.9;
        request.parameters.seed = 42;
        request.parameters.maxTokens = 50;
        request.parameters.stop = {QStringLiteral("END"), QStringLiteral("ä")};
        QCOMPARE(bodyOf(request).value(u"options").toObject(),
                 object("{\"temperature\":0,\"top_p\":0.9,\"seed\":42,\"num_predict\":50,\"stop\":[\"END\",\"ä\"]}"));
        QVERIFY(!bodyOf(prompt()).contains(u"options"));
    }

    void theContextIsTheUsersChoiceAlone()
    {
        ChatRequest request = prompt();
        request.messages[0].text = QString(200000, u'x');
        QVERIFY(!bodyOf(request).contains(u"options"));
        request.parameters.temperature = 0.5;
        ProviderConfig config = local();
        config.extraBody = R"({"options":{"num_ctx":8192,"temperature":1},"keep_alive":"10m"})";
        QJsonObject body = bodyOf(request, config);
        QCOMPARE(body[u"options"].toObject(), object(R"({"num_ctx":8192,"temperature":0.5})"));
        QCOMPARE(body[u"keep_alive"].toString(), QStringLiteral("10m"));
        request.parameters.extraBody = R"({"options":{"num_ctx":32768,"min_p":0.05}})";
        body = bodyOf(request, config);
        QCOMPARE(body[u"options"].toObject(), object(R"({"num_ctx":32768,"temperature":0.5,"min_p":0.05})"));
        request.parameters.extraBody = R"({"options":[1]})";
        QVERIFY(!encode(request, config).ok());
    }

    void asksForJson()
    {
        ChatRequest request = prompt();
        request.parameters.responseFormat = ResponseFormat::JsonObject;
        QCOMPARE(bodyOf(request).value(u"format").toString(), QStringLiteral("json"));
        request.parameters.responseFormat = ResponseFormat::JsonSchema;
        request.parameters.jsonSchema = R"({"type":"object","properties":{"name":{"type":"string"}}})";
        QCOMPARE(bodyOf(request).value(u"format").toObject(), object(request.parameters.jsonSchema));
        request.parameters.jsonSchema = "{";
        QVERIFY(!encode(request).ok());
    }

    void thinksAsHardAsAsked()
    {
        const auto think = [](const char *effort) {
            ChatRequest request = prompt();
            request.parameters.reasoningEffort = QString::fromLatin1(effort);
            return bodyOf(request).value(u"think");
        };
        QCOMPARE(think(""), QJsonValue(QJsonValue::Undefined));
        QCOMPARE(think("none"), QJsonValue(false));
        QCOMPARE(think("minimal"), QJsonValue(QStringLiteral("low")));
        QCOMPARE(think("medium"), QJsonValue(QStringLiteral("medium")));
        QCOMPARE(think("xhigh"), QJsonValue(QStringLiteral("max")));
        ChatRequest request = prompt();
        request.parameters.reasoningEffort = QStringLiteral("sometimes");
        QVERIFY(!bodyOf(request).contains(u"think"));
        QCOMPARE(encode(request)->droppedParameters, QStringList(QStringLiteral("reasoning_effort")));
    }

    void writesImagesAsBase64()
    {
        ChatRequest request = prompt();
        request.messages[0].images = {{QStringLiteral("image/png"), QByteArray("\x89PNG", 4)}};
        QCOMPARE(bodyOf(request).value(u"messages")[0], QJsonValue(object(R"({"role":"user","content":"Name a river.","images":["iVBORw=="]})")));
        request.messages[0].role = Role::System;
        QVERIFY(!encode(request).ok());
        request = prompt();
        request.messages[0].images = {{QStringLiteral("image/png"), {}}};
        QVERIFY(!encode(request).ok());
    }

    void offersToolsAndReturnsTheirResults()
    {
        ChatRequest request = prompt();
        request.parameters.tools = {{QStringLiteral("weather"), QStringLiteral("Now"), R"({"type":"object","properties":{"city":{"type":"string"}}})"},
                                    {QStringLiteral("now"), {}, {}}};
        Message calls = messageOf(Role::Assistant, {});
        calls.reasoning = QStringLiteral("I need the weather.");
        calls.toolCalls = {{QStringLiteral("call_0"), QStringLiteral("weather"), QStringLiteral("{\"city\":\"Bonn\"}")},
                           {QStringLiteral("call_1"), QStringLiteral("now"), {}}};
        Message result = messageOf(Role::Tool, QStringLiteral("12:00"));
        result.toolCallId = QStringLiteral("call_1");
        request.messages += {calls, result};
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"tools"].toArray().size(), 2);
        QCOMPARE(body[u"tools"][0][u"function"][u"parameters"][u"properties"][u"city"][u"type"].toString(), QStringLiteral("string"));
        QCOMPARE(body[u"tools"][1][u"function"][u"parameters"][u"type"].toString(), QStringLiteral("object"));
        QCOMPARE(body[u"messages"][1].toObject(), object(R"({"role":"assistant","content":"","thinking":"I need the weather.","tool_calls":[
            {"function":{"name":"weather","arguments":{"city":"Bonn"}}},{"function":{"name":"now","arguments":{}}}]})"));
        QCOMPARE(body[u"messages"][2].toObject(), object(R"({"role":"tool","content":"12:00","tool_name":"now"})"));
    }

    void theNearestCallOfThatIdIsAnswered()
    {
        ChatRequest request = prompt();
        for (const char *name : {"first", "second"}) {
            Message call = messageOf(Role::Assistant, {});
            call.toolCalls = {{QStringLiteral("call_0"), QString::fromLatin1(name), QStringLiteral("{}")}};
            Message result = messageOf(Role::Tool, QStringLiteral("ok"));
            result.toolCallId = QStringLiteral("call_0");
            request.messages += {call, result};
        }
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"messages"][2][u"tool_name"].toString(), QStringLiteral("first"));
        QCOMPARE(body[u"messages"][4][u"tool_name"].toString(), QStringLiteral("second"));
    }

    void refusesArgumentsThatAreNoObject()
    {
        ChatRequest request = prompt();
        Message call = messageOf(Role::Assistant, {});
        call.toolCalls = {{QStringLiteral("c"), QStringLiteral("f"), QStringLiteral("{\"a\":")}};
        request.messages.append(call);
        const Result<EncodedRequest> encoded = encode(request);
        QVERIFY(!encoded.ok());
        QCOMPARE(encoded.error().kind, ErrorKind::Usage);
    }

    void aForcedToolCannotBeSaid()
    {
        ChatRequest request = prompt();
        request.parameters.tools = {{QStringLiteral("f"), {}, {}}};
        request.parameters.toolChoice = QStringLiteral("required");
        QCOMPARE(encode(request)->droppedParameters, QStringList(QStringLiteral("tool_choice")));
        request.parameters.toolChoice = QStringLiteral("none");
        QVERIFY(encode(request)->droppedParameters.isEmpty());
        QVERIFY(!bodyOf(request).contains(u"tools"));
        request.parameters.toolChoice = QStringLiteral("auto");
        QVERIFY(encode(request)->droppedParameters.isEmpty());
        QVERIFY(bodyOf(request).contains(u"tools"));
    }

    void refusesWhatHasNoModelOrPrompt()
    {
        ChatRequest request = prompt();
        request.model.clear();
        QVERIFY(!encode(request).ok());
        request = prompt();
        request.messages.clear();
        QVERIFY(!encode(request).ok());
    }

    void classifiesItsSentences_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, int status, const char *body, const char *kind, const char *code = "") {
            QTest::newRow(name) << status << QByteArray(body) << QString::fromLatin1(kind) << QString::fromLatin1(code);
        };
        row("not pulled", 404, R"({"error":"model 'llama3.2' not found"})", "rejected", "model_not_found");
        row("not pulled, older", 404, R"({"error":"model \u0022llama3.2\u0022 not found, try pulling it first"})", "rejected", "model_not_found");
        row("no thinking", 400, R"({"error":"\u0022llama3.2\u0022 does not support thinking"})", "rejected");
        row("too long", 400, R"({"error":"the input length exceeds the context length"})", "rejected", "context_length_exceeded");
        row("bad body", 400, R"({"error":"invalid character 'x' looking for beginning of value"})", "rejected");
        row("key", 401, R"({"error":"unauthorized"})", "badKey");
        row("limit", 429, R"({"error":"too many concurrent requests"})", "rateLimited");
        row("runner died", 500, R"({"error":"llama runner process has terminated: exit status 2"})", "serverError");
        row("cloud", 502, R"({"error":"upstream unavailable"})", "serverError");
        row("queue full", 503, R"({"error":"server busy, please try again.  maximum pending requests exceeded"})", "overloaded");
        row("proxy page", 502, "<html>Bad gateway</html>", "serverError");
        row("redirect", 308, "", "protocol");
    }
    void classifiesItsSentences()
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

    void saysWhatToDoAboutAMissingModel()
    {
        const Failure failure = failureOf(404, R"({"error":"model 'qwen3:8b' not found"})");
        QVERIFY(failure.message.startsWith(QStringLiteral("model 'qwen3:8b' not found")));
        QVERIFY(failure.message.endsWith(QStringLiteral("ollama pull qwen3:8b")));
        // A name that a shell would read differently is not put into a command.
        QVERIFY(!failureOf(404, R"({"error":"model 'x; rm -rf ~' not found"})").message.contains(QStringLiteral("ollama pull")));
    }

    void namesTheParameterThatAModelLacks()
    {
        QCOMPARE(failureOf(400, R"({"error":"\u0022m\u0022 does not support thinking"})").parameter, QStringLiteral("think"));
        QCOMPARE(failureOf(400, R"({"error":"registry.ollama.ai/library/m:latest does not support tools"})").parameter, QStringLiteral("tools"));
    }

    void readsModelLists()
    {
        const Result<ModelPage> page = models(R"({"models":[
            {"name":"llama3.2:latest","model":"llama3.2:latest","modified_at":"2026-11-20T10:00:00.5+01:00","size":2019393189,"digest":"a80c4f",
             "details":{"format":"gguf","family":"llama","families":["llama"],"parameter_size":"3.2B","quantization_level":"Q4_K_M","context_length":131072}},
            {"name":"old:7b"},{"name":"nomic-embed-text:latest","details":{"family":"nomic-bert"}},{"name":"bad\u0000name"},{"name":""},{"size":1}]})");
        QVERIFY(page.ok());
        QCOMPARE(page->models.size(), 2);
        QCOMPARE(page->models[0].id, QStringLiteral("llama3.2:latest"));
        QCOMPARE(page->models[0].displayName, QStringLiteral("llama3.2:latest (3.2B, Q4_K_M)"));
        QCOMPARE(page->models[0].contextTokens, 131072);
        QCOMPARE(page->models[0].createdUnix, 1795165200);
        QCOMPARE(page->models[1].id, QStringLiteral("old:7b"));
        QVERIFY(page->models[1].displayName.isEmpty() && !page->models[1].contextTokens);
        QVERIFY(page->nextPage.isEmpty());
        QVERIFY(models(R"({"models":[]})").ok());
        QVERIFY(models(R"({"models":null})").ok());
    }

    void refusesWhatIsNoModelList()
    {
        for (const char *body : {"<html>", "{}", "[]", R"({"error":"unauthorized"})", R"({"object":"list","data":[]})", "{\"models\":[{\"na"})
            QVERIFY2(!models(body).ok(), body);
    }

    void goesByWhatCameNotByWhatWasAsked()
    {
        ReplayFixture fixture;
        fixture.config = local();
        const QByteArray line = R"({"model":"m","message":{"role":"assistant","content":"Rhine"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":1})";
        for (const QByteArray &type : {QByteArray("application/x-ndjson"), QByteArray("application/json; charset=utf-8"), QByteArray()}) {
            for (const bool streamed : {true, false}) {
                fixture.streamed = streamed;
                fixture.headers = {};
                if (!type.isEmpty())
                    fixture.headers.set("Content-Type", type);
                for (const QByteArray &body : {line, line + '\n'}) {
                    fixture.body = body;
                    const Replayed result = replay(fixture);
                    QCOMPARE(result.end.kind, DecodeEnd::Kind::Complete);
                    QCOMPARE(result.text, QStringLiteral("Rhine"));
                }
            }
        }
        fixture.headers.set("Content-Type", "text/html");
        QCOMPARE(replay(fixture).end.failure.kind, FailureKind::Protocol);
    }

    void keepsCountsAndDurations()
    {
        ReplayFixture fixture;
        fixture.config = local();
        fixture.headers.set("Content-Type", "application/x-ndjson");
        fixture.body = R"({"message":{"content":"x"},"done":true,"total_duration":9007199254740993,"eval_count":3,"prompt_eval_count":14,"eval_duration":60000000,"secret":"y"})"
                       "\n";
        QCOMPARE(replay(fixture).completion.rawUsage,
                 QByteArray(R"({"prompt_eval_count":14,"eval_count":3,"eval_duration":60000000,"total_duration":9007199254740993})"));
    }

    void lineOverTheCapFails()
    {
        ReplayFixture fixture;
        fixture.config = local();
        fixture.headers.set("Content-Type", "application/x-ndjson");
        fixture.body = "{\"message\":{\"content\":\"" + QByteArray(2 << 20, 'x') + "\"},\"done\":true}\n";
        const Replayed result = replay(fixture);
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QVERIFY(result.text.isEmpty());
    }

    void feedEndsWithTheLineThatIsDone()
    {
        const std::unique_ptr<ReplyDecoder> decoder = providerFor(ProviderType::Ollama)->decoder(
            local(), true, 200, Headers{{"Content-Type", "application/x-ndjson"}});
        class Silent final : public DecoderSink
        {
            void deltaDecoded(const Delta &) override {}
        } sink;
        QVERIFY(decoder->feed("{\"message\":{\"content\":\"a\"},\"done\":false}\n", sink));
        QVERIFY(decoder->sawEvent() && decoder->sawContent() && !decoder->sawEnd());
        QVERIFY(!decoder->feed("{\"done\":true,\"message\":{\"content\":\"\"}}\n{\"message\":{\"content\":\"late\"}}\n", sink));
        QVERIFY(decoder->sawEnd());
        QCOMPARE(decoder->finish(true, sink).kind, DecodeEnd::Kind::Complete);
        QCOMPARE(decoder->completion().text, QStringLiteral("a"));
    }

    void unusedStatusIsAProtocolFailure()
    {
        ReplayFixture fixture;
        fixture.config = local();
        fixture.headers.set("Content-Type", "application/json");
        fixture.body = R"({"message":{"content":"x"},"done":true})";
        for (const int status : {202, 204, 206}) {
            fixture.status = status;
            QCOMPARE(replay(fixture).end.failure.kind, FailureKind::Protocol);
            QVERIFY(replay(fixture).text.isEmpty());
        }
    }

    void hostileToolCallsAreBounded()
    {
        ReplayFixture fixture;
        fixture.config = local();
        fixture.headers.set("Content-Type", "application/x-ndjson");
        for (int i = 0; i < 1100; ++i)
            fixture.body += "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]},\"done\":false}\n";
        const Replayed result = replay(fixture);
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QCOMPARE(result.completion.toolCalls.size(), 1024);
    }
};

TOLLGATE_TEST(TstOllama)
#include "tst_ollama.moc"
