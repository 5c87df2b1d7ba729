#include "core/ledger/writer.h"

#include "core/base/log.h"
#include "core/ledger/rowwriter.h"
#include "core/ledger/schema.h"

#include <QCoreApplication>
#include <QTimer>

#include <algorithm>
#include <tuple>

namespace tollgate {

namespace {

using namespace std::chrono_literals;

constexpr auto groupTime = 50ms;
constexpr size_t groupSize = 1'000;
constexpr int firstRetryMs = 250;
constexpr int lastRetryMs = 10'000;
constexpr auto announceGap = 250ms;
constexpr auto idleTime = 2s;
constexpr qint64 checkpointWalBytes = 16LL << 20;
constexpr qint64 retentionGapMs = 3'600'000;

Result<std::vector<AttemptIntent>> readOpenAttempts(Database &database)
{
    auto statement = database.prepare("SELECT intent FROM open_attempts ORDER BY request, n");
    if (!statement)
        return statement.error();
    std::vector<AttemptIntent> open;
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return open;
        if (auto intent = decodeIntent(statement->blob(0)))
            open.push_back(std::move(*intent));
    }
}

Result<RequestId> readLastId(Database &database)
{
    auto mark = readMark(database, LedgerMark::LastId);
    if (!mark)
        return mark.error();
    auto statement = database.prepare("SELECT max(id) FROM requests");
    if (!statement)
        return statement.error();
    if (auto row = statement->step(); !row)
        return row.error();
    return RequestId{std::max(*mark, statement->integer(0))};
}

} // namespace

LedgerWriter::LedgerWriter(Clock &clock, Options options)
    : m_clock(clock), m_options(std::move(options)), m_day(clock), m_retention(m_options.payloadDays, m_options.ledgerDays),
      m_worker(std::make_unique<Worker>(QStringLiteral("ledger writer")))
{
}

LedgerWriter::~LedgerWriter()
{
    close();
}

void LedgerWriter::setHooks(Hooks hooks)
{
    m_worker->runAndWait([&] { m_hooks = std::move(hooks); });
}

Result<LedgerWriter::Start> LedgerWriter::open()
{
    std::optional<Result<Start>> start;
    m_worker->runAndWait([&] {
        start = openOnThread();
        if (!*start)
            m_database.reset();
    });
    return std::move(*start);
}

Result<LedgerWriter::Start> LedgerWriter::openOnThread()
{
    auto database = Database::open(m_options.path, {Database::Mode::ReadWrite, m_options.survivePowerLoss});
    if (!database)
        return database.error();
    m_database = std::move(*database);
    if (auto done = migrateLedger(*m_database); !done)
        return done.error();
    auto clean = readMark(*m_database, LedgerMark::CleanStop);
    if (!clean)
        return clean.error();
    if (*clean == 0) {
        if (auto checked = m_database->quickCheck(); !checked)
            return checked.error();
    }
    Start start;
    auto folded = readMark(*m_database, LedgerMark::FoldedSequence);
    auto lastId = readLastId(*m_database);
    auto open = readOpenAttempts(*m_database);
    if (!folded || !lastId || !open)
        return !folded ? folded.error() : !lastId ? lastId.error() : open.error();
    start.foldedSequence = quint64(*folded);
    start.lastId = *lastId;
    start.open = std::move(*open);
    if (auto loaded = m_day.load(*m_database); !loaded)
        return loaded.error();
    if (auto loaded = m_ratios.load(*m_database); !loaded)
        return loaded.error();

    const auto makeTimer = [](std::unique_ptr<QTimer> &timer, auto call) {
        timer = std::make_unique<QTimer>();
        timer->setSingleShot(true);
        QObject::connect(timer.get(), &QTimer::timeout, timer.get(), call);
    };
    makeTimer(m_commitTimer, [this] { std::ignore = commitAll(); });
    makeTimer(m_upkeepTimer, [this] { upkeep(); });
    makeTimer(m_changedTimer, [this] { announce(true); });
    m_upkeepTimer->start(idleTime);
    // A disk that is full right now must not keep the history from being shown: the first commit marks it then.
    auto marked = writeMark(*m_database, LedgerMark::CleanStop, 0);
    m_markedOpen = marked.ok();
    if (!marked)
        failed(marked.error());
    return start;
}

void LedgerWriter::close()
{
    if (!m_worker)
        return;
    m_worker->runAndWait([this] { finishOnThread(); });
    m_worker.reset();
}

void LedgerWriter::finishOnThread()
{
    if (!m_database)
        return;
    if (commitAll()) {
        if (auto marked = writeMark(*m_database, LedgerMark::CleanStop, 1); !marked)
            qCWarning(lcLedger, "%s", qUtf8Printable(marked.error().text()));
    }
    m_commitTimer.reset();
    m_upkeepTimer.reset();
    m_changedTimer.reset();
    if (auto done = m_database->checkpoint(); !done)
        qCInfo(lcLedger, "%s", qUtf8Printable(done.error().text()));
    m_database.reset();
}

void LedgerWriter::enqueue(Queued queued)
{
    size_t size = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_pending.push_back(std::move(queued));
        size = m_pending.size();
    }
    // Waking the thread costs more than queueing: once per group.
    if (size == 1)
        m_worker->post([this] { armCommit(); });
    else if (size == groupSize)
        m_worker->post([this] { std::ignore = commitAll(); });
}

void LedgerWriter::armCommit()
{
    if (m_commitTimer && !m_commitTimer->isActive())
        m_commitTimer->start(groupTime);
}

