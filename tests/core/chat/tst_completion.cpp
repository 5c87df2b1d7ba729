#include "core/chat/completion.h"
#include "core/chat/message.h"
#include "core/chat/tokenestimate.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

class TstCompletion : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void piecesGoWhereTheyBelong()
    {
        Completion c;
        c.append({Delta::Kind::Text, QStringLiteral("He"), 0, {}, {}});
        c.append({Delta::Kind::Reasoning, QStringLiteral("hm"), 0, {}, {}});
        c.append({Delta::Kind::Text, QStringLiteral("llo"), 0, {}, {}});
        c.append({Delta::Kind::Refusal, QStringLiteral("no"), 0, {}, {}});
        QCOMPARE(c.text, QStringLiteral("Hello"));
        QCOMPARE(c.reasoning, QStringLiteral("hm"));
        QCOMPARE(c.refusal, QStringLiteral("no"));
    }

    void toolCallsGrowByIndex()
    {
        Completion c;
        c.append({Delta::Kind::ToolCall, {}, 1, QStringLiteral("id1"), QStringLiteral("second")});
        c.append({Delta::Kind::ToolCall, QStringLiteral("{\"a\""), 0, QStringLiteral("id0"), QStringLiteral("first")});
        c.append({Delta::Kind::ToolCall, QStringLiteral(":1}"), 0, {}, {}});
        c.append({Delta::Kind::ToolCall, QStringLiteral("{}"), 1, {}, {}});
        QCOMPARE(c.toolCalls, (QList<ToolCall>{{QStringLiteral("id0"), QStringLiteral("first"), QStringLiteral("{\"a\":1}")},
                                               {QStringLiteral("id1"), QStringLiteral("second"), QStringLiteral("{}")}}));
    }

    void absurdToolIndexesAreIgnored()
    {
        Completion c;
        c.append({Delta::Kind::ToolCall, QStringLiteral("x"), -1, {}, {}});
        c.append({Delta::Kind::ToolCall, QStringLiteral("x"), 2'000'000'000, {}, {}});
        QVERIFY(c.toolCalls.isEmpty());
    }

    void namesRoundTrip()
    {
        for (const Role role : {Role::System, Role::User, Role::Assistant, Role::Tool})
            QCOMPARE(roleFromName(roleName(role)), std::optional(role));
        QCOMPARE(roleFromName(u"developer"), std::optional(Role::System));
        QVERIFY(!roleFromName(u"User"));
        QCOMPARE(finishReasonName(FinishReason::ToolCalls), QStringLiteral("tool_calls"));
        QCOMPARE(finishReasonName(FinishReason::None), QString());
    }

    void estimatesAreNearWhatTokenizersCount()
    {
        const QString english = QStringLiteral("The quick brown fox jumps over the lazy dog. ").repeated(100); // 1000 words
        for (const char *model : {"gpt-5.6", "claude-sonnet-5", "gemini-3.6-pro", "llama-4", "unknown"}) {
            const qint64 tokens = estimateTokens(english, QString::fromLatin1(model));
            QVERIFY2(tokens > 900 && tokens < 1500, model);
        }
        const QString chinese = QString::fromUtf8("\xe4\xbd\xa0\xe5\xa5\xbd").repeated(100);
        QVERIFY(estimateTokens(chinese, u"gpt-5.6") > 100 && estimateTokens(chinese, u"gpt-5.6") < 300);
    }

    void nonEmptyTextHasAToken()
    {
        QCOMPARE(estimateTokens(u"", u"gpt-5.6"), qint64(0));
        QCOMPARE(estimateTokens(u"a", u"gpt-5.6"), qint64(1));
        const QChar lone(0xD83D);
        QCOMPARE(estimateTokens(QStringView(&lone, 1), u""), qint64(1));
    }

    void everyPartOfARequestCounts()
    {
        ChatRequest request;
        Message message;
        message.text = QStringLiteral("Hello there, how are you?");
        request.messages = {message};
        qint64 last = estimateInputTokens(request, u"gpt-5.6");
        QVERIFY(last > estimateTokens(message.text, u"gpt-5.6"));
        const auto grows = [&] {
            const qint64 now = estimateInputTokens(request, u"gpt-5.6");
            const bool grew = now > last;
            last = now;
            return grew;
        };
        request.messages.append(Message());
        QVERIFY(grows());
        request.messages[1].images.append({QStringLiteral("image/png"), "x"});
        QVERIFY(grows());
        request.messages[1].toolCalls.append({QStringLiteral("id"), QStringLiteral("name"), QStringLiteral("{}")});
        QVERIFY(grows());
        request.messages[1].opaqueJson = "[{\"signature\":\"abcdefghijklmnop\"}]";
        QVERIFY(grows());
        request.parameters.tools.append({QStringLiteral("tool"), QStringLiteral("What it does"), "{}"});
        QVERIFY(grows());
        request.parameters.responseFormat = ResponseFormat::JsonSchema;
        request.parameters.jsonSchema = "{\"type\":\"object\"}";
        QVERIFY(grows());
    }
};

TOLLGATE_TEST(TstCompletion)
#include "tst_completion.moc"
