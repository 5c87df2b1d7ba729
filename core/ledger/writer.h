// The thread that folds settled requests into SQLite: grouped commits, retries while the disk refuses, upkeep when idle. It owns
// the only connection that writes or checkpoints the ledger.
#pragma once

#include "core/async/worker.h"
#include "core/ledger/figures.h"
#include "core/ledger/recordcodec.h"
#include "core/ledger/retention.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

class QTimer;

namespace tollgate {

class LedgerWriter
{
public:
    struct Options {
        QString path;
        bool survivePowerLoss = false;
        int payloadDays = 30;
        int ledgerDays = 400;
    };
    struct Queued {
        SettledRecord settled;
        quint64 foldTo = 0;                     // once committed, the journal is folded up to here
        bool hasOpenRows = false;               // its attempts were moved from the journal into the tables
        std::vector<AttemptIntent> stragglers;  // attempts of other requests to move there now
    };
    // What the journal has to be held against.
    struct Start {
        quint64 foldedSequence = 0;
        RequestId lastId;
        std::vector<AttemptIntent> open;
    };
    // Called on the writer's thread.
    struct Hooks {
        std::function<void(quint64 sequence)> folded;
        std::function<void()> changed; // at most four times a second
        std::function<void()> errorChanged;
    };

    LedgerWriter(Clock &clock, Options options);
    ~LedgerWriter(); // close()

    Result<Start> open(); // blocks
    void setHooks(Hooks hooks); // before the first enqueue()
    // Commits what is queued, marks the stop as clean and closes the file. Blocks. Nothing may be enqueued afterwards.
    void close();

    // Any thread.
    void enqueue(Queued queued);
    void flush(std::function<void(Result<void>)> done); // called on the writer's thread
    void commitNow();                                   // blocks
    std::optional<Error> error() const;
    DayFigures today() const { return m_day.today(); }
    const EstimateRatios &ratios() const { return m_ratios; }

private:
    Result<Start> openOnThread();
    Result<void> commitAll();
    Result<void> commitBatch(size_t count, std::vector<bool> &inserted);
    void countBatch(size_t count, const std::vector<bool> &inserted);
    void finishOnThread();
    void armCommit();
    void failed(const Error &error);
    void announce(bool due);
    void upkeep();
    void setError(const std::optional<Error> &error);

    Clock &m_clock;
    const Options m_options;
    Hooks m_hooks;
    DayCounter m_day;
    EstimateRatios m_ratios;
    Retention m_retention;

    mutable std::mutex m_mutex; // of the two below
    std::vector<Queued> m_pending;
    std::optional<Error> m_error;

    // Of the writer's thread.
    std::unique_ptr<Database> m_database;
    std::deque<Queued> m_backlog; // taken from m_pending, not committed yet
    std::unique_ptr<QTimer> m_commitTimer;
    std::unique_ptr<QTimer> m_upkeepTimer;
    std::unique_ptr<QTimer> m_changedTimer;
    bool m_markedOpen = false; // the file says that the ledger is open
    int m_retryMs = 0; // 0: the last commit worked
    MonoTime m_announced;
    qint64 m_retentionDueMs = 0;

    std::unique_ptr<Worker> m_worker;
};

} // namespace tollgate
