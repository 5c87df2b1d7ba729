#include "core/providers/geminibody.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ProviderConfig gemini(const QString &base = {})
{
    ProviderConfig config;
    config.name = QStringLiteral("G");
    config.type = ProviderType::Gemini;
    config.baseUrl = base;
    return config;
}

ChatRequest prompt(const QString &model = QStringLiteral("gemini-3.6-flash"))
{
    ChatRequest request;
    request.model = model;
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

QJsonObject json(const char *text)
{
    return QJsonDocument::fromJson(text).object();
}

QJsonObject bodyOf(const ChatRequest &request, QStringList *dropped = nullptr, const ProviderConfig &config = gemini())
{
    const Result<GeminiBody> body = geminiBody(config, request);
    if (!body.ok()) {
        qWarning("%s", qPrintable(body.error().text()));
        return {};
    }
    if (dropped)
        *dropped = body->droppedParameters;
    return QJsonDocument::fromJson(body->json).object();
}

QJsonObject thinkingOf(const char *model, const char *effort, QStringList *dropped = nullptr)
{
    ChatRequest request = prompt(QString::fromLatin1(model));
    request.parameters.reasoningEffort = QString::fromLatin1(effort);
    return bodyOf(request, dropped)[u"generationConfig"][u"thinkingConfig"].toObject();
}

Failure classify(int status, const QByteArray &body, const Headers &headers = {})
{
    return providerFor(ProviderType::Gemini)->classifyError(gemini(), status, headers, body, 1'795'500'000'000);
}

QByteArray error(int code, const char *status, const char *message = "No.", const char *details = "[]")
{
    return "{\"error\":{\"code\":" + QByteArray::number(code) + ",\"message\":\"" + message + "\",\"status\":\"" + status
        + "\",\"details\":" + details + "}}";
}

Replayed replayNamed(const char *name, bool httpComplete)
{
    for (const ReplayFixture &fixture : replayFixtures()) {
        if (fixture.name == QLatin1String(name))
            return replay(fixture, {}, httpComplete);
    }
    return {};
}

} // namespace

