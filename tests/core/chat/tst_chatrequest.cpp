#include "core/chat/chatrequest.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <functional>
#include <limits>

using namespace tollgate;

namespace {

ChatRequest good()
{
    ChatRequest request;
    Message message;
    message.text = QStringLiteral("hi");
    request.messages = {message};
    return request;
}

using Edit = std::function<void(ChatRequest &)>;

} // namespace

Q_DECLARE_METATYPE(Edit)

class TstChatRequest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void acceptsWhatIsInRange_data()
    {
        QTest::addColumn<Edit>("edit");
        const auto row = [](const char *name, Edit edit) { QTest::newRow(name) << edit; };
        row("plain", [](ChatRequest &) {});
        row("coldest", [](ChatRequest &r) { r.parameters.temperature = 0; });
        row("hottest", [](ChatRequest &r) { r.parameters.temperature = 2; });
        row("top p 1", [](ChatRequest &r) { r.parameters.topP = 1; });
        row("4 stops", [](ChatRequest &r) { r.parameters.stop = QStringList(4, QStringLiteral("x")); });
        row("empty assistant text", [](ChatRequest &r) { r.messages.append({Role::Assistant, {}, {}, {}, {}, {}, {}}); });
        row("tags", [](ChatRequest &r) {
            r.tags = {QStringLiteral("nightly"), QStringLiteral("team=search"), QString::fromUtf8("stra\xc3\x9f""e=\xf0\x9f\x98\x80")};
        });
        row("schema", [](ChatRequest &r) {
            r.parameters.responseFormat = ResponseFormat::JsonSchema;
            r.parameters.jsonSchema = "{}";
            r.parameters.schemaName = QStringLiteral("My_schema-1");
        });
        row("named tool", [](ChatRequest &r) {
            r.parameters.tools = {{QStringLiteral("f"), {}, "{\"type\":\"object\"}"}};
            r.parameters.toolChoice = QStringLiteral("f");
        });
        row("extra body", [](ChatRequest &r) { r.parameters.extraBody = "{\"top_k\":3}"; });
        row("no lifetime when bypassing", [](ChatRequest &r) {
            r.cache = CachePolicy::Bypass;
            r.ttl = std::chrono::seconds(0);
        });
        row("10 attempts", [](ChatRequest &r) { r.maxAttempts = 10; });
    }
    void acceptsWhatIsInRange()
    {
        QFETCH(Edit, edit);
        ChatRequest request = good();
        edit(request);
        QCOMPARE(firstProblem(request), std::nullopt);
    }

    void namesTheProblem_data()
    {
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<QString>("word");
        const auto row = [](const char *name, const char *word, Edit edit) {
            QTest::newRow(name) << edit << QString::fromLatin1(word);
        };
        row("no message", "message", [](ChatRequest &r) { r.messages.clear(); });
        row("too hot", "Temperature", [](ChatRequest &r) { r.parameters.temperature = 2.001; });
        row("too cold", "Temperature", [](ChatRequest &r) { r.parameters.temperature = -0.1; });
        row("not a number", "Temperature",
            [](ChatRequest &r) { r.parameters.temperature = std::numeric_limits<double>::quiet_NaN(); });
        row("top p", "Top P", [](ChatRequest &r) { r.parameters.topP = 1.1; });
        row("no output", "output limit", [](ChatRequest &r) { r.parameters.maxTokens = 0; });
        row("5 stops", "stop", [](ChatRequest &r) { r.parameters.stop = QStringList(5, QStringLiteral("x")); });
        row("empty stop", "stop", [](ChatRequest &r) { r.parameters.stop = {QString()}; });
        row("9 tags", "8 tags", [](ChatRequest &r) { r.tags = QStringList(9, QStringLiteral("x")); });
        row("empty tag", "Tag", [](ChatRequest &r) { r.tags = {QString()}; });
        row("tag with space", "a b", [](ChatRequest &r) { r.tags = {QStringLiteral("a b")}; });
        row("tag without key", "=v", [](ChatRequest &r) { r.tags = {QStringLiteral("=v")}; });
        row("tag without value", "k=", [](ChatRequest &r) { r.tags = {QStringLiteral("k=")}; });
        row("tag with newline", "Tag", [](ChatRequest &r) { r.tags = {QStringLiteral("a\nb")}; });
        row("0 attempts", "Attempts", [](ChatRequest &r) { r.maxAttempts = 0; });
        row("11 attempts", "Attempts", [](ChatRequest &r) { r.maxAttempts = 11; });
        row("timeout", "timeout", [](ChatRequest &r) { r.timeout = std::chrono::milliseconds(-1); });
        row("lifetime", "lifetime", [](ChatRequest &r) { r.ttl = std::chrono::seconds(0); });
        row("schema is a list", "schema", [](ChatRequest &r) {
            r.parameters.responseFormat = ResponseFormat::JsonSchema;
            r.parameters.jsonSchema = "[]";
        });
        row("no schema", "schema", [](ChatRequest &r) { r.parameters.responseFormat = ResponseFormat::JsonSchema; });
        row("schema name", "schema name", [](ChatRequest &r) {
            r.parameters.responseFormat = ResponseFormat::JsonSchema;
            r.parameters.jsonSchema = "{}";
            r.parameters.schemaName = QStringLiteral("a b");
        });
        row("extra body", "extra body", [](ChatRequest &r) { r.parameters.extraBody = "1"; });
        row("tool name", "Tool name", [](ChatRequest &r) { r.parameters.tools = {{QStringLiteral("a.b"), {}, {}}}; });
        row("tool twice", "twice", [](ChatRequest &r) {
            r.parameters.tools = {{QStringLiteral("a"), {}, {}}, {QStringLiteral("a"), {}, {}}};
        });
        row("tool schema", "JSON object", [](ChatRequest &r) { r.parameters.tools = {{QStringLiteral("a"), {}, "x"}}; });
        row("unknown choice", "Tool choice", [](ChatRequest &r) { r.parameters.toolChoice = QStringLiteral("f"); });
        row("required without tools", "required", [](ChatRequest &r) { r.parameters.toolChoice = QStringLiteral("required"); });
        row("tool result of nothing", "tool result", [](ChatRequest &r) { r.messages[0].role = Role::Tool; });
        row("user with tool calls", "tool calls", [](ChatRequest &r) {
            r.messages[0].toolCalls = {{QStringLiteral("i"), QStringLiteral("n"), {}}};
        });
        row("image of a system message", "images", [](ChatRequest &r) {
            r.messages[0].role = Role::System;
            r.messages[0].images = {{QStringLiteral("image/png"), "x"}};
        });
        row("empty image", "image", [](ChatRequest &r) { r.messages[0].images = {{QStringLiteral("image/png"), {}}}; });
        row("effort", "effort", [](ChatRequest &r) { r.parameters.reasoningEffort = QStringLiteral("very high"); });
    }
    void namesTheProblem()
    {
        QFETCH(Edit, edit);
        QFETCH(QString, word);
        ChatRequest request = good();
        edit(request);
        const std::optional<QString> problem = firstProblem(request);
        QVERIFY(problem);
        QVERIFY2(problem->contains(word), qPrintable(*problem));
    }

    void namesRoundTrip()
    {
        for (const CachePolicy policy : {CachePolicy::Use, CachePolicy::Refresh, CachePolicy::Bypass})
            QCOMPARE(cachePolicyFromName(cachePolicyName(policy)), std::optional(policy));
        QVERIFY(!cachePolicyFromName(u"on"));
        QCOMPARE(sourceName(Source::Playground), QStringLiteral("playground"));
        QCOMPARE(sourceName(Source::Job), QStringLiteral("job"));
    }
};

TOLLGATE_TEST(TstChatRequest)
#include "tst_chatrequest.moc"
