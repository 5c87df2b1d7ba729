// Shared by the ledger's tests: records with every field set, a ledger in a temporary folder, answers awaited.
#pragma once

#include "core/ledger/ledger.h"
#include "core/ledger/recordcodec.h"
#include "tests/support/fakeclock.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>
#include <optional>

namespace tollgate::test {

inline QByteArray bytesOf(const RequestRecord &record)
{
    QByteArray bytes;
    encode(record, 0, bytes);
    return bytes;
}

// Every field differs from its default. Offsets are whole microseconds, as the tables keep them.
inline RequestRecord fullRecord(qint64 id, qint64 acceptedMs = 1'795'500'000'000)
{
    RequestRecord r;
    r.id = {id};
    r.acceptedWallMs = acceptedMs;
    r.provider = QStringLiteral("openai");
    r.model = QStringLiteral("gpt-x");
    r.answeredModel = QStringLiteral("gpt-x-2026-01-01");
    r.source = Source::Gateway;
    r.client = QStringLiteral("caf\u00e9 \U0001F600");
    r.tags = {QStringLiteral("team=blue"), QStringLiteral("night\"ly")};
    r.streamed = true;
    r.cache = CacheOutcome::Refresh;
    r.cachedFrom = {id + 1000};
    r.failure = FailureKind::Incomplete;
    r.phase = Phase::Stream;
    r.httpStatus = 200;
    r.message = QStringLiteral("cut off\nhere");
    r.finishReason = QStringLiteral("stop");
    r.complete = true;
    r.usage = {11, 12, 13, 14, 15, 16, true, true};
    r.rawUsage = "{\"input\":11}";
    r.cost = {CostState::Estimated, Money::fromNanoUsd(123'456), Money::fromNanoUsd(77), QStringLiteral("2026-11-23")};
    r.savedByCache = Money::fromNanoUsd(999);
    r.serviceTier = QStringLiteral("flex");
    r.responseId = QStringLiteral("resp_1");
    r.requestId = QStringLiteral("req_1");
    r.cacheLookedUp = 1'000;
    r.permitted = 2'000'000;
    r.firstReasoning = 3'000'000;
    r.firstContent = 4'000'000;
    r.settled = 5'000'000'000;
    r.decisions = {QStringLiteral("cache: miss"), QStringLiteral("attempt 1: 429, waiting 0.8 s (Retry-After)")};
    for (int n = 1; n <= 2; ++n) {
        AttemptRecord a;
        a.number = n;
        a.provider = QStringLiteral("openai");
        a.model = QStringLiteral("gpt-x");
        a.keyName = QStringLiteral("default");
        a.startedWallMs = acceptedMs + n;
        a.stamps = {1'000, 2'000, 3'000, 4'000, 5'000, 6'000, 7'000, 8'000, 9'000, 10'000, 11'000, n == 2};
        a.failure = n == 1 ? std::optional(FailureKind::RateLimited) : std::nullopt;
        a.phase = n == 1 ? Phase::FirstByte : Phase::Settle;
        a.httpStatus = n == 1 ? 429 : 200;
        a.message = QStringLiteral("slow down");
        a.providerCode = QStringLiteral("rate_limit_exceeded");
        a.requestId = QStringLiteral("req_%1").arg(n);
        a.billing = n == 1 ? Billing::PresumedUnbilled : Billing::Billed;
        a.retryAfterMs = n == 1 ? std::optional<qint64>(800) : std::nullopt;
        a.backoffMs = 800;
        a.limits.requests = {500, 499, acceptedMs + 60'000};
        a.limits.tokens = {std::nullopt, 10, std::nullopt};
        r.attempts.append(a);
    }
    r.promptJson = QByteArray("{\"messages\":[\"").append(QByteArray(3000, 'p')).append("\"]}");
    r.answerJson = "{\"text\":\"a\"}";
    return r;
}

// A usable, priced answer of one attempt.
inline RequestRecord plainRecord(qint64 id, qint64 acceptedMs = 1'795'500'000'000)
{
    RequestRecord r;
    r.id = {id};
    r.acceptedWallMs = acceptedMs;
    r.provider = QStringLiteral("openai");
    r.model = QStringLiteral("gpt-x");
    r.complete = true;
    r.usage.uncachedInput = 100;
    r.usage.visibleOutput = 50;
    r.usage.present = true;
    r.cost.state = CostState::Priced;
    r.cost.amount = Money::fromNanoUsd(1'000);
    r.firstContent = 200'000'000;
    r.settled = 900'000'000;
    AttemptRecord a;
    a.provider = r.provider;
    a.model = r.model;
    a.startedWallMs = acceptedMs;
    a.billing = Billing::Billed;
    r.attempts.append(a);
    return r;
}

inline AttemptIntent intentFor(RequestId id, int number = 1)
{
    AttemptIntent intent;
    intent.request = id;
    intent.number = number;
    intent.startedWallMs = 1'795'500'000'000 + number;
    intent.provider = QStringLiteral("openai");
    intent.model = QStringLiteral("gpt-x");
    intent.keyName = QStringLiteral("default");
    intent.tags = {QStringLiteral("team=blue")};
    intent.estimatedInputTokens = 200;
    return intent;
}

template <class T>
std::optional<T> await(const std::function<void(QObject *, std::function<void(T)>)> &ask)
{
    QObject context;
    std::optional<T> answer;
    ask(&context, [&answer](T value) { answer = std::move(value); });
    QElapsedTimer timer;
    timer.start();
    while (!answer && timer.elapsed() < 30'000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 100);
    return answer;
}

inline Result<void> flushed(Ledger &ledger)
{
    return *await<Result<void>>([&](QObject *context, auto done) { ledger.flush(context, done); });
}

inline QList<RequestRecord> listed(Ledger &ledger, const LedgerFilter &filter = {}, RequestId before = {}, int limit = 1'000'000)
{
    const auto answer = await<Result<QList<RequestRecord>>>([&](QObject *context, auto done) { ledger.list(filter, before, limit, context, done); });
    return answer && *answer ? **answer : QList<RequestRecord>();
}

inline std::optional<RequestRecord> found(Ledger &ledger, qint64 id)
{
    const auto answer = await<Result<std::optional<RequestRecord>>>([&](QObject *context, auto done) { ledger.find({id}, context, done); });
    return answer && *answer ? **answer : std::nullopt;
}

// A ledger's files in a folder, opened as often as a test likes.
class LedgerFolder
{
public:
    Ledger::Options options() const
    {
        Ledger::Options options;
        options.path = path() + QStringLiteral("/ledger.sqlite");
        options.journalFolder = path() + QStringLiteral("/journal");
        return options;
    }
    Result<std::unique_ptr<Ledger>> open() { return Ledger::open(clock, options()); }
    QString path() const { return m_folder.path(); }

    // What a killed process would leave: the files as they are now.
    void copyTo(const LedgerFolder &other) const
    {
        for (const char *name : {"ledger.sqlite", "ledger.sqlite-wal"}) {
            QFile::remove(other.path() + u'/' + QLatin1String(name));
            QFile::copy(path() + u'/' + QLatin1String(name), other.path() + u'/' + QLatin1String(name));
        }
        QDir().mkpath(other.path() + QStringLiteral("/journal"));
        for (const QString &name : QDir(path() + QStringLiteral("/journal")).entryList(QDir::Files))
            QFile::copy(path() + QStringLiteral("/journal/") + name, other.path() + QStringLiteral("/journal/") + name);
    }

    FakeClock clock;

private:
    QTemporaryDir m_folder;
};

} // namespace tollgate::test
