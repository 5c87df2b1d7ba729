#include "core/providers/responsesbody.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ProviderConfig openAi()
{
    ProviderConfig config;
    config.name = QStringLiteral("R");
    config.type = ProviderType::OpenAiResponses;
    return config;
}

ChatRequest prompt(const char *model = "gpt-4.1")
{
    ChatRequest request;
    request.model = QString::fromLatin1(model);
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

QJsonObject json(const char *text)
{
    return QJsonDocument::fromJson(text).object();
}

QJsonObject bodyOf(const ChatRequest &request, QStringList *dropped = nullptr, const ProviderConfig &config = openAi())
{
    const Result<ResponsesBody> body = responsesBody(config, request);
    if (!body.ok()) {
        qWarning("%s", qPrintable(body.error().text()));
        return {};
    }
    if (dropped)
        *dropped = body->droppedParameters;
    return QJsonDocument::fromJson(body->json).object();
}

QByteArray sealed(const char *items)
{
    return QByteArray("{\"openai-responses\":") + items + '}';
}

} // namespace

class TstResponses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addressesTheRequest_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("list");
        QTest::newRow("default") << QString() << QByteArray("/v1/responses") << QByteArray("/v1/models");
        QTest::newRow("whole") << QStringLiteral("https://h.example/v1/responses") << QByteArray("/v1/responses") << QByteArray("/v1/models");
        QTest::newRow("other page") << QStringLiteral("https://h.example/v1/chat/completions") << QByteArray("/v1/responses")
                                    << QByteArray("/v1/models");
    }
    void addressesTheRequest()
    {
        QFETCH(QString, base);
        ProviderConfig config = openAi();
        config.baseUrl = base;
        const Provider *provider = providerFor(config.type);
        const Result<EncodedRequest> request = provider->encode(config, prompt());
        QVERIFY(request.ok());
        QTEST(request->target, "target");
        QCOMPARE(request->secretHeader, QByteArray("Authorization"));
        QCOMPARE(request->headers.value("Accept"), QByteArray("text/event-stream"));
        QCOMPARE(request->headers.value("Content-Type"), QByteArray("application/json"));
        QTEST(provider->encodeModelList(config, {})->target, "list");
    }

    void storesNothingAndSendsNothingThatIsUnset()
    {
        QCOMPARE(bodyOf(prompt()), json(R"({"model":"gpt-4.1","input":[{"role":"user","content":"Name a river."}],"stream":true,"store":false})"));
        ChatRequest whole = prompt();
        whole.stream = false;
        QCOMPARE(bodyOf(whole)[u"stream"].toBool(true), false);
    }

    void asksThinkingModelsForSealedThoughts()
    {
        const QJsonArray include{QStringLiteral("reasoning.encrypted_content")};
        for (const char *model : {"gpt-5.4", "gpt-6-sol", "gpt-10", "o3", "o4-mini", "codex-mini-latest"})
            QCOMPARE(bodyOf(prompt(model))[u"include"].toArray(), include);
        for (const char *model : {"gpt-4.1", "gpt-4o", "gpt-5-chat-latest", "llama3.2"})
            QVERIFY2(!bodyOf(prompt(model)).contains(u"include"), model);
        ProviderConfig local = openAi();
        local.baseUrl = QStringLiteral("http://127.0.0.1:11434/v1");
        QVERIFY(!bodyOf(prompt("gpt-5.4"), nullptr, local).contains(u"include"));
    }

    void namesParametersAsTheWireDoes()
    {
        ChatRequest request = prompt();
        Parameters &p = request.parameters;
        p.maxTokens = 200;
        p.temperature = 0.1;
        p.topP = 1;
        p.seed = 5;
        p.stop = {QStringLiteral("x")};
        p.reasoningEffort = QStringLiteral("low");
        QStringList dropped;
        const QJsonObject body = bodyOf(request, &dropped);
        QCOMPARE(body[u"max_output_tokens"].toInt(), 200);
        QCOMPARE(body[u"temperature"].toDouble(), 0.1);
        QCOMPARE(body[u"top_p"].toDouble(), 1.0);
        QCOMPARE(body[u"reasoning"].toObject(), json(R"({"effort":"low","summary":"auto"})"));
        QVERIFY(!body.contains(u"seed") && !body.contains(u"stop") && !body.contains(u"max_tokens"));
        QCOMPARE(dropped, (QStringList{QStringLiteral("seed"), QStringLiteral("stop")}));
        p.reasoningEffort = QStringLiteral("none");
        QCOMPARE(bodyOf(request)[u"reasoning"].toObject(), json(R"({"effort":"none"})"));
    }

    void asksForJsonFlat()
    {
        ChatRequest request = prompt();
        request.parameters.responseFormat = ResponseFormat::JsonObject;
        QCOMPARE(bodyOf(request)[u"text"].toObject(), json(R"({"format":{"type":"json_object"}})"));
        request.parameters.responseFormat = ResponseFormat::JsonSchema;
        request.parameters.jsonSchema = " {\"type\":\"object\"}\n";
        request.parameters.schemaName = QStringLiteral("river");
        QCOMPARE(bodyOf(request)[u"text"].toObject(),
                 json(R"({"format":{"type":"json_schema","name":"river","strict":true,"schema":{"type":"object"}}})"));
        request.parameters.extraBody = R"({"text":{"verbosity":"low"}})";
        QCOMPARE(bodyOf(request)[u"text"].toObject().keys(), (QStringList{QStringLiteral("format"), QStringLiteral("verbosity")}));
    }

    void sendsToolsFlat()
    {
        ChatRequest request = prompt();
        request.parameters.toolChoice = QStringLiteral("now");
        QStringList dropped;
        QVERIFY(!bodyOf(request, &dropped).contains(u"tool_choice"));
        QCOMPARE(dropped, QStringList(QStringLiteral("tool_choice")));
        request.parameters.tools = {{QStringLiteral("river"), QStringLiteral("Finds"), R"({"type":"object"})"}, {QStringLiteral("now"), {}, {}}};
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"tools"][0].toObject(),
                 json(R"({"type":"function","name":"river","description":"Finds","parameters":{"type":"object"},"strict":false})"));
        QCOMPARE(body[u"tools"][1].toObject(),
                 json(R"({"type":"function","name":"now","parameters":{"type":"object","properties":{}},"strict":false})"));
        QCOMPARE(body[u"tool_choice"].toObject(), json(R"({"type":"function","name":"now"})"));
        request.parameters.toolChoice = QStringLiteral("required");
        QCOMPARE(bodyOf(request)[u"tool_choice"].toString(), QStringLiteral("required"));
    }

    void writesEveryRole()
    {
        ChatRequest request = prompt();
        Message call = messageOf(Role::Assistant, {});
        call.toolCalls = {{QStringLiteral("c1"), QStringLiteral("river"), QStringLiteral("{}")}};
        Message tool = messageOf(Role::Tool, QStringLiteral("1233"));
        tool.toolCallId = QStringLiteral("c1");
        Message user = messageOf(Role::User, QStringLiteral("größte 🏞"));
        user.images = {{QStringLiteral("image/png"), QByteArray("\x89PNG\0\xff", 6)}};
        request.messages = {messageOf(Role::System, QStringLiteral("Be brief.")), messageOf(Role::System, QStringLiteral("Be kind.")), user, call,
                            tool, messageOf(Role::System, QStringLiteral("Now.")), messageOf(Role::Assistant, QStringLiteral("Rhine"))};
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"instructions"].toString(), QStringLiteral("Be brief.\n\nBe kind."));
        QCOMPARE(body[u"input"].toArray(), json(R"({"i":[{"role":"user","content":[{"type":"input_text","text":"größte 🏞"},
            {"type":"input_image","image_url":"data:image/png;base64,iVBORwD/"}]},
            {"type":"function_call","call_id":"c1","name":"river","arguments":"{}"},
            {"type":"function_call_output","call_id":"c1","output":"1233"},
            {"role":"system","content":"Now."},{"role":"assistant","content":"Rhine"}]})")[u"i"].toArray());
        request.messages = {messageOf(Role::System, QStringLiteral("Only this."))};
        QVERIFY(!bodyOf(request).contains(u"instructions"));
        QCOMPARE(bodyOf(request)[u"input"].toArray().size(), 1);
    }

    void handsSealedThoughtsBack()
    {
        const char *items = R"([{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gA"},)"
                            R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Rhine"}]},)"
                            R"({"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{}"}])";
        ChatRequest request = prompt("gpt-5.4");
        Message answer = messageOf(Role::Assistant, QStringLiteral("Rhine"));
        answer.toolCalls = {{QStringLiteral("c1"), QStringLiteral("f"), QStringLiteral("{}")}};
        answer.opaqueJson = sealed(items);
        request.messages.append(answer);
        const QJsonArray input = bodyOf(request)[u"input"].toArray();
        QCOMPARE(input.size(), 4);
        QCOMPARE(input[1].toObject()[u"encrypted_content"].toString(), QStringLiteral("gA"));
        QCOMPARE(input[2].toObject()[u"id"].toString(), QStringLiteral("msg_1"));
        // What was edited, what another wire left, and what another model cannot read is written anew.
        const auto anew = [&](const Message &message, const char *model = "gpt-5.4") {
            request.model = QString::fromLatin1(model);
            request.messages[1] = message;
            return !QJsonDocument(bodyOf(request)[u"input"].toArray()).toJson().contains("rs_1");
        };
        QVERIFY(!anew(answer));
        QVERIFY(anew(answer, "gpt-4.1"));
        Message edited = answer;
        edited.text = QStringLiteral("Danube");
        QVERIFY(anew(edited));
        edited = answer;
        edited.toolCalls[0].arguments = QStringLiteral("{\"a\":1}");
        QVERIFY(anew(edited));
        for (const QByteArray &other : {QByteArray(items), QByteArray("{\"gemini\":[]}"), QByteArray("{"), sealed("5"), sealed("[1]")}) {
            edited = answer;
            edited.opaqueJson = other;
            QVERIFY2(anew(edited), other.constData());
        }
    }

    void keepsWhatGoesBack()
    {
        for (const ReplayFixture &fixture : replayFixtures()) {
            if (fixture.name == u"responses/stream_reasoning.sse" || fixture.name == u"responses/whole_cached_reasoning.json") {
                const QJsonObject opaque = QJsonDocument::fromJson(replay(fixture).completion.opaqueJson).object();
                const QJsonArray items = opaque[u"openai-responses"].toArray();
                QCOMPARE(items.size(), 2);
                QVERIFY(!items[0].toObject()[u"encrypted_content"].toString().isEmpty());
                QCOMPARE(items[1].toObject()[u"type"].toString(), QStringLiteral("message"));
            } else if (fixture.name == u"responses/stream_basic.sse" || fixture.name == u"responses/stream_length_in_reasoning.sse") {
                QVERIFY(replay(fixture).completion.opaqueJson.isEmpty());
            }
        }
    }

    void extraFieldsOfTheProviderReplaceWhatNobodyAskedFor()
    {
        ProviderConfig config = openAi();
        config.extraBody = R"({"store":true,"temperature":0.9,"include":[],"tools":[{"type":"web_search"}]})";
        ChatRequest request = prompt("gpt-5.4");
        request.parameters.temperature = 0.5;
        request.parameters.toolChoice = QStringLiteral("auto");
        request.parameters.extraBody = R"({"stream":false})";
        const QJsonObject body = bodyOf(request, nullptr, config);
        QCOMPARE(body[u"store"].toBool(), true);
        QCOMPARE(body[u"temperature"].toDouble(), 0.5);
        QVERIFY(body[u"include"].toArray().isEmpty());
        QCOMPARE(body[u"tool_choice"].toString(), QStringLiteral("auto"));
        QCOMPARE(providerFor(config.type)->encode(config, request)->headers.value("Accept"), QByteArray("application/json"));
        config.extraBody = "[1]";
        QVERIFY(!responsesBody(config, request).ok());
        request.model.clear();
        QVERIFY(!responsesBody(openAi(), request).ok());
    }

    void longAnswersRepeatedInTheLastEventAreTaken()
    {
        const QByteArray text(3 << 20, 'x'); // three times what a line may have elsewhere
        ReplayFixture fixture;
        fixture.config = openAi();
        fixture.headers.set("Content-Type", "text/event-stream");
        fixture.body = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"
                       "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\",\"output\":[{\"type\":\"message\","
                       "\"content\":[{\"type\":\"output_text\",\"text\":\"" + text + "\"}]}]}}\n\n";
        const Replayed result = replay(fixture);
        QCOMPARE(result.end.kind, DecodeEnd::Kind::Complete);
        QCOMPARE(result.text, QStringLiteral("x")); // what was streamed is not told twice
    }

    void hostileToolCallsAreBounded()
    {
        ReplayFixture fixture;
        fixture.config = openAi();
        fixture.headers.set("Content-Type", "text/event-stream");
        for (int i = 0; i < 1100; ++i)
            fixture.body += "data: {\"type\":\"response.output_item.added\",\"output_index\":" + QByteArray::number(i)
                + ",\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}}\n\n";
        const Replayed result = replay(fixture);
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QCOMPARE(result.completion.toolCalls.size(), 1024);
    }
};

TOLLGATE_TEST(TstResponses)
#include "tst_responses.moc"
