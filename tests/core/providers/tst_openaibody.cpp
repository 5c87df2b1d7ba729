#include "core/providers/openaibody.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr Dialect allDialects[] = {Dialect::OpenAi,   Dialect::Mistral,    Dialect::Groq,
                                   Dialect::DeepSeek, Dialect::OpenRouter, Dialect::Generic};

ChatRequest prompt(const QString &text = QStringLiteral("Name a river."))
{
    ChatRequest request;
    request.model = QStringLiteral("m-1");
    request.messages = {messageOf(Role::User, text)};
    return request;
}

QJsonObject bodyOf(Dialect dialect, const ChatRequest &request, QStringList *dropped = nullptr)
{
    const Result<OpenAiBody> body = openAiBody(dialect, request);
    if (!body.ok()) {
        qWarning("%s", qPrintable(body.error().text()));
        return {};
    }
    if (dropped)
        *dropped = body->droppedParameters;
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(body->json, &error).object();
    if (error.error != QJsonParseError::NoError)
        qWarning("%s in %s", qPrintable(error.errorString()), body->json.constData());
    return object;
}

QJsonObject json(const char *text)
{
    return QJsonDocument::fromJson(text).object();
}

QJsonArray messagesOf(Dialect dialect, const ChatRequest &request)
{
    return bodyOf(dialect, request)[u"messages"].toArray();
}

} // namespace

