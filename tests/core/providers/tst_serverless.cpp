#include "core/providers/serverless.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ProviderConfig endpoint(const QString &url = QStringLiteral("https://f.example/prod/run"))
{
    ProviderConfig config = configOfDialect(QStringLiteral("serverless"));
    config.name = QStringLiteral("Mine");
    config.baseUrl = url;
    return config;
}

ChatRequest prompt()
{
    ChatRequest request;
    request.model = QStringLiteral("endpoint");
    request.messages = {messageOf(Role::User, QStringLiteral("Name a river."))};
    return request;
}

Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request = prompt())
{
    return providerFor(ProviderType::Serverless)->encode(config, request);
}

Failure failureOf(int status, const char *body)
{
    return providerFor(ProviderType::Serverless)->classifyError(endpoint(), status, {}, body, 0);
}

} // namespace

class TstServerless : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void postsToTheAddressAsTyped_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("target");
        const auto row = [](const char *url, const char *target) { QTest::newRow(url) << QString::fromLatin1(url) << QByteArray(target); };
        row("https://f.example", "/");
        row("https://f.example/", "/");
        row("https://f.example?stage=dev", "/?stage=dev");
        row("https://f.example/prod/run", "/prod/run");
        row("https://f.example/prod/run/", "/prod/run/");
        row("https://f.example/prod/run/?a=1&b=/x?", "/prod/run/?a=1&b=/x?");
        row("https://f.example/v1/chat/completions", "/v1/chat/completions");
        row("http://127.0.0.1:9000/2015-03-31/functions/function/invocations", "/2015-03-31/functions/function/invocations");
        row("https://f.example/run?code=en", "/run?code=en");
    }
    void postsToTheAddressAsTyped()
    {
        QFETCH(QString, url);
        QFETCH(QByteArray, target);
        const Result<EncodedRequest> request = encode(endpoint(url));
        QVERIFY(request.ok());
        QCOMPARE(request->method, QByteArray("POST"));
        QCOMPARE(request->target, target);
        QCOMPARE(request->headers.value("Content-Type"), QByteArray("application/json"));
        QCOMPARE(request->body, QByteArray(R"({"prompt":"Name a river."})"));
    }

    void noAddressCarriesAKey()
    {
        for (const char *url : {"https://f.example/run?key=abc", "https://f.example/run?x=1&API_KEY=abc", "https://f.example/run?token=abc",
                                "https://app.azurewebsites.net/api/run?code=abc", "https://user:abc@f.example/run"}) {
            const Result<EncodedRequest> request = encode(endpoint(QString::fromLatin1(url)));
            QVERIFY2(!request.ok(), url);
            QCOMPARE(request.error().kind, ErrorKind::Usage);
            QVERIFY(!request.error().text().contains(QStringLiteral("abc")));
        }
    }

    void theKeyGoesIntoAHeader()
    {
        ProviderConfig config = endpoint();
        QCOMPARE(encode(config)->secretHeader, QByteArray("x-api-key"));
        QCOMPARE(encode(config)->secretPrefix, QByteArray());
        config.keyHeader = QStringLiteral("x-functions-key");
        QCOMPARE(encode(config)->secretHeader, QByteArray("x-functions-key"));
        config.keyHeader = QStringLiteral("Authorization");
        QCOMPARE(encode(config)->secretPrefix, QByteArray("Bearer "));
    }

    void writesAConversationAsOneText()
    {
        const Message system = messageOf(Role::System, QStringLiteral("Be brief."));
        const Message first = messageOf(Role::User, QStringLiteral("Name a river."));
        const Message answer = messageOf(Role::Assistant, QStringLiteral("Rhine"));
        const Message second = messageOf(Role::User, QStringLiteral("Another."));
        QCOMPARE(serverlessPrompt({first}), QStringLiteral("Name a river."));
        QCOMPARE(serverlessPrompt({first, system}), QStringLiteral("Be brief.\n\nName a river."));
        QCOMPARE(serverlessPrompt({system, first, answer, second}),
                 QStringLiteral("Be brief.\n\nUser: Name a river.\n\nAssistant: Rhine\n\nUser: Another."));
        QCOMPARE(serverlessPrompt({}), QString());
    }

    void refusesWhatIsNoText()
    {
        ChatRequest request = prompt();
        request.messages[0].images = {{QStringLiteral("image/png"), "x"}};
        QVERIFY(!encode(endpoint(), request).ok());
        request = prompt();
        Message call = messageOf(Role::Assistant, {});
        call.toolCalls = {{QStringLiteral("c"), QStringLiteral("f"), QStringLiteral("{}")}};
        request.messages.append(call);
        QVERIFY(!encode(endpoint(), request).ok());
        request = prompt();
        request.messages.append(messageOf(Role::Tool, QStringLiteral("12:00")));
        QVERIFY(!encode(endpoint(), request).ok());
        request.messages = {messageOf(Role::User, {})};
        QVERIFY(!encode(endpoint(), request).ok());
    }

    void tellsWhatIsNotSent()
    {
        ChatRequest request = prompt();
        QVERIFY(encode(endpoint(), request)->droppedParameters.isEmpty());
        request.parameters.temperature = 0.5;
        request.parameters.maxTokens = 10;
        request.parameters.responseFormat = ResponseFormat::JsonObject;
        request.parameters.tools = {{QStringLiteral("f"), {}, {}}};
        const Result<EncodedRequest> encoded = encode(endpoint(), request);
        QCOMPARE(encoded->droppedParameters, QStringList({QStringLiteral("temperature"), QStringLiteral("max_tokens"),
                                                          QStringLiteral("response_format"), QStringLiteral("tools")}));
        QCOMPARE(encoded->body, QByteArray(R"({"prompt":"Name a river."})"));
    }

    void theUsersOwnFieldsGoAlong()
    {
        ProviderConfig config = endpoint();
        config.extraBody = R"({"tenant":"a","callback_url":"https://one.example/cb"})";
        ChatRequest request = prompt();
        request.parameters.extraBody = R"({"callback_url":"https://two.example/cb"})";
        const QJsonObject body = QJsonDocument::fromJson(encode(config, request)->body).object();
        const QJsonObject expected{{QStringLiteral("prompt"), QStringLiteral("Name a river.")},
                                   {QStringLiteral("tenant"), QStringLiteral("a")},
                                   {QStringLiteral("callback_url"), QStringLiteral("https://two.example/cb")}};
        QCOMPARE(body, expected);
    }

    void hasNoListOfModels()
    {
        const Provider *wire = providerFor(ProviderType::Serverless);
        QVERIFY(!wire->listsModels());
        const Result<EncodedRequest> list = wire->encodeModelList(endpoint(), {});
        QVERIFY(!list.ok());
        QVERIFY(list.error().text().contains(QStringLiteral("Mine")));
        QVERIFY(!wire->decodeModelList(endpoint(), "{}").ok());
        QVERIFY(providerFor(ProviderType::OpenAi)->listsModels());
    }

    void classifiesItsErrors_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, int status, const char *body, const char *kind, const char *message) {
            QTest::newRow(name) << status << QByteArray(body) << QString::fromLatin1(kind) << QString::fromLatin1(message);
        };
        row("function", 500, R"({"error":"upstream said no"})", "serverError", "upstream said no");
        row("crash", 502, R"({"message":"Internal server error"})", "serverError", "Internal server error");
        row("lambda", 502, R"({"errorMessage":"Task timed out after 3.00 seconds","errorType":"Sandbox.Timedout"})", "serverError", "Task timed out after 3.00 seconds");
        row("timeout", 504, R"({"message":"Endpoint request timed out"})", "serverError", "Endpoint request timed out");
        row("busy", 503, R"({"message":"Service Unavailable"})", "overloaded", "Service Unavailable");
        row("key", 403, R"({"message":"Forbidden"})", "badKey", "Forbidden");
        row("key, function address", 403, R"({"Message":"Forbidden"})", "badKey", "Forbidden");
        row("no route", 403, R"({"message":"Missing Authentication Token"})", "rejected", "Missing Authentication Token");
        row("key 401", 401, "", "badKey", "The server answered with status 401 and no explanation.");
        row("throttled", 429, R"({"message":"Too Many Requests"})", "rateLimited", "Too Many Requests");
        row("plan", 429, R"({"message":"Limit Exceeded"})", "quota", "Limit Exceeded");
        row("bad request", 400, R"({"error":"prompt is too long"})", "rejected", "prompt is too long");
        row("page", 500, "<html>oops</html>", "serverError", "<html>oops</html>");
    }
    void classifiesItsErrors()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, kind);
        QFETCH(QString, message);
        const Failure failure = failureOf(status, body);
        QCOMPARE(failureName(failure.kind), kind);
        QCOMPARE(failure.message, message);
        QCOMPARE(failure.httpStatus, status);
    }

    void readsJsonWhateverTheHeaderSays()
    {
        ReplayFixture fixture;
        fixture.config = endpoint();
        fixture.body = R"({"response":"Rhine","tokens":9})";
        for (const QByteArray &type : {QByteArray(), QByteArray("text/plain"), QByteArray("text/html"), QByteArray("application/octet-stream")}) {
            fixture.headers = {};
            if (!type.isEmpty())
                fixture.headers.set("Content-Type", type);
            QCOMPARE(replay(fixture).end.kind, DecodeEnd::Kind::Complete);
            QCOMPARE(replayBytewise(fixture).text, QStringLiteral("Rhine"));
        }
    }

    void acceptedIsNotFailed()
    {
        ReplayFixture fixture;
        fixture.config = endpoint();
        fixture.status = 202;
        fixture.body = R"({"status":"queued","message_id":"m-1"})";
        const Replayed queued = replay(fixture);
        QCOMPARE(queued.end.kind, DecodeEnd::Kind::Queued);
        QCOMPARE(queued.end.failure.kind, FailureKind::Queued);
        QCOMPARE(queued.completion.responseId, QStringLiteral("m-1"));
        QVERIFY(!queued.completion.complete && !queued.completion.usage.present);
        // A connection that broke inside the 202 leaves it open whether the work was taken.
        QCOMPARE(replay(fixture, {}, false).end.failure.kind, FailureKind::Ambiguous);
    }

    void otherStatusesAreNoAnswers()
    {
        ReplayFixture fixture;
        fixture.config = endpoint();
        fixture.body = R"({"response":"Rhine","tokens":9})";
        for (const int status : {201, 204, 206}) {
            fixture.status = status;
            const Replayed result = replay(fixture);
            QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
            QCOMPARE(result.end.failure.httpStatus, status);
            QVERIFY(result.text.isEmpty());
        }
    }

    void theTotalIsKeptWholeHoweverItIsSplit()
    {
        ReplayFixture fixture;
        fixture.config = endpoint();
        for (const qint64 total : {1, 5, 123, 1'000'000}) {
            fixture.body = "{\"response\":\"" + QByteArray(400, 'x') + "\",\"tokens\":" + QByteArray::number(total) + '}';
            const Completion answer = replay(fixture).completion;
            QVERIFY(answer.usage.present && answer.usage.estimated);
            QCOMPARE(answer.usage.inputTokens() + answer.usage.outputTokens(), total);
            QCOMPARE(answer.rawUsage, "{\"tokens\":" + QByteArray::number(total) + '}');
        }
    }

    void bodiesOverTheCapFail()
    {
        const std::unique_ptr<ReplyDecoder> decoder = providerFor(ProviderType::Serverless)->decoder(endpoint(), false, 200, {});
        class Silent final : public DecoderSink
        {
            void deltaDecoded(const Delta &) override {}
        } sink;
        const QByteArray piece(1 << 20, ' ');
        int fed = 0;
        while (fed < 100 && decoder->feed(piece, sink))
            ++fed;
        QCOMPARE(fed, 32);
        QCOMPARE(decoder->finish(true, sink).failure.kind, FailureKind::Protocol);
    }
};

TOLLGATE_TEST(TstServerless)
#include "tst_serverless.moc"
