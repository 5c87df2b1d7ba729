#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr qint64 now = 1'795'500'000'000;

Failure classify(const char *dialect, int status, const QByteArray &body, const Headers &headers = {})
{
    const ProviderConfig config = configOfDialect(QString::fromLatin1(dialect));
    return providerFor(config.type)->classifyError(config, status, headers, body, now);
}

QByteArray error(const char *type, const char *code, const char *message = "No.")
{
    const QJsonValue codeValue = qstrlen(code) ? QJsonValue(QString::fromLatin1(code)) : QJsonValue();
    const QJsonObject object{{QStringLiteral("message"), QString::fromUtf8(message)},
                             {QStringLiteral("type"), QString::fromLatin1(type)},
                             {QStringLiteral("param"), QJsonValue()},
                             {QStringLiteral("code"), codeValue}};
    return QJsonDocument(QJsonObject{{QStringLiteral("error"), object}}).toJson();
}

} // namespace

class TstOpenAiError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void classifiesByCodeThenByStatus_data()
    {
        QTest::addColumn<QByteArray>("dialect");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("code");
        addOpenAiRows();
        addVendorRows();
    }
    void classifiesByCodeThenByStatus()
    {
        QFETCH(QByteArray, dialect);
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, kind);
        QFETCH(QString, code);
        const Failure failure = classify(dialect.constData(), status, body);
        QCOMPARE(failureName(failure.kind), kind);
        QCOMPARE(failure.providerCode, code);
        QCOMPARE(failure.httpStatus, status);
        QCOMPARE(failure.phase, Phase::FirstByte);
        QVERIFY(!failure.message.isEmpty());
        QVERIFY(!failure.retryAfter && !failure.shouldRetry);
    }

    void keepsWhatTheProviderSaid()
    {
        QCOMPARE(classify("openai", 400, error("t", "c", "Line\none\a \033[31mred")).message, QStringLiteral("Line\none [31mred"));
        QCOMPARE(classify("mistral", 422, R"({"detail":[{"loc":["body","model"],"msg":"Field required"},{"loc":["body","messages",0,"role"],"msg":"Bad"}]})").message,
                 QStringLiteral("model: Field required\nmessages.0.role: Bad"));
        QCOMPARE(classify("vllm", 401, R"({"error":"Unauthorized"})").message, QStringLiteral("Unauthorized"));
        QCOMPARE(classify("openrouter", 502, R"({"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"upstream says no"}}})").message,
                 QStringLiteral("Provider returned error\nupstream says no"));
        QCOMPARE(classify("openai", 502, "<h1>Bad\0 gateway</h1>").message, QStringLiteral("<h1>Bad"));
    }

    void namesTheParameter()
    {
        QCOMPARE(classify("openai", 400, R"({"error":{"message":"m","type":"t","param":"temperature","code":"unsupported_value"}})").parameter,
                 QStringLiteral("temperature"));
        QCOMPARE(classify("mistral", 422, R"({"detail":[{"loc":["body","top_p"],"msg":"m"}]})").parameter, QStringLiteral("top_p"));
        QVERIFY(classify("openai", 400, error("t", "c")).parameter.isEmpty());
    }

    void longTextIsCutWithinTwoKibibytes()
    {
        for (const QByteArray &body : {error("t", "c", QByteArray("ü").repeated(5000).constData()), QByteArray("ü").repeated(30'000),
                                       QByteArray(30'000, '\xff'), "x" + QByteArray("🏞").repeated(3000)}) {
            const QString message = classify("openai", 500, body).message;
            QVERIFY(message.toUtf8().size() <= 2048);
            QVERIFY(message.toUtf8().size() > 2000);
            QVERIFY(!message.back().isHighSurrogate());
        }
        const QString cut = classify("openai", 500, "x" + QByteArray("ü").repeated(3000)).message;
        QVERIFY(!cut.contains(QChar::ReplacementCharacter));
    }

    void redirectSaysWhereToButNotMore()
    {
        const Failure failure = classify("openai", 308, "<html>", {{"Location", "https://elsewhere.example/v1?token=secret"}});
        QCOMPARE(failure.kind, FailureKind::Protocol);
        QVERIFY(failure.message.contains(QStringLiteral("https://elsewhere.example/v1")));
        QVERIFY(!failure.message.contains(QStringLiteral("secret")));
    }

    void takesTheProvidersHints()
    {
        Failure failure = classify("openai", 429, {}, {{"retry-after-ms", "1500"}, {"Retry-After", "9"}});
        QCOMPARE(failure.retryAfter, std::chrono::milliseconds(1500));
        failure = classify("groq", 429, {}, {{"Retry-After", "7.66"}});
        QCOMPARE(failure.retryAfter, std::chrono::milliseconds(7660));
        QVERIFY(!classify("openai", 429, {}, {{"Retry-After", "NaN"}}).retryAfter);
        QCOMPARE(classify("openai", 400, {}, {{"X-Should-Retry", "true"}}).shouldRetry, true);
        QCOMPARE(classify("openai", 503, {}, {{"x-should-retry", "False"}}).shouldRetry, false);
        QVERIFY(!classify("openai", 503, {}, {{"x-should-retry", "maybe"}}).shouldRetry);
    }

    void survivesOddBodies()
    {
        for (const char *body : {"[]", "17", "null", "\"text\"", "{\"error\":[]}", "{\"error\":{\"message\":{\"a\":1},\"code\":{}}}",
                                 "{\"detail\":{}}", "{\"error\":{\"code\":99999999999999999999}}", "[{}]", "{\"error\":"}) {
            const Failure failure = classify("openai", 500, body);
            QCOMPARE(failure.kind, FailureKind::ServerError);
            QVERIFY2(!failure.message.isEmpty(), body);
        }
    }

private:
    static void row(const char *name, const char *dialect, int status, const QByteArray &body, const char *kind, const char *code)
    {
        QTest::newRow(name) << QByteArray(dialect) << status << body << QString::fromLatin1(kind) << QString::fromLatin1(code);
    }

    static void addOpenAiRows()
    {
        const char *oa = "openai";
        row("context", oa, 400, error("invalid_request_error", "context_length_exceeded"), "rejected", "context_length_exceeded");
        row("parameter", oa, 400, error("invalid_request_error", "unsupported_parameter"), "rejected", "unsupported_parameter");
        row("filter", oa, 400, error("invalid_request_error", "content_filter"), "filtered", "content_filter");
        row("policy", oa, 400, error("invalid_request_error", "content_policy_violation"), "filtered", "content_policy_violation");
        row("key", oa, 401, error("invalid_request_error", "invalid_api_key"), "badKey", "invalid_api_key");
        row("401 without words", oa, 401, "", "badKey", "");
        row("region", oa, 403, error("request_forbidden", "unsupported_country_region_territory"), "rejected", "unsupported_country_region_territory");
        row("permission", oa, 403, error("insufficient_permissions", "", "Missing scopes: model.request"), "badKey", "insufficient_permissions");
        row("model forbidden", oa, 403, error("invalid_request_error", "model_not_found"), "rejected", "model_not_found");
        row("firewall", oa, 403, "<html>Forbidden</html>", "rejected", "");
        row("no model", oa, 404, error("invalid_request_error", "model_not_found"), "rejected", "model_not_found");
        row("wrong path", oa, 404, "404 page not found", "rejected", "");
        row("405", oa, 405, "", "rejected", "");
        row("408", oa, 408, "", "serverError", "");
        row("409", oa, 409, error("conflict", ""), "serverError", "conflict");
        row("413", oa, 413, "", "rejected", "");
        row("422", oa, 422, error("invalid_request_error", ""), "rejected", "invalid_request_error");
        row("429", oa, 429, error("requests", "rate_limit_exceeded"), "rateLimited", "rate_limit_exceeded");
        row("429 without words", oa, 429, "", "rateLimited", "");
        row("slow down 429", oa, 429, error("rate_limit_error", "slow_down"), "rateLimited", "slow_down");
        row("slow down 503", oa, 503, error("rate_limit_error", "slow_down"), "overloaded", "slow_down");
        for (const char *code : {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
                                 "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "some_new_limit"})
            row(code, oa, 429, error("insufficient_quota", code), "quota", code);
        row("500", oa, 500, error("server_error", ""), "serverError", "server_error");
        row("502", oa, 502, "<html>Bad gateway</html>", "serverError", "");
        row("overloaded", oa, 503, error("service_unavailable_error", "server_is_overloaded"), "overloaded", "server_is_overloaded");
        row("503", oa, 503, "", "overloaded", "");
        row("504", oa, 504, "", "serverError", "");
        row("524", oa, 524, "", "serverError", "");
        row("529", oa, 529, "", "overloaded", "");
        for (const int status : {101, 204, 206, 301, 302, 304, 307, 308})
            row(qPrintable(QString::number(status)), oa, status, "", "protocol", "");
    }

    static void addVendorRows()
    {
        row("mistral", "mistral", 429, R"({"object":"error","message":"Slow","type":"rate_limited","param":null,"code":"1300"})", "rateLimited", "rate_limited");
        row("mistral key", "mistral", 401, R"({"detail":"Unauthorized"})", "badKey", "");
        row("mistral 422", "mistral", 422, R"({"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required"}]})", "rejected", "");
        row("mistral context", "mistral", 400, R"({"object":"error","message":"Prompt contains 40000 tokens, too large for model with 32768 maximum context length","type":"invalid_request_error","code":"3051"})", "rejected", "context_length_exceeded");
        row("groq 413", "groq", 413, error("tokens", "rate_limit_exceeded", "Limit 8000, Requested 10098"), "rejected", "rate_limit_exceeded");
        row("groq 498", "groq", 498, error("", "capacity_exceeded"), "rateLimited", "capacity_exceeded");
        row("groq 498 bare", "groq", 498, "", "rateLimited", "");
        row("deepseek 402", "deepseek", 402, error("unknown_error", "invalid_request_error", "Insufficient Balance"), "quota", "invalid_request_error");
        row("deepseek key", "deepseek", 401, error("authentication_error", "invalid_request_error"), "badKey", "invalid_request_error");
        row("openrouter 402", "openrouter", 402, R"({"error":{"code":402,"message":"Credits","metadata":{"error_type":"payment_required"}}})", "quota", "payment_required");
        row("openrouter moderation", "openrouter", 403, R"({"error":{"code":403,"message":"Flagged","metadata":{"reasons":["x"],"flagged_input":"y"}}})", "filtered", "");
        row("openrouter 502", "openrouter", 502, R"({"error":{"code":502,"message":"Provider returned error"}})", "serverError", "");
        row("openrouter 503", "openrouter", 503, R"({"error":{"code":503,"message":"No provider"}})", "overloaded", "");
        row("vllm context", "vllm", 400, R"({"error":{"message":"The maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}})", "rejected", "context_length_exceeded");
        row("vllm model", "vllm", 404, R"({"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}})", "rejected", "model_not_found");
        row("vllm key", "vllm", 401, R"({"error":"Unauthorized"})", "badKey", "");
        row("llama.cpp context", "llamacpp", 400, R"({"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})", "rejected", "exceed_context_size_error");
        row("llama.cpp context as 500", "llamacpp", 500, R"({"error":{"code":500,"message":"too long","type":"exceed_context_size_error"}})", "rejected", "exceed_context_size_error");
        row("llama.cpp loading", "llamacpp", 503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})", "overloaded", "unavailable_error");
    }
};

TOLLGATE_TEST(TstOpenAiError)
#include "tst_openaierror.moc"
