// The record of every request and attempt. The engine thread appends to the journal; a writer thread folds into SQLite in grouped
// commits (50 ms); readers use a connection of their own on a reader thread.
#pragma once

#include "core/async/clock.h"
#include "core/ledger/records.h"

#include <QObject>

#include <functional>
#include <memory>

namespace tollgate {

// Filter of a listing; everything set must hold. Times in Unix ms, `to` excluded.
struct LedgerFilter {
    std::optional<qint64> from;
    std::optional<qint64> to;
    QString provider;
    QString model;
    std::optional<Source> source;
    QString tag;
    std::optional<FailureKind> failure;
    bool errorsOnly = false;
    std::optional<CacheOutcome> cache;
};

enum class GroupBy : quint8 { None, Model, Provider, Source, Client, Tag, Day, Hour };

// cli.md `report`: one row per group, computed from rows.
struct ReportRow {
    QString group;
    qint64 requests = 0;
    qint64 errors = 0;
    qint64 cacheHits = 0;
    qint64 inputTokens = 0;
    qint64 cachedInputTokens = 0;
    qint64 outputTokens = 0;
    qint64 reasoningTokens = 0;
    Money cost; // of the requests whose cost is known
    Money saved;
    qint64 unpriced = 0; // requests that may cost money nobody can tell
    qint64 priced = 0;   // requests that may cost money and say how much
    // Nothing when all that was spent is of unknown price: never 0.
    std::optional<Money> knownCost() const { return unpriced > 0 && priced == 0 ? std::nullopt : std::optional(cost); }
    std::optional<qint64> latencyP50Ms, latencyP95Ms, latencyP99Ms, ttftP50Ms; // provider answers only
};
struct Report {
    QList<ReportRow> rows;
    ReportRow total;
};
struct ReportQuery {
    qint64 from = 0;
    qint64 to = 0;
    GroupBy groupBy = GroupBy::None;
    QString tagKey;
    bool utc = false;
};

// Last runs of one prompt and model, for "p50" lines.
struct RecentFigures {
    int runs = 0;
    std::optional<qint64> ttftP50Ms;
    std::optional<qint64> latencyP50Ms;
};

class Ledger : public QObject
{
    Q_OBJECT
public:
    struct Options {
        QString path;          // the SQLite file
        QString journalFolder;
        bool survivePowerLoss = false;
        int payloadDays = 30;
        int ledgerDays = 400;
        // Answers questions only: nothing is written, replayed or checkpointed, and intend() and settle() fail. For a process that
        // does not own the profile, and for a folder that may not be written.
        bool readOnly = false;
    };
    // Opens, migrates, replays the journal (attempts without a settle become requests that read "unconfirmed, possibly billed"), and runs
    // quick_check when the last stop was not clean. Blocks the caller: start-up only.
    static Result<std::unique_ptr<Ledger>> open(Clock &clock, Options options);
    ~Ledger() override; // commits what is pending, checkpoints

    // --- engine thread (any one thread at a time) ---
    RequestId nextId();
    // One write(2). An error means: do not send (Storage failure).
    Result<void> intend(const AttemptIntent &intent);
    // One write(2), then queued to the writer. After it returns the request survives kill -9. An error keeps the row in memory and
    // keeps trying to fold it; the caller still shows the answer together with the warning.
    Result<void> settle(RequestRecord record);

    // --- any thread that `context` lives on; the callback comes there, and never when `context` is gone ---
    // Calls back once everything settled so far is in SQLite.
    void flush(QObject *context, std::function<void(Result<void>)> done);
    // Newest first, older than `before` (0: from the newest), without attempts and payloads.
    void list(const LedgerFilter &filter, RequestId before, int limit, QObject *context,
              std::function<void(Result<QList<RequestRecord>>)> done);
    void find(RequestId id, QObject *context, std::function<void(Result<std::optional<RequestRecord>>)> done);
    void report(const ReportQuery &query, QObject *context, std::function<void(Result<Report>)> done);
    void recent(const QString &provider, const QString &model, int runs, QObject *context, std::function<void(RecentFigures)> done);
    // actual / estimated input tokens of a model over recent requests; 1.0 when unknown. Cheap, cached.
    double estimateRatio(const QString &model) const;
    // integrity_check on the reader's connection; the number of requests, or what is broken. Seconds for a large ledger.
    void check(QObject *context, std::function<void(Result<qint64>)> done);
    // Today's sums in the local zone; kept up to date by the writer.
    DayFigures today() const;
    // The last storage error, empty when all is well.
    std::optional<Error> storageError() const;

Q_SIGNALS:
    // At most four times a second, after commits; from the writer thread.
    void changed();
    void storageErrorChanged();

private:
    class Private;
    explicit Ledger(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace tollgate