class TstOpenAiBody : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsNothingThatIsUnset()
    {
        QCOMPARE(bodyOf(Dialect::OpenAi, prompt()),
                 json(R"({"model":"m-1","messages":[{"role":"user","content":"Name a river."}],"stream":true,)"
                      R"("stream_options":{"include_usage":true}})"));
        ChatRequest whole = prompt();
        whole.stream = false;
        for (const Dialect dialect : allDialects)
            QCOMPARE(bodyOf(dialect, whole),
                     json(R"({"model":"m-1","messages":[{"role":"user","content":"Name a river."}],"stream":false})"));
    }

    void asksForUsageWhereItMay()
    {
        for (const Dialect dialect : allDialects)
            QCOMPARE(bodyOf(dialect, prompt()).contains(u"stream_options"), dialect != Dialect::Mistral);
    }

    void namesTheOutputLimitAsTheDialectDoes()
    {
        ChatRequest request = prompt();
        request.parameters.maxTokens = 200;
        for (const Dialect dialect : allDialects) {
            const bool completion = dialect == Dialect::OpenAi || dialect == Dialect::Groq;
            const QJsonObject body = bodyOf(dialect, request);
            QCOMPARE(body[completion ? u"max_completion_tokens" : u"max_tokens"].toInt(), 200);
            QVERIFY(!body.contains(completion ? u"max_tokens" : u"max_completion_tokens"));
        }
    }

    void sendsSamplingParameters()
    {
        ChatRequest request = prompt();
        request.parameters.temperature = 0.1;
        request.parameters.topP = 1;
        request.parameters.seed = -9007199254740993; // more than a double can hold
        request.parameters.stop = {QStringLiteral("\n"), QStringLiteral("Ende")};
        const Result<OpenAiBody> body = openAiBody(Dialect::OpenAi, request);
        QVERIFY(body.ok());
        QVERIFY(body->json.contains("\"temperature\":0.1,"));
        QVERIFY(body->json.contains("\"seed\":-9007199254740993"));
        const QJsonObject parsed = QJsonDocument::fromJson(body->json).object();
        QCOMPARE(parsed[u"top_p"].toDouble(), 1.0);
        QCOMPARE(parsed[u"stop"].toArray(), QJsonArray({QStringLiteral("\n"), QStringLiteral("Ende")}));
    }

    void namesTheSeedAsTheDialectDoes()
    {
        ChatRequest request = prompt();
        request.parameters.seed = 7;
        QStringList dropped;
        QCOMPARE(bodyOf(Dialect::Mistral, request, &dropped)[u"random_seed"].toInt(), 7);
        QVERIFY(!bodyOf(Dialect::Mistral, request).contains(u"seed") && dropped.isEmpty());
        QVERIFY(!bodyOf(Dialect::DeepSeek, request, &dropped).contains(u"seed"));
        QCOMPARE(dropped, QStringList(QStringLiteral("seed")));
        QCOMPARE(bodyOf(Dialect::Generic, request, &dropped)[u"seed"].toInt(), 7);
        QVERIFY(dropped.isEmpty());
    }

    void sendsTheReasoningEffort()
    {
        ChatRequest request = prompt();
        request.parameters.reasoningEffort = QStringLiteral("low");
        for (const Dialect dialect : {Dialect::OpenAi, Dialect::Mistral, Dialect::Groq, Dialect::Generic})
            QCOMPARE(bodyOf(dialect, request)[u"reasoning_effort"].toString(), QStringLiteral("low"));
        const QJsonObject router = bodyOf(Dialect::OpenRouter, request);
        QCOMPARE(router[u"reasoning"].toObject(), json(R"({"effort":"low"})"));
        QVERIFY(!router.contains(u"reasoning_effort"));
    }

    void deepSeekThinkingFollowsItsRules_data()
    {
        QTest::addColumn<QString>("effort");
        QTest::addColumn<QString>("thinking");
        QTest::addColumn<QString>("sent");
        QTest::addColumn<QString>("dropped");
        QTest::newRow("unset") << QString() << QString() << QString() << QString();
        QTest::newRow("none") << QStringLiteral("none") << QStringLiteral("disabled") << QString() << QString();
        QTest::newRow("high") << QStringLiteral("high") << QStringLiteral("enabled") << QStringLiteral("high")
                              << QStringLiteral("temperature,top_p");
        QTest::newRow("max") << QStringLiteral("max") << QStringLiteral("enabled") << QStringLiteral("max")
                             << QStringLiteral("temperature,top_p");
        QTest::newRow("low") << QStringLiteral("low") << QStringLiteral("enabled") << QString()
                             << QStringLiteral("temperature,top_p,reasoning_effort");
    }
    void deepSeekThinkingFollowsItsRules()
    {
        QFETCH(QString, effort);
        QFETCH(QString, thinking);
        QFETCH(QString, sent);
        QFETCH(QString, dropped);
        ChatRequest request = prompt();
        request.parameters.reasoningEffort = effort;
        request.parameters.temperature = 0.5;
        request.parameters.topP = 0.9;
        QStringList told;
        const QJsonObject body = bodyOf(Dialect::DeepSeek, request, &told);
        QCOMPARE(body[u"thinking"].toObject()[u"type"].toString(), thinking);
        QCOMPARE(body[u"reasoning_effort"].toString(), sent);
        QCOMPARE(told.join(u','), dropped);
        QCOMPARE(body.contains(u"temperature"), !dropped.contains(u"temperature"));
    }

    void asksForJson()
    {
        ChatRequest request = prompt();
        request.parameters.responseFormat = ResponseFormat::JsonObject;
        for (const Dialect dialect : allDialects)
            QCOMPARE(bodyOf(dialect, request)[u"response_format"].toObject(), json(R"({"type":"json_object"})"));
        request.parameters.responseFormat = ResponseFormat::JsonSchema;
        request.parameters.jsonSchema = " {\"type\":\"object\",\n\"properties\":{}}\n";
        QCOMPARE(bodyOf(Dialect::Groq, request)[u"response_format"].toObject(),
                 json(R"({"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object","properties":{}}}})"));
        request.parameters.schemaName = QStringLiteral("river");
        QCOMPARE(bodyOf(Dialect::OpenAi, request)[u"response_format"][u"json_schema"][u"name"].toString(), QStringLiteral("river"));
        QStringList dropped;
        QCOMPARE(bodyOf(Dialect::DeepSeek, request, &dropped)[u"response_format"].toObject(), json(R"({"type":"json_object"})"));
        QCOMPARE(dropped, QStringList(QStringLiteral("json_schema")));
    }

    void sendsToolsAndTheChoiceAmongThem()
    {
        ChatRequest request = prompt();
        request.parameters.tools = {{QStringLiteral("river"), QStringLiteral("Finds a river"), R"({"type":"object","required":["n"]})"},
                                    {QStringLiteral("now"), {}, {}}};
        const QJsonArray tools = bodyOf(Dialect::Generic, request)[u"tools"].toArray();
        QCOMPARE(tools[0].toObject(), json(R"({"type":"function","function":{"name":"river","description":"Finds a river",)"
                                           R"("parameters":{"type":"object","required":["n"]}}})"));
        QCOMPARE(tools[1].toObject(),
                 json(R"({"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}})"));
        QVERIFY(!bodyOf(Dialect::Generic, request).contains(u"tool_choice"));
        request.parameters.toolChoice = QStringLiteral("required");
        QCOMPARE(bodyOf(Dialect::OpenAi, request)[u"tool_choice"].toString(), QStringLiteral("required"));
        QCOMPARE(bodyOf(Dialect::Mistral, request)[u"tool_choice"].toString(), QStringLiteral("any"));
        request.parameters.toolChoice = QStringLiteral("none");
        QCOMPARE(bodyOf(Dialect::Mistral, request)[u"tool_choice"].toString(), QStringLiteral("none"));
        request.parameters.toolChoice = QStringLiteral("now");
        QCOMPARE(bodyOf(Dialect::OpenAi, request)[u"tool_choice"].toObject(),
                 json(R"({"type":"function","function":{"name":"now"}})"));
    }

    void choiceWithoutToolsIsTold()
    {
        ChatRequest request = prompt();
        request.parameters.toolChoice = QStringLiteral("auto");
        QStringList dropped;
        QVERIFY(!bodyOf(Dialect::OpenAi, request, &dropped).contains(u"tool_choice"));
        QCOMPARE(dropped, QStringList(QStringLiteral("tool_choice")));
    }

    void writesEveryRole()
    {
        ChatRequest request = prompt();
        Message call = messageOf(Role::Assistant, {});
        call.toolCalls = {{QStringLiteral("c1"), QStringLiteral("river"), QStringLiteral("not json")}};
        call.reasoning = QStringLiteral("thought");
        Message tool = messageOf(Role::Tool, QStringLiteral("1233"));
        tool.toolCallId = QStringLiteral("c1");
        request.messages = {messageOf(Role::System, QStringLiteral("Be \"brief\".\n")), messageOf(Role::User, QStringLiteral("größte 🏞")),
                            call, tool, messageOf(Role::Assistant, QStringLiteral("Rhine"))};
        const QJsonArray messages = messagesOf(Dialect::OpenAi, request);
        QCOMPARE(messages.size(), 5);
        QCOMPARE(messages[0][u"role"].toString(), QStringLiteral("system"));
        QCOMPARE(messages[0][u"content"].toString(), request.messages[0].text);
        QCOMPARE(messages[1].toObject(), json(R"({"role":"user","content":"größte 🏞"})"));
        QCOMPARE(messages[2].toObject(), json(R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
                                              R"("function":{"name":"river","arguments":"not json"}}]})"));
        QCOMPARE(messages[3].toObject(), json(R"({"role":"tool","content":"1233","tool_call_id":"c1"})"));
        QCOMPARE(messages[4].toObject(), json(R"({"role":"assistant","content":"Rhine"})"));
    }

    void deepSeekGetsItsReasoningBackInTurnsWithTools()
    {
        const Message user = messageOf(Role::User, QStringLiteral("q"));
        Message plain = messageOf(Role::Assistant, QStringLiteral("a"));
        plain.reasoning = QStringLiteral("r1");
        Message call = messageOf(Role::Assistant, {});
        call.toolCalls = {{QStringLiteral("c"), QStringLiteral("f"), QStringLiteral("{}")}};
        call.reasoning = QStringLiteral("r2");
        Message tool = messageOf(Role::Tool, QStringLiteral("t"));
        tool.toolCallId = QStringLiteral("c");
        ChatRequest request = prompt();
        request.messages = {user, plain, user, call, tool, plain, user, plain, user};
        QStringList returned;
        for (const QJsonValue &message : messagesOf(Dialect::DeepSeek, request))
            returned.append(message[u"reasoning_content"].toString(QStringLiteral("-")));
        QCOMPARE(returned.join(u' '), QStringLiteral("- - - r2 - r1 - - -"));
        for (const QJsonValue &message : messagesOf(Dialect::OpenAi, request))
            QVERIFY(message[u"reasoning_content"].isUndefined());
    }

    void imagesGoAsDataUrls()
    {
        ChatRequest request = prompt();
        request.messages[0].images = {{QStringLiteral("image/png"), QByteArray("\x89PNG\0\xff", 6)}};
        QCOMPARE(messagesOf(Dialect::OpenAi, request)[0][u"content"].toArray(),
                 json(R"({"c":[{"type":"text","text":"Name a river."},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORwD/"}}]})")
                     [u"c"].toArray());
        request.messages[0].text.clear();
        QCOMPARE(messagesOf(Dialect::OpenAi, request)[0][u"content"].toArray().size(), 1);
    }

    void extraMembersReplaceOurs()
    {
        ChatRequest request = prompt();
        request.parameters.temperature = 1;
        request.parameters.maxTokens = 100;
        request.parameters.extraBody = R"({"temperature":0.25,"max_tokens":50,"stream":false,"top_k":40,"provider":{"order":["a"]}})";
        const Result<OpenAiBody> body = openAiBody(Dialect::OpenAi, request);
        QVERIFY(body.ok());
        QVERIFY(!body->streamed);
        QCOMPARE(body->json.count("temperature"), 1);
        QCOMPARE(QJsonDocument::fromJson(body->json).object(),
                 json(R"({"model":"m-1","messages":[{"role":"user","content":"Name a river."}],"temperature":0.25,"max_tokens":50,)"
                      R"("stream":false,"top_k":40,"provider":{"order":["a"]}})"));
    }

    void extraToolsKeepTheChoice()
    {
        ChatRequest request = prompt();
        request.parameters.toolChoice = QStringLiteral("auto");
        request.parameters.extraBody = R"({"tools":[{"type":"web_search"}]})";
        QCOMPARE(bodyOf(Dialect::OpenAi, request)[u"tool_choice"].toString(), QStringLiteral("auto"));
    }

    void refusesWhatItCannotSay_data()
    {
        QTest::addColumn<int>("which");
        const char *names[] = {"no model",           "no messages",       "image of a system message", "image that is none",
                               "empty image",        "schema not JSON",   "schema not an object",      "schema that ends early",
                               "tool schema broken", "extra not an object", "extra broken",            "extra member twice"};
        for (int i = 0; i < int(std::size(names)); ++i)
            QTest::newRow(names[i]) << i;
    }
    void refusesWhatItCannotSay()
    {
        QFETCH(int, which);
        ChatRequest request = prompt();
        Parameters &parameters = request.parameters;
        const auto image = [&](Role role, const char *type, const QByteArray &data) {
            request.messages[0].role = role;
            request.messages[0].images = {{QString::fromLatin1(type), data}};
        };
        const auto schema = [&](const char *text) {
            parameters.responseFormat = ResponseFormat::JsonSchema;
            parameters.jsonSchema = text;
        };
        switch (which) {
        case 0: request.model.clear(); break;
        case 1: request.messages.clear(); break;
        case 2: image(Role::System, "image/png", "x"); break;
        case 3: image(Role::User, "image/png,<script>", "x"); break;
        case 4: image(Role::User, "image/png", {}); break;
        case 5: schema("{"); break;
        case 6: schema("[]"); break;
        case 7: schema("{}},\"x\":{"); break;
        case 8: parameters.tools = {{QStringLiteral("f"), {}, "{} {}"}}; break;
        case 9: parameters.extraBody = "[1]"; break;
        case 10: parameters.extraBody = "{\"a\":}"; break;
        case 11: parameters.extraBody = R"({"a":1,"a":2})"; break;
        }
        for (const Dialect dialect : allDialects) {
            const Result<OpenAiBody> body = openAiBody(dialect, request);
            QVERIFY(!body.ok());
            QCOMPARE(body.error().kind, ErrorKind::Usage);
            QVERIFY(!body.error().what.isEmpty());
        }
    }
};

TOLLGATE_TEST(TstOpenAiBody)
#include "tst_openaibody.moc"
