#include "core/ledger/ledger.h"

#include "core/async/courier.h"
#include "core/base/log.h"
#include "core/ledger/journal.h"
#include "core/ledger/openrequests.h"
#include "core/ledger/recovery.h"
#include "core/ledger/reportquery.h"
#include "core/ledger/rowreader.h"
#include "core/ledger/schema.h"
#include "core/ledger/writer.h"

#include <QCoreApplication>

#include <map>
#include <set>

namespace tollgate {

namespace {

// A journal may run this far ahead of the tables because of one long request; then its attempts are moved there.
constexpr quint64 journalLead = 20'000;
constexpr quint64 stragglerAge = 10'000;

QString tr(const char *text)
{
    return QCoreApplication::translate("Ledger", text);
}

Error readOnlyError()
{
    return {ErrorKind::Storage, tr("History is not being saved"), tr("The profile was opened for reading only."), {}};
}

// What a journal holds beyond the tables.
struct Replay {
    std::vector<SettledRecord> settled;
    std::map<qint64, std::map<int, AttemptIntent>> open; // by request and number
    qint64 lastId = 0;
    bool unknown = false; // whole records that this version cannot read

    void add(const Journal::Entry &entry)
    {
        if (entry.type == Journal::Type::Intent) {
            if (auto intent = decodeIntent(entry.payload)) {
                lastId = std::max(lastId, intent->request.value);
                open[intent->request.value].insert_or_assign(intent->number, std::move(*intent));
                return;
            }
        } else if (entry.type == Journal::Type::Settle) {
            if (auto record = decodeSettled(entry.payload)) {
                lastId = std::max(lastId, record->record.id.value);
                settled.push_back(std::move(*record));
                return;
            }
        }
        unknown = true;
    }
};

} // namespace

class Ledger::Private
{
public:
    Private(Clock &clockToUse, const Options &optionsToUse)
        : clock(clockToUse), options(optionsToUse), reader(std::make_unique<Worker>(QStringLiteral("ledger reader")))
    {
    }
    ~Private();

    Result<void> open();
    void recover(Replay replay, const std::vector<AttemptIntent> &stored);
    // Runs `question` on the reader's thread with its connection.
    template <class T>
    void ask(QObject *context, std::function<Result<T>(Database &)> question, std::function<void(Result<T>)> done);
    Result<Database *> readerDatabase();
    void setJournalError(const std::optional<Error> &error);

    Ledger *q = nullptr;
    Clock &clock;
    const Options options;
    std::unique_ptr<LedgerWriter> writer; // empty: read-only
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Database> readerConnection; // of the reader's thread
    std::unique_ptr<Worker> reader;

    // Of the engine's thread.
    qint64 lastId = 0;
    OpenRequests openRequests;
    QByteArray buffer;

