#include "core/net/trouble.h"
#include "tests/support/testmain.h"
#include "ui/widgets/failurewords.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;

namespace {

Failure failure(FailureKind kind, int status = 0, const QString &message = {})
{
    Failure f;
    f.kind = kind;
    f.httpStatus = status;
    f.message = message;
    return f;
}

FailureContext context()
{
    FailureContext c;
    c.provider = QStringLiteral("Mistral");
    c.model = QStringLiteral("mistral-small");
    return c;
}

QStringList ids(const FailureWords &words)
{
    QStringList result;
    for (const FailureAction &action : words.actions)
        result.append(action.id);
    return result;
}

} // namespace

class TstFailureWords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysABadKeyInTheDesignsWords()
    {
        FailureContext c = context();
        c.provider = QStringLiteral("Azure OpenAI");
        c.lastFour = QStringLiteral("7bD2");
        c.keyPlace = QStringLiteral("in keychain as azure/default");
        c.otherModel = QStringLiteral("gpt-5-mini");
        c.canOpenRequest = true;
        const FailureWords w = wordsFor(failure(FailureKind::BadKey, 401, QStringLiteral("Access denied")), c);
        QCOMPARE(w.title, QStringLiteral("Azure OpenAI rejected the API key"));
        QCOMPARE(w.text, QStringLiteral("The key ending in 7bD2 is invalid or was revoked (401). Nothing was sent to the model and nothing was charged."));
        QCOMPARE(w.badge, QStringLiteral("Failed, 401"));
        QCOMPARE(w.facts.size(), 3);
        QCOMPARE(w.facts[0].value, QStringLiteral("Access denied"));
        QVERIFY(w.facts[0].mono);
        QCOMPARE(w.facts[1].value, QStringLiteral("\u2022\u2022\u2022\u20227bD2, in keychain as azure/default"));
        QCOMPARE(w.facts[2].value, QStringLiteral("1, a rejected key is not retried"));
        QCOMPARE(ids(w), (QStringList{QStringLiteral("replaceKey"), QStringLiteral("tryModel"), QStringLiteral("openRequest")}));
        QCOMPARE(w.actions[1].text, QStringLiteral("Try gpt-5-mini"));
        QVERIFY(w.actions[0].primary);
    }

    void saysAFinalRateLimitWithAttemptsAndTimes()
    {
        FailureContext c = context();
        c.attempts = 3;
        c.elapsedMs = 5200;
        Failure f = failure(FailureKind::RateLimited, 429);
        f.retryAfter = std::chrono::milliseconds(38'000);
        c.nowWallMs = QDateTime(QDate(2026, 11, 17), QTime(14, 32, 10)).toMSecsSinceEpoch();
        const FailureWords w = wordsFor(f, c);
        QCOMPARE(w.title, QStringLiteral("Mistral is limiting requests"));
        QCOMPARE(w.text, QStringLiteral("3 attempts in 5.20 s were refused (429). The limit clears in 38 s."));
        QCOMPARE(w.actions.first().text, QStringLiteral("Run again at 14:33"));
        f.retryAfter.reset();
        c.attempts = 1;
        const FailureWords once = wordsFor(f, c);
        QCOMPARE(once.text, QStringLiteral("1 attempt in 5.20 s was refused (429)."));
        QCOMPARE(ids(once), QStringList{QStringLiteral("runAgain")});
    }

    void saysATimeout()
    {
        FailureContext c = context();
        c.elapsedMs = 120'004;
        Failure f = failure(FailureKind::Ambiguous, 0, QStringLiteral("No answer in 120 s."));
        f.phase = Phase::FirstByte;
        const FailureWords w = wordsFor(f, c);
        QCOMPARE(w.title, QStringLiteral("No answer in 120 s"));
        QCOMPARE(w.text, QStringLiteral("Mistral accepted the request but sent no token. It may still be charged."));
        QCOMPARE(ids(w), (QStringList{QStringLiteral("runAgain"), QStringLiteral("raiseTimeout")}));
        QCOMPARE(w.badge, QStringLiteral("Timed out"));
    }

    void knowsEveryDeadlineOfTheTransport()
    {
        const struct {
            Trouble::What what;
            Phase phase;
            const char *title;
        } cases[] = {
            {Trouble::What::Deadline, Phase::FirstByte, "No answer in 30 s"},
            {Trouble::What::Deadline, Phase::Stream, "No answer in 30 s"},
            {Trouble::What::TotalDeadline, Phase::FirstByte, "No answer in 30 s"},
            {Trouble::What::Deadline, Phase::Send, "No answer; it may still be charged"},
            {Trouble::What::Closed, Phase::FirstByte, "No answer; it may still be charged"},
            {Trouble::What::Deadline, Phase::Connect, "No connection to Mistral"},
            {Trouble::What::HostNotFound, Phase::Connect, "No network"},
            {Trouble::What::WaitDeadline, Phase::Connect, "Not sent in time"},
        };
        FailureContext c = context();
        c.elapsedMs = 30'000;
        for (const auto &each : cases) {
            const Failure f = failureOf({each.what, {}, 30'000, {}}, {each.phase, QStringLiteral("api.mistral.ai:443")});
            const FailureWords w = wordsFor(f, c);
            QCOMPARE(w.title, QString::fromLatin1(each.title));
            const bool ours = each.what == Trouble::What::Deadline || each.what == Trouble::What::TotalDeadline;
            if (f.kind == FailureKind::Ambiguous)
                QCOMPARE(shortWords(f) == QLatin1String("Timed out"), ours);
            if (f.kind == FailureKind::Unreachable)
                QCOMPARE(shortWords(f) == QLatin1String("Connection timed out"), ours);
        }
    }

    void saysOfAStopWhatHadHappened()
    {
        Outcome outcome;
        outcome.failure = failure(FailureKind::Cancelled);
        QCOMPARE(wordsFor(outcome, context()).text, QStringLiteral("Nothing was sent and nothing was charged."));
        outcome.record.attempts.resize(1);
        outcome.record.attempts[0].billing = Billing::Unconfirmed;
        QCOMPARE(wordsFor(outcome, context()).text, QStringLiteral("It was sent, but no text had come. It may still be charged."));
        outcome.completion.text = QStringLiteral("Hi");
        QCOMPARE(wordsFor(outcome, context()).text, QStringLiteral("The part that came before is kept and may be charged."));
    }

    void anAcceptedRequestIsNoFailure()
    {
        Outcome outcome;
        outcome.failure = failure(FailureKind::Queued, 202);
        outcome.record.responseId = QStringLiteral("m-1");
        const FailureWords w = wordsFor(outcome, context());
        QCOMPARE(w.title, QStringLiteral("Accepted, waiting for the answer"));
        QVERIFY(w.news && !w.warning);
        QCOMPARE(w.badge, QStringLiteral("Accepted"));
        QCOMPARE(w.facts.size(), 1);
        QCOMPARE(w.facts.first().value, QStringLiteral("m-1"));
        QVERIFY(!ids(w).contains(QStringLiteral("runAgain"))); // that would be a second one
        QCOMPARE(shortWords(*outcome.failure), QStringLiteral("Accepted"));
    }

    void tellsAResetFromATimeout()
    {
        const FailureWords w = wordsFor(failure(FailureKind::Ambiguous, 0, QStringLiteral("connection reset")), context());
        QCOMPARE(w.title, QStringLiteral("No answer; it may still be charged"));
        QVERIFY(!ids(w).contains(QStringLiteral("raiseTimeout")));
    }

    void saysTooLongWithNumbers()
    {
        FailureContext c = context();
        c.inputTokens = 1'054'202;
        c.contextTokens = 1'048'576;
        Failure f = failure(FailureKind::Rejected, 400);
        f.providerCode = QStringLiteral("context_length_exceeded");
        const FailureWords w = wordsFor(f, c);
        QCOMPARE(w.title, QStringLiteral("Input is too long for mistral-small"));
        QCOMPARE(w.text, QStringLiteral("1,054,202 tokens, limit 1,048,576."));
        QCOMPARE(ids(w), (QStringList{QStringLiteral("showLongest"), QStringLiteral("chooseModel")}));
    }

    void saysOfflineAndPromisesOnlyWhatExists()
    {
        FailureContext c = context();
        const FailureWords w = wordsFor(failure(FailureKind::Unreachable, 0, QStringLiteral("The host of api.mistral.ai was not found.")), c);
        QCOMPARE(w.title, QStringLiteral("No network"));
        QCOMPARE(w.text, QStringLiteral("Mistral could not be reached (host not found). Cached replies still work."));
        c.hasLocalModel = true;
        QCOMPARE(wordsFor(failure(FailureKind::Unreachable, 0, QStringLiteral("The host of api.mistral.ai was not found.")), c).text,
                 QStringLiteral("Mistral could not be reached (host not found). Cached replies and the local model still work."));
        QCOMPARE(wordsFor(failure(FailureKind::Unreachable, 0, QStringLiteral("Connection refused")), c).title,
                 QStringLiteral("No connection to Mistral"));
    }

    void saysMissingKeysAndVariables()
    {
        FailureContext c = context();
        QCOMPARE(wordsFor(failure(FailureKind::NoKey), c).title, QStringLiteral("No API key for Mistral"));
        c.keyVariable = QStringLiteral("MISTRAL_API_KEY");
        QVERIFY(wordsFor(failure(FailureKind::NoKey), c).text.contains(QStringLiteral("MISTRAL_API_KEY is not set")));
        const FailureWords w = wordsForMissingVariable(QStringLiteral("order_id"), 4);
        QCOMPARE(w.title, QStringLiteral("Set {{order_id}} to run"));
        QCOMPARE(w.text, QStringLiteral("It is used in message 4 and has no value."));
        QCOMPARE(w.actions.first().text, QStringLiteral("Go to variable"));
    }

    void saysStorageErrors()
    {
        const FailureWords w = wordsForStorage({ErrorKind::Storage, {}, QStringLiteral("The disk is full (0 bytes free)."), {}});
        QCOMPARE(w.title, QStringLiteral("History is not being saved"));
        QCOMPARE(w.text, QStringLiteral("The disk is full (0 bytes free). Requests still run."));
        QCOMPARE(w.actions.first().text, QStringLiteral("Open Storage"));
    }

    void hasWordsForEveryKind()
    {
        for (int i = 0; i < failureKindCount; ++i) {
            const FailureWords w = wordsFor(failure(FailureKind(i), 0, QStringLiteral("said")), context());
            QVERIFY2(!w.title.isEmpty() && !w.text.isEmpty() && !w.badge.isEmpty(), qPrintable(QString::number(i)));
            QVERIFY2(!w.title.contains(u'!') && !w.text.contains(u'!') && !w.text.contains(QStringLiteral("please"), Qt::CaseInsensitive), qPrintable(w.text));
            QVERIFY2(!w.text.contains(u'%') && !w.title.contains(u'%'), qPrintable(w.title + w.text));
            QVERIFY(!shortWords(failure(FailureKind(i), 0, QStringLiteral("said"))).isEmpty());
        }
    }

    void offersNothingThatNeedsARunInAConnectionTest()
    {
        FailureContext c = context();
        c.canRunAgain = false;
        c.otherModel = QStringLiteral("other");
        for (int i = 0; i < failureKindCount; ++i)
            for (const QString &id : ids(wordsFor(failure(FailureKind(i)), c)))
                QVERIFY2(id != QLatin1String("runAgain") && id != QLatin1String("tryModel") && id != QLatin1String("raiseTimeout")
                             && id != QLatin1String("allowRun") && id != QLatin1String("chooseModel"), qPrintable(id));
    }

    void takesFactsFromTheRecord()
    {
        Outcome outcome;
        outcome.failure = failure(FailureKind::Overloaded, 503);
        outcome.record.attempts.resize(3);
        outcome.record.settled = 5'200'000'000;
        QCOMPARE(wordsFor(outcome, context()).text, QStringLiteral("3 attempts in 5.20 s were refused (503)."));
    }

    void neverTreatsWordsOfAProviderAsAFormat()
    {
        FailureContext c = context();
        c.provider = QStringLiteral("%2 <b>x</b> %1");
        const FailureWords w = wordsFor(failure(FailureKind::BadKey, 401, QStringLiteral("%1 %2")), c);
        QVERIFY(w.title.startsWith(QStringLiteral("%2 <b>x</b> %1")));
        QCOMPARE(w.facts.first().value, QStringLiteral("%1 %2"));
    }
};

TOLLGATE_TEST(TstFailureWords)
#include "tst_failurewords.moc"