void LedgerWriter::flush(std::function<void(Result<void>)> done)
{
    m_worker->post([this, done = std::move(done)] { done(commitAll()); });
}

void LedgerWriter::commitNow()
{
    m_worker->runAndWait([this] { std::ignore = commitAll(); });
}

Result<void> LedgerWriter::commitAll()
{
    if (!m_database)
        return {};
    bool any = false;
    for (;;) {
        if (m_backlog.empty()) {
            std::vector<Queued> taken;
            {
                const std::lock_guard lock(m_mutex);
                taken.swap(m_pending);
            }
            if (taken.empty())
                break;
            std::move(taken.begin(), taken.end(), std::back_inserter(m_backlog));
        }
        const size_t count = std::min(m_backlog.size(), groupSize);
        std::vector<bool> inserted(count, false);
        if (auto done = commitBatch(count, inserted); !done) {
            failed(done.error());
            return done;
        }
        countBatch(count, inserted);
        any = true;
    }
    m_commitTimer->stop();
    m_retryMs = 0;
    setError({});
    if (any) {
        if (m_database->walBytes() > checkpointWalBytes)
            std::ignore = m_database->checkpoint(); // a reader in the way: next time
        m_upkeepTimer->start(idleTime);
        announce(false);
    }
    return {};
}

Result<void> LedgerWriter::commitBatch(size_t count, std::vector<bool> &inserted)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return transaction.error();
    if (!m_markedOpen) {
        if (auto marked = writeMark(*m_database, LedgerMark::CleanStop, 0); !marked)
            return marked;
    }
    RowWriter rows(*m_database);
    qint64 lastId = 0;
    quint64 foldTo = 0;
    for (size_t i = 0; i < count; ++i) {
        const Queued &queued = m_backlog[i];
        for (const AttemptIntent &intent : queued.stragglers) {
            if (auto done = rows.insertOpen(intent); !done)
                return done;
        }
        auto isNew = rows.insert(queued.settled);
        if (!isNew)
            return isNew.error();
        inserted[i] = *isNew;
        if (queued.hasOpenRows) {
            if (auto done = rows.removeOpen(queued.settled.record.id); !done)
                return done;
        }
        lastId = std::max(lastId, queued.settled.record.id.value);
        foldTo = std::max(foldTo, queued.foldTo);
    }
    auto stored = readMark(*m_database, LedgerMark::LastId);
    if (!stored)
        return stored.error();
    if (auto done = writeMark(*m_database, LedgerMark::LastId, std::max(lastId, *stored)); !done)
        return done;
    if (foldTo > 0) {
        if (auto done = writeMark(*m_database, LedgerMark::FoldedSequence, qint64(foldTo)); !done)
            return done;
    }
    auto committed = transaction->commit();
    m_markedOpen = m_markedOpen || committed.ok();
    return committed;
}

void LedgerWriter::countBatch(size_t count, const std::vector<bool> &inserted)
{
    bool otherDay = false;
    quint64 foldTo = 0;
    for (size_t i = 0; i < count; ++i) {
        const Queued &queued = m_backlog[i];
        foldTo = std::max(foldTo, queued.foldTo);
        if (!inserted[i])
            continue;
        otherDay = otherDay || m_day.add(queued.settled.record);
        m_ratios.add(queued.settled.record, queued.settled.estimatedInputTokens);
    }
    m_backlog.erase(m_backlog.begin(), m_backlog.begin() + qsizetype(count));
    if (otherDay)
        std::ignore = m_day.load(*m_database);
    if (foldTo > 0 && m_hooks.folded)
        m_hooks.folded(foldTo);
}

void LedgerWriter::failed(const Error &error)
{
    qCWarning(lcLedger, "%s", qUtf8Printable(error.text()));
    m_retryMs = std::clamp(m_retryMs * 2, firstRetryMs, lastRetryMs);
    m_commitTimer->start(m_retryMs);
    Error shown = error;
    shown.what = QCoreApplication::translate("Ledger", "History is not being saved");
    setError(shown);
}

void LedgerWriter::setError(const std::optional<Error> &error)
{
    bool isNews = false;
    {
        const std::lock_guard lock(m_mutex);
        isNews = error.has_value() != m_error.has_value() || (error && error->why != m_error->why);
        m_error = error;
    }
    if (isNews && m_hooks.errorChanged)
        m_hooks.errorChanged();
}

std::optional<Error> LedgerWriter::error() const
{
    const std::lock_guard lock(m_mutex);
    return m_error;
}

void LedgerWriter::announce(bool due)
{
    const MonoTime now = m_clock.now();
    const Nanoseconds since = now - m_announced;
    if (!due && m_announced && since < announceGap) {
        if (!m_changedTimer->isActive())
            m_changedTimer->start(std::chrono::duration_cast<std::chrono::milliseconds>(announceGap - since) + 1ms);
        return;
    }
    m_changedTimer->stop();
    m_announced = now;
    if (m_hooks.changed)
        m_hooks.changed();
}

void LedgerWriter::upkeep()
{
    if (!m_backlog.empty())
        return;
    const qint64 now = m_clock.wallMs();
    if (now >= m_retentionDueMs) {
        auto more = m_retention.step(*m_database, now);
        if (more && *more) {
            m_upkeepTimer->start(0);
            return;
        }
        m_retentionDueMs = now + retentionGapMs;
    }
    if (m_database->walBytes() > 0)
        std::ignore = m_database->checkpoint();
    m_upkeepTimer->start(std::chrono::milliseconds(retentionGapMs));
}

} // namespace tollgate
