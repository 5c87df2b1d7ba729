#include "core/providers/anthropicerror.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

QByteArray error(const char *type, const char *message, const char *code = nullptr)
{
    QByteArray json = QByteArray("{\"type\":\"error\",\"error\":{\"type\":\"") + type + "\",\"message\":\"" + message + '"';
    if (code)
        json += QByteArray(",\"details\":{\"error_code\":\"") + code + "\"}";
    return json + "},\"request_id\":\"req_1\"}";
}

} // namespace

class TstAnthropicError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void classifies_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<FailureKind>("kind");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("parameter");
        using enum FailureKind;
        const auto row = [](const char *name, int status, const QByteArray &body, FailureKind kind, const char *code, const char *parameter = "") {
            QTest::newRow(name) << status << body << kind << QString::fromLatin1(code) << QString::fromLatin1(parameter);
        };
        row("400", 400, error("invalid_request_error", "messages: at least one message is required"), Rejected, "invalid_request_error",
            "messages");
        row("400 nested field", 400, error("invalid_request_error", "messages.0.content.1.type: Field required"), Rejected,
            "invalid_request_error", "messages.0.content.1.type");
        row("400 limit", 400, error("invalid_request_error", "max_tokens: 200000 > 64000, which is the maximum"), Rejected,
            "invalid_request_error", "max_tokens");
        row("400 quoted", 400, error("invalid_request_error", "`temperature` may only be set to 1 when thinking is enabled"), Rejected,
            "invalid_request_error", "temperature");
        row("400 path", 400, error("invalid_request_error", "output_config.effort: Input should be 'low'"), Rejected,
            "invalid_request_error", "output_config.effort");
        row("400 no field", 400, error("invalid_request_error", "note: `river` is unknown"), Rejected, "invalid_request_error");
        row("400 too long", 400, error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), Rejected,
            "context_length_exceeded");
        row("400 broke", 400, error("invalid_request_error", "Your credit balance is too low to access the API."), Quota,
            "invalid_request_error");
        row("401", 401, error("authentication_error", "invalid x-api-key"), BadKey, "authentication_error");
        row("402", 402, error("billing_error", "No credit"), Quota, "billing_error");
        row("403", 403, error("permission_error", "Your API key does not have permission"), BadKey, "permission_error");
        row("403 region", 403, error("forbidden", "Request not allowed"), BadKey, "forbidden");
        row("404 model", 404, error("not_found_error", "model: claude-foo"), Rejected, "model_not_found", "model");
        row("404", 404, error("not_found_error", "Not found"), Rejected, "not_found_error");
        row("409", 409, error("conflict_error", "Conflict"), ServerError, "conflict_error");
        row("413", 413, error("request_too_large", "Too large"), Rejected, "request_too_large");
        row("413 of the edge", 413, "<html>413 Payload Too Large</html>", Rejected, "");
        row("413 empty", 413, "", Rejected, "");
        row("429", 429, error("rate_limit_error", "Too fast"), RateLimited, "rate_limit_error");
        row("429 spend", 429, error("rate_limit_error", "Spent", "enforced_spend_limit_reached"), Quota, "enforced_spend_limit_reached");
        row("429 contract", 429, error("rate_limit_error", "Spent", "contract_spend_limit_reached"), Quota,
            "contract_spend_limit_reached");
        row("429 ramp", 429, error("rate_limit_error", "Ramp", "ramp_limit_exceeded"), RateLimited, "ramp_limit_exceeded");
        row("500", 500, error("api_error", "Oops"), ServerError, "api_error");
        row("500 overloaded", 500, error("overloaded_error", "Overloaded"), Overloaded, "overloaded_error");
        row("504", 504, error("timeout_error", "Too slow"), ServerError, "timeout_error");
        row("529", 529, error("overloaded_error", "Overloaded"), Overloaded, "overloaded_error");
        row("529 of the edge", 529, "overloaded", Overloaded, "");
        row("unknown type", 418, error("teapot_error", "Short and stout"), Rejected, "teapot_error");
        row("another wire's", 429, R"({"error":{"message":"spent","code":"insufficient_quota"}})", Quota, "insufficient_quota");
        row("cut", 529, error("overloaded_error", "Overloaded").first(40), Overloaded, "");
        row("redirect", 302, "", Protocol, "");
    }
    void classifies()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        const Failure failure = classifyAnthropicError(status, {}, body, 0);
        QTEST(failure.kind, "kind");
        QTEST(failure.providerCode, "code");
        QTEST(failure.parameter, "parameter");
        QCOMPARE(failure.httpStatus, status);
        QVERIFY(!failure.message.isEmpty());
    }

    void takesTheHeadersAdvice()
    {
        const Failure failure = classifyAnthropicError(429, {{"retry-after", "7"}, {"x-should-retry", "false"}},
                                                       error("rate_limit_error", "Too fast"), 0);
        QVERIFY(failure.retryAfter == std::chrono::milliseconds(7000));
        QVERIFY(failure.shouldRetry == false);
        QCOMPARE(failure.message, QStringLiteral("Too fast"));
    }

    void knowsAnErrorInsideAnAnswer()
    {
        JsonDocument document;
        QVERIFY(isAnthropicError(*document.parse(error("overloaded_error", "Overloaded"))));
        QCOMPARE(anthropicErrorInside(*document.parse(error("overloaded_error", "Overloaded"))).kind, FailureKind::Overloaded);
        QCOMPARE(anthropicErrorInside(*document.parse(error("billing_error", "No credit"))).kind, FailureKind::Quota);
        QVERIFY(!isAnthropicError(*document.parse(R"({"type":"message","content":[]})")));
        QVERIFY(!anthropicErrorInside(*document.parse(R"({"type":"error"})")).message.isEmpty());
    }
};

TOLLGATE_TEST(TstAnthropicError)
#include "tst_anthropicerror.moc"