    mutable std::mutex mutex;
    std::optional<Error> journalError;
};

Ledger::Private::~Private()
{
    // Readers first: the last checkpoint wants the file for itself.
    reader->runAndWait([this] { readerConnection.reset(); });
    reader.reset();
    if (writer) {
        // Nobody hears of the last commit: the ledger is going.
        if (journal)
            writer->setHooks({[this](quint64 sequence) { journal->folded(sequence); }, {}, {}});
        writer->close();
    }
    journal.reset();
}

Result<void> Ledger::Private::open()
{
    if (options.readOnly) {
        std::optional<Error> error;
        reader->runAndWait([&] {
            auto database = readerDatabase();
            const Result<void> known = database ? checkLedgerVersion(**database) : Result<void>(database.error());
            if (!known)
                error = known.error();
        });
        return error ? Result<void>(*error) : Result<void>();
    }
    writer = std::make_unique<LedgerWriter>(
        clock, LedgerWriter::Options{options.path, options.survivePowerLoss, options.payloadDays, options.ledgerDays});
    auto start = writer->open();
    if (!start)
        return start.error();
    Replay replay;
    auto opened = Journal::open(options.journalFolder, start->foldedSequence, options.survivePowerLoss,
                                [&replay](const Journal::Entry &entry) { replay.add(entry); });
    if (!opened)
        return opened.error();
    journal = std::move(*opened);
    if (replay.unknown)
        return Error{ErrorKind::Storage, tr("The history cannot be opened"),
                     tr("%1 holds records of a newer version of Tollgate.").arg(options.journalFolder),
                     tr("Update Tollgate, or use another profile folder. The files were left as they are.")};
    lastId = std::max(start->lastId.value, replay.lastId);
    // On the writer's thread from here on.
    writer->setHooks({[this](quint64 sequence) { journal->folded(sequence); }, [this] { Q_EMIT q->changed(); },
                      [this] { Q_EMIT q->storageErrorChanged(); }});
    for (const AttemptIntent &intent : start->open)
        lastId = std::max(lastId, intent.request.value);
    recover(std::move(replay), start->open);
    // What the last run left is in the tables before anybody asks. A refusing disk is not fatal here: it is retried and told.
    writer->commitNow();
    return {};
}

void Ledger::Private::recover(Replay replay, const std::vector<AttemptIntent> &stored)
{
    // An attempt that was moved into the tables may be in the journal still.
    std::set<qint64> inTables;
    for (const AttemptIntent &intent : stored) {
        replay.open[intent.request.value].emplace(intent.number, intent);
        inTables.insert(intent.request.value);
    }
    std::vector<LedgerWriter::Queued> queued;
    for (SettledRecord &record : replay.settled) {
        replay.open.erase(record.record.id.value);
        const bool hasOpenRows = inTables.count(record.record.id.value) > 0;
        queued.push_back({std::move(record), 0, hasOpenRows, {}});
    }
    for (const auto &[id, attempts] : replay.open) {
        qCWarning(lcLedger, "request %lld was on the wire when the last run ended", qlonglong(id));
        std::vector<AttemptIntent> inOrder;
        for (const auto &[number, intent] : attempts)
            inOrder.push_back(intent);
        queued.push_back({unconfirmedRequest(inOrder), 0, inTables.count(id) > 0, {}});
    }
    if (queued.empty())
        return;
    queued.back().foldTo = journal->lastSequence();
    for (LedgerWriter::Queued &item : queued)
        writer->enqueue(std::move(item));
}

Result<Database *> Ledger::Private::readerDatabase()
{
    if (!readerConnection) {
        auto opened = Database::open(options.path, {Database::Mode::ReadOnly, false});
        if (!opened)
            return opened.error();
        readerConnection = std::move(*opened);
    }
    return readerConnection.get();
}

template <class T>
void Ledger::Private::ask(QObject *context, std::function<Result<T>(Database &)> question, std::function<void(Result<T>)> done)
{
    reader->post([this, courier = Courier(context), question = std::move(question), done = std::move(done)] {
        auto database = readerDatabase();
        Result<T> answer = database ? question(**database) : Result<T>(database.error());
        courier.post([done, answer = std::move(answer)] { done(answer); });
    });
}

void Ledger::Private::setJournalError(const std::optional<Error> &error)
{
    {
        const std::lock_guard lock(mutex);
        const bool isNews = error.has_value() != journalError.has_value() || (error && error->why != journalError->why);
        if (!isNews)
            return;
        journalError = error;
    }
    Q_EMIT q->storageErrorChanged();
}

Ledger::Ledger(std::unique_ptr<Private> data) : d(std::move(data))
{
    d->q = this;
}

Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(Clock &clock, Options options)
{
    std::unique_ptr<Ledger> ledger(new Ledger(std::make_unique<Private>(clock, options)));
    if (auto opened = ledger->d->open(); !opened)
        return opened.error();
    return ledger;
}

RequestId Ledger::nextId()
{
    return RequestId{++d->lastId};
}

Result<void> Ledger::intend(const AttemptIntent &intent)
{
    if (!d->journal)
        return readOnlyError();
    d->buffer.resize(0);
    encode(intent, d->buffer);
    auto appended = d->journal->append(Journal::Type::Intent, d->buffer);
    if (!appended) {
        d->setJournalError(appended.error());
        return appended.error();
    }
    d->setJournalError({});
    d->openRequests.add(intent, *appended);
    return {};
}

Result<void> Ledger::settle(RequestRecord record)
{
    if (!d->journal)
        return readOnlyError();
    LedgerWriter::Queued queued;
    const OpenRequests::Ended ended = d->openRequests.end(record.id);
    queued.hasOpenRows = ended.inTables;
    queued.settled.estimatedInputTokens = ended.estimatedInputTokens;
    d->buffer.resize(0);
    encode(record, ended.estimatedInputTokens, d->buffer);
    auto appended = d->journal->append(Journal::Type::Settle, d->buffer);
    if (d->buffer.capacity() > (1 << 20))
        d->buffer = QByteArray();
    d->setJournalError(appended ? std::optional<Error>() : appended.error());
    const quint64 last = d->journal->lastSequence();
    if (last > d->openRequests.firstHeld() + journalLead && last > stragglerAge)
        queued.stragglers = d->openRequests.moveOut(last - stragglerAge);
    queued.foldTo = std::min(last, d->openRequests.firstHeld() - 1);
    queued.settled.record = std::move(record);
    d->writer->enqueue(std::move(queued));
    return appended ? Result<void>() : Result<void>(appended.error());
}

void Ledger::flush(QObject *context, std::function<void(Result<void>)> done)
{
    const Courier courier(context);
    const auto answer = [courier, done = std::move(done)](Result<void> result) { courier.post([done, result] { done(result); }); };
    if (d->writer)
        d->writer->flush(answer);
    else
        answer(Result<void>());
}

void Ledger::list(const LedgerFilter &filter, RequestId before, int limit, QObject *context,
                  std::function<void(Result<QList<RequestRecord>>)> done)
{
    d->ask<QList<RequestRecord>>(
        context, [filter, before, limit](Database &database) { return listRequests(database, filter, before, limit); }, std::move(done));
}

void Ledger::find(RequestId id, QObject *context, std::function<void(Result<std::optional<RequestRecord>>)> done)
{
    d->ask<std::optional<RequestRecord>>(context, [id](Database &database) { return findRequest(database, id); }, std::move(done));
}

void Ledger::report(const ReportQuery &query, QObject *context, std::function<void(Result<Report>)> done)
{
    d->ask<Report>(context, [query](Database &database) { return runReport(database, query); }, std::move(done));
}

void Ledger::recent(const QString &provider, const QString &model, int runs, QObject *context, std::function<void(RecentFigures)> done)
{
    d->ask<RecentFigures>(
        context, [provider, model, runs](Database &database) { return recentFigures(database, provider, model, runs); },
        [done = std::move(done)](Result<RecentFigures> figures) { done(figures ? *figures : RecentFigures()); });
}

void Ledger::check(QObject *context, std::function<void(Result<qint64>)> done)
{
    d->ask<qint64>(
        context,
        [](Database &database) -> Result<qint64> {
            if (auto checked = database.integrityCheck(); !checked)
                return checked.error();
            return countRequests(database);
        },
        std::move(done));
}

double Ledger::estimateRatio(const QString &model) const
{
    return d->writer ? d->writer->ratios().ratio(model) : 1.0;
}

DayFigures Ledger::today() const
{
    return d->writer ? d->writer->today() : DayFigures();
}

std::optional<Error> Ledger::storageError() const
{
    {
        const std::lock_guard lock(d->mutex);
        if (d->journalError)
            return d->journalError;
    }
    return d->writer ? d->writer->error() : std::nullopt;
}

} // namespace tollgate