class TstGemini : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addressesTheRequest_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QString>("model");
        QTest::addColumn<bool>("stream");
        QTest::addColumn<QByteArray>("target");
        const auto row = [](const char *name, const char *base, const char *model, bool stream, const char *target) {
            QTest::newRow(name) << QString::fromLatin1(base) << QString::fromUtf8(model) << stream << QByteArray(target);
        };
        row("default", "", "m", true, "/v1beta/models/m:streamGenerateContent?alt=sse");
        row("whole", "", "m", false, "/v1beta/models/m:generateContent");
        row("slash", "https://h.example/", "m", false, "/v1beta/models/m:generateContent");
        row("versioned", "https://h.example/v1beta/", "m", false, "/v1beta/models/m:generateContent");
        row("stable", "https://h.example/v1", "m", true, "/v1/models/m:streamGenerateContent?alt=sse");
        row("prefix and query", "https://h.example/proxy?a=1", "m", true, "/proxy/v1beta/models/m:streamGenerateContent?a=1&alt=sse");
        row("prefixed model", "", "models/m-1.5", false, "/v1beta/models/m-1.5:generateContent");
        row("tuned model", "", "tunedModels/a", false, "/v1beta/tunedModels/a:generateContent");
        row("hostile model", "", "../x?key=1#ü:y/z", false, "/v1beta/models/..%2Fx%3Fkey%3D1%23%C3%BC%3Ay%2Fz:generateContent");
    }
    void addressesTheRequest()
    {
        QFETCH(QString, base);
        QFETCH(QString, model);
        QFETCH(bool, stream);
        ChatRequest request = prompt(model);
        request.stream = stream;
        const Result<EncodedRequest> encoded = providerFor(ProviderType::Gemini)->encode(gemini(base), request);
        QVERIFY(encoded.ok());
        QTEST(encoded->target, "target");
        QCOMPARE(encoded->secretHeader, QByteArray("x-goog-api-key"));
        QVERIFY(encoded->secretPrefix.isEmpty());
        QCOMPARE(encoded->headers.value("Accept"), QByteArray(stream ? "text/event-stream" : "application/json"));
        if (base.isEmpty())
            QCOMPARE(encoded->endpoint.host, QStringLiteral("generativelanguage.googleapis.com"));
    }

    void sendsNothingThatIsUnset()
    {
        QCOMPARE(bodyOf(prompt()), json(R"({"contents":[{"role":"user","parts":[{"text":"Name a river."}]}]})"));
    }

    void namesParametersAsTheWireDoes()
    {
        ChatRequest request = prompt();
        Parameters &p = request.parameters;
        p.maxTokens = 200;
        p.temperature = 0.2;
        p.topP = 0.9;
        p.seed = 5;
        p.stop = {QStringLiteral("x")};
        p.responseFormat = ResponseFormat::JsonSchema;
        p.jsonSchema = " {\"type\":\"object\"} ";
        QStringList dropped;
        QCOMPARE(bodyOf(request, &dropped)[u"generationConfig"].toObject(),
                 json(R"({"maxOutputTokens":200,"temperature":0.2,"topP":0.9,"seed":5,"stopSequences":["x"],)"
                      R"("responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})"));
        QVERIFY(dropped.isEmpty());
        p = {};
        p.responseFormat = ResponseFormat::JsonObject;
        QCOMPARE(bodyOf(request)[u"generationConfig"].toObject(), json(R"({"responseMimeType":"application/json"})"));
    }

    void thinksAsTheModelCan()
    {
        QCOMPARE(thinkingOf("gemini-3.6-flash", "low"), json(R"({"includeThoughts":true,"thinkingLevel":"LOW"})"));
        QCOMPARE(thinkingOf("models/gemini-3-pro-preview", "xhigh"), json(R"({"includeThoughts":true,"thinkingLevel":"HIGH"})"));
        QCOMPARE(thinkingOf("gemini-flash-latest", "medium"), json(R"({"includeThoughts":true,"thinkingLevel":"MEDIUM"})"));
        QCOMPARE(thinkingOf("gemini-3.6-flash", "none"), json(R"({"thinkingLevel":"MINIMAL"})"));
        QCOMPARE(thinkingOf("gemini-2.5-flash", "low"), json(R"({"includeThoughts":true,"thinkingBudget":1024})"));
        QCOMPARE(thinkingOf("gemini-2.5-flash", "none"), json(R"({"thinkingBudget":0})"));
        QCOMPARE(thinkingOf("gemini-2.5-pro", "none"), json(R"({"thinkingBudget":128})"));
        QCOMPARE(thinkingOf("gemini-2.5-pro", "max"), json(R"({"includeThoughts":true,"thinkingBudget":32768})"));
        for (const char *model : {"gemini-2.0-flash", "gemma-3-27b-it"}) {
            QStringList dropped;
            QVERIFY(thinkingOf(model, "low", &dropped).isEmpty());
            QCOMPARE(dropped, QStringList(QStringLiteral("reasoning_effort")));
        }
        QStringList dropped;
        QVERIFY(thinkingOf("gemini-3.6-flash", "novel", &dropped).isEmpty());
        QCOMPARE(dropped.size(), 1);
    }

    void sendsTools()
    {
        ChatRequest request = prompt();
        request.parameters.toolChoice = QStringLiteral("required");
        QStringList dropped;
        QVERIFY(!bodyOf(request, &dropped).contains(u"toolConfig"));
        QCOMPARE(dropped, QStringList(QStringLiteral("tool_choice")));
        request.parameters.tools = {{QStringLiteral("river"), QStringLiteral("Finds"), R"({"type":"object"})"}, {QStringLiteral("now"), {}, {}}};
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"tools"].toArray(), json(R"({"t":[{"functionDeclarations":[{"name":"river","description":"Finds",
            "parametersJsonSchema":{"type":"object"}},{"name":"now","description":""}]}]})")[u"t"].toArray());
        QCOMPARE(body[u"toolConfig"].toObject(), json(R"({"functionCallingConfig":{"mode":"ANY"}})"));
        request.parameters.toolChoice = QStringLiteral("none");
        QCOMPARE(bodyOf(request)[u"toolConfig"].toObject(), json(R"({"functionCallingConfig":{"mode":"NONE"}})"));
        request.parameters.toolChoice = QStringLiteral("now");
        QCOMPARE(bodyOf(request)[u"toolConfig"].toObject(),
                 json(R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["now"]}})"));
    }

    void writesEveryRole()
    {
        ChatRequest request = prompt();
        Message user = messageOf(Role::User, QStringLiteral("größte 🏞"));
        user.images = {{QStringLiteral("image/png"), QByteArray("\x89PNG\0\xff", 6)}};
        Message calls = messageOf(Role::Assistant, QStringLiteral("Wait."));
        calls.toolCalls = {{QStringLiteral("c1"), QStringLiteral("river"), QStringLiteral("{\"n\":1}")},
                           {QStringLiteral("gemini-call-1"), QStringLiteral("now"), {}}};
        Message first = messageOf(Role::Tool, QStringLiteral("{\"km\":1233}"));
        first.toolCallId = QStringLiteral("c1");
        Message second = messageOf(Role::Tool, QStringLiteral("noon"));
        second.toolCallId = QStringLiteral("gemini-call-1");
        request.messages = {messageOf(Role::System, QStringLiteral("Be brief.")), user, calls, first, second,
                            messageOf(Role::System, QStringLiteral("Be kind."))};
        const QJsonObject body = bodyOf(request);
        QCOMPARE(body[u"systemInstruction"].toObject(), json(R"({"parts":[{"text":"Be brief."},{"text":"Be kind."}]})"));
        QCOMPARE(body[u"contents"].toArray(), json(R"({"c":[
            {"role":"user","parts":[{"text":"größte 🏞"},{"inlineData":{"mimeType":"image/png","data":"iVBORwD/"}}]},
            {"role":"model","parts":[{"text":"Wait."},{"functionCall":{"name":"river","args":{"n":1},"id":"c1"}},
             {"functionCall":{"name":"now","args":{}}}]},
            {"role":"user","parts":[{"functionResponse":{"name":"river","id":"c1","response":{"km":1233}}},
             {"functionResponse":{"name":"now","response":{"result":"noon"}}}]}]})")[u"c"].toArray());
        request.messages = {messageOf(Role::System, QStringLiteral("Only this."))};
        QVERIFY(!bodyOf(request).contains(u"systemInstruction"));
        QCOMPARE(bodyOf(request)[u"contents"].toArray().size(), 1);
    }

    void handsSignedPartsBack()
    {
        const Replayed replayed = replayNamed("gemini/stream_tools.sse", true);
        Message answer = messageOf(Role::Assistant, replayed.completion.text);
        answer.toolCalls = replayed.completion.toolCalls;
        answer.opaqueJson = replayed.completion.opaqueJson;
        ChatRequest request = prompt();
        request.messages.append(answer);
        const auto parts = [&request] { return bodyOf(request)[u"contents"][1][u"parts"].toArray(); };
        QCOMPARE(parts(), json(R"({"p":[{"functionCall":{"id":"id_a","name":"weather","args":{"city":"Köln","n":1}},"thoughtSignature":"c2lnQQ=="},
            {"functionCall":{"id":"id_b","name":"now","args":{}}}]})")[u"p"].toArray());
        request.messages[1].toolCalls[0].arguments = QStringLiteral(" {\"n\":1, \"city\":\"Köln\"}"); // the same, written differently
        QVERIFY(parts()[0].toObject().contains(u"thoughtSignature"));
        request.messages[1].toolCalls[0].arguments = QStringLiteral("{\"n\":2}");
        QVERIFY(!parts()[0].toObject().contains(u"thoughtSignature"));
        request.messages[1] = answer;
        request.messages[1].opaqueJson = "[1]";
        QVERIFY(!parts()[0].toObject().contains(u"thoughtSignature"));

        const Replayed text = replayNamed("gemini/stream_thoughts.sse", true);
        request.messages[1] = messageOf(Role::Assistant, text.completion.text);
        request.messages[1].opaqueJson = text.completion.opaqueJson;
        QCOMPARE(parts(), json(R"({"p":[{"text":"Rhine"},{"text":"","thoughtSignature":"c2lnMQ=="}]})")[u"p"].toArray());
        QVERIFY(replayNamed("gemini/stream_basic.sse", true).completion.opaqueJson.isEmpty());
    }

    void extraFieldsJoinTheGenerationConfig()
    {
        ProviderConfig config = gemini();
        config.extraBody = R"({"generationConfig":{"topK":40,"temperature":1},"safetySettings":[]})";
        ChatRequest request = prompt();
        request.parameters.temperature = 0.5;
        const QJsonObject body = bodyOf(request, nullptr, config);
        QCOMPARE(body[u"generationConfig"].toObject(), json(R"({"topK":40,"temperature":0.5})"));
        QVERIFY(body.contains(u"safetySettings"));
    }

    void refusesWhatItCannotSay()
    {
        ChatRequest request = prompt();
        Message call = messageOf(Role::Assistant, {});
        for (const char *arguments : {"not json", "[1]", "{}},\"x\":{"}) {
            call.toolCalls = {{QStringLiteral("c"), QStringLiteral("f"), QString::fromLatin1(arguments)}};
            request.messages = {messageOf(Role::User, QStringLiteral("q")), call};
            QVERIFY2(!geminiBody(gemini(), request).ok(), arguments);
        }
        QVERIFY(!geminiBody(gemini(), prompt(QString())).ok());
    }

    // There is no end marker, so a connection that is lost after the finish reason may have lost the usage too.
    void onlyAProperHttpEndEndsAStream()
    {
        const Replayed cut = replayNamed("gemini/stream_basic.sse", false);
        QCOMPARE(cut.end.kind, DecodeEnd::Kind::Incomplete);
        QCOMPARE(cut.end.failure.kind, FailureKind::Incomplete);
        QVERIFY(!cut.sawEnd && !cut.completion.complete);
        QVERIFY(replayNamed("gemini/stream_basic.sse", true).sawEnd);
    }

    void classifiesErrors_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("code");
        const auto row = [](const char *name, int status, const QByteArray &body, const char *kind, const char *code) {
            QTest::newRow(name) << status << body << QString::fromLatin1(kind) << QString::fromLatin1(code);
        };
        row("argument", 400, error(400, "INVALID_ARGUMENT"), "rejected", "INVALID_ARGUMENT");
        row("bad key", 400, error(400, "INVALID_ARGUMENT", "API key not valid.", R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}])"), "badKey", "API_KEY_INVALID");
        row("too long", 400, error(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)."), "rejected", "context_length_exceeded");
        row("place", 400, error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "rejected", "FAILED_PRECONDITION");
        row("unauthenticated", 401, error(401, "UNAUTHENTICATED"), "badKey", "UNAUTHENTICATED");
        row("prepaid", 402, error(402, "FAILED_PRECONDITION"), "quota", "FAILED_PRECONDITION");
        row("forbidden", 403, error(403, "PERMISSION_DENIED"), "badKey", "PERMISSION_DENIED");
        row("forbidden model", 403, error(403, "PERMISSION_DENIED", "No access to the tuned model."), "rejected", "PERMISSION_DENIED");
        row("blocked key", 403, error(403, "PERMISSION_DENIED", "Blocked for this model.", R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_SERVICE_BLOCKED"}])"), "badKey", "API_KEY_SERVICE_BLOCKED");
        row("no model", 404, error(404, "NOT_FOUND", "models/x is not found."), "rejected", "model_not_found");
        row("limit", 429, error(429, "RESOURCE_EXHAUSTED"), "rateLimited", "RESOURCE_EXHAUSTED");
        row("per day", 429, error(429, "RESOURCE_EXHAUSTED", "Quota.", R"([{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}])"), "quota", "RESOURCE_EXHAUSTED");
        row("internal", 500, error(500, "INTERNAL"), "serverError", "INTERNAL");
        row("unavailable", 503, error(503, "UNAVAILABLE"), "overloaded", "UNAVAILABLE");
        row("deadline", 504, error(504, "DEADLINE_EXCEEDED"), "serverError", "DEADLINE_EXCEEDED");
        row("novel word", 400, error(400, "NOVEL"), "rejected", "NOVEL");
        row("list", 503, '[' + error(503, "UNAVAILABLE") + ']', "overloaded", "UNAVAILABLE");
        row("html", 502, "<h1>Bad gateway</h1>", "serverError", "");
        row("gateway's own", 429, R"({"error":{"message":"Slow","type":"rate_limit_error"}})", "rateLimited", "rate_limit_error");
        row("empty", 503, {}, "overloaded", "");
        row("redirect", 308, {}, "protocol", "");
    }
    void classifiesErrors()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        const Failure failure = classify(status, body);
        QTEST(failureName(failure.kind), "kind");
        QTEST(failure.providerCode, "code");
        QCOMPARE(failure.httpStatus, status);
        QVERIFY(!failure.message.isEmpty() && !failure.retryAfter);
    }

    void waitsAsLongAsTheBodySays()
    {
        const auto limited = [](const char *delay) {
            return error(429, "RESOURCE_EXHAUSTED", "Slow.",
                         (QByteArray("[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"") + delay + "\"}]").constData());
        };
        QCOMPARE(classify(429, limited("34s")).retryAfter, std::chrono::milliseconds(34'000));
        QCOMPARE(classify(429, limited("1.5s")).retryAfter, std::chrono::milliseconds(1500));
        QCOMPARE(classify(429, limited("1.5s"), {{"Retry-After", "9"}}).retryAfter, std::chrono::milliseconds(9000));
        QCOMPARE(classify(429, limited("999999999s")).retryAfter, std::chrono::hours(24));
        for (const char *none : {"", "0s", "-3s", "nans", "infs", "34", "x"})
            QVERIFY2(!classify(429, limited(none)).retryAfter, none);
        QCOMPARE(classify(400, error(400, "INVALID_ARGUMENT", "Bad.", R"([{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"generation_config.top_k"}]}])")).parameter,
                 QStringLiteral("generation_config.top_k"));
    }

    void listsModelsInPages()
    {
        const Provider *provider = providerFor(ProviderType::Gemini);
        QCOMPARE(provider->encodeModelList(gemini(), {})->target, QByteArray("/v1beta/models?pageSize=1000"));
        const Result<EncodedRequest> next = provider->encodeModelList(gemini(), "a&b=c/");
        QCOMPARE(next->target, QByteArray("/v1beta/models?pageSize=1000&pageToken=a%26b%3Dc%2F"));
        QCOMPARE(next->method, QByteArray("GET"));
        QCOMPARE(next->secretHeader, QByteArray("x-goog-api-key"));
        const Result<ModelPage> page = provider->decodeModelList(gemini(), R"({"models":[
            {"name":"models/gemini-3.6-flash","displayName":"Gemini 3.6 Flash","inputTokenLimit":1048576,"outputTokenLimit":65536,
             "supportedGenerationMethods":["countTokens","generateContent"]},
            {"name":"models/embed","supportedGenerationMethods":["embedContent"]},{"name":"bare"},{"name":"models/"},{"name":5},
            {"name":"models/bad\u0000id"}],"nextPageToken":"t/2"})");
        QVERIFY(page.ok());
        QCOMPARE(page->models.size(), 2);
        QCOMPARE(page->models[0].id, QStringLiteral("gemini-3.6-flash"));
        QCOMPARE(page->models[0].displayName, QStringLiteral("Gemini 3.6 Flash"));
        QCOMPARE(page->models[0].contextTokens, 1'048'576);
        QCOMPARE(page->models[0].maxOutputTokens, 65'536);
        QCOMPARE(page->models[1].id, QStringLiteral("bare"));
        QCOMPARE(page->nextPage, QByteArray("t/2"));
        for (const char *body : {"<html>", "{}", "[]", "17", R"({"models":{}})", "", R"({"error":{"code":400,"message":"no","status":"X"}})"}) {
            const Result<ModelPage> none = provider->decodeModelList(gemini(), body);
            QVERIFY2(!none.ok(), body);
            QCOMPARE(none.error().kind, ErrorKind::Parse);
        }
    }
};

TOLLGATE_TEST(TstGemini)
#include "tst_gemini.moc"
