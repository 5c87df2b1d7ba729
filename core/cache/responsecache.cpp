#include "core/cache/responsecache.h"

#include "core/async/courier.h"
#include "core/async/worker.h"
#include "core/cache/answercodec.h"
#include "core/cache/diskcache.h"
#include "core/cache/memorycache.h"

#include <QTimer>

#include <atomic>

namespace tollgate {

namespace {

// How long hits may wait before they are counted on disk.
constexpr std::chrono::seconds countDelay{1};

} // namespace

class ResponseCache::Private
{
public:
    Private(Clock &clockToUse, const Options &optionsToUse, QObject *owner)
        : clock(clockToUse), options(optionsToUse), courier(owner), memory(options.memoryBytes),
          disk(options.path, options.diskBytes, options.entryBytes)
    {
        if (!options.path.isEmpty())
            worker = std::make_unique<Worker>(QStringLiteral("response cache"));
    }
    ~Private();

    void enqueue(DiskCache::Item item);
    void use(DiskCache::Use use);
    // Worker thread.
    void writePending();
    void countPending();
    void armCount();

    Clock &clock;
    const Options options;
    const Courier courier; // to the engine's thread
    MemoryCache memory;
    CacheStats counted; // hits and savings when there is no file
    qint64 pricedHits = 0;
    bool opening = false; // asked to open: from here on the worker's queue has the file in order
    std::atomic<bool> isOpen = false;

    std::mutex mutex; // of the two below
    std::vector<DiskCache::Item> pending;
    std::vector<DiskCache::Use> uses;

    DiskCache disk; // of the worker's thread
    std::unique_ptr<QTimer> countTimer;
    std::unique_ptr<Worker> worker; // empty: memory only
};

ResponseCache::Private::~Private()
{
    if (!worker)
        return;
    worker->runAndWait([this] {
        countTimer.reset();
        writePending();
        countPending();
        disk.close();
    });
    worker.reset();
}

void ResponseCache::Private::enqueue(DiskCache::Item item)
{
    if (!worker)
        return;
    bool first = false;
    {
        const std::lock_guard lock(mutex);
        first = pending.empty();
        pending.push_back(std::move(item));
    }
    if (first)
        worker->post([this] { writePending(); });
}

void ResponseCache::Private::writePending()
{
    std::vector<DiskCache::Item> items;
    {
        const std::lock_guard lock(mutex);
        items.swap(pending);
    }
    if (!items.empty())
        disk.write(items, clock.wallMs());
}

void ResponseCache::Private::use(DiskCache::Use use)
{
    bool first = false;
    {
        const std::lock_guard lock(mutex);
        first = uses.empty();
        uses.push_back(std::move(use));
    }
    if (first)
        worker->post([this] { armCount(); });
}

void ResponseCache::Private::armCount()
{
    if (!countTimer) {
        countTimer = std::make_unique<QTimer>();
        countTimer->setSingleShot(true);
        QObject::connect(countTimer.get(), &QTimer::timeout, countTimer.get(), [this] { countPending(); });
    }
    if (!countTimer->isActive())
        countTimer->start(countDelay);
}

void ResponseCache::Private::countPending()
{
    std::vector<DiskCache::Use> taken;
    {
        const std::lock_guard lock(mutex);
        taken.swap(uses);
    }
    disk.count(taken);
}

ResponseCache::ResponseCache(Clock &clock, Options options) : d(std::make_unique<Private>(clock, options, this)) {}

ResponseCache::~ResponseCache() = default;

void ResponseCache::open(std::function<void(QString warning)> opened)
{
    if (!d->worker) {
        d->courier.post([opened] {
            if (opened)
                opened({});
        });
        return;
    }
    d->opening = true;
    d->worker->post([p = d.get(), opened] {
        const QString warning = p->disk.open(p->clock.wallMs());
        p->isOpen = true;
        p->courier.post([opened, warning] {
            if (opened)
                opened(warning);
        });
    });
}

void ResponseCache::lookUp(const CacheKey &key, std::function<void(CachedAnswerPtr)> found)
{
    if (!key.isValid())
        return found(nullptr);
    if (const CachedAnswerPtr answer = d->memory.find(key)) {
        if (answer->expiresWallMs > d->clock.wallMs())
            return found(answer);
        d->memory.remove(key);
        return found(nullptr); // what is on disk is the same answer
    }
    if (!d->worker || !d->opening || (d->isOpen && !d->disk.knownKeys().mayContain(key.hash)))
        return found(nullptr);
    d->worker->post([p = d.get(), key, found = std::move(found)] {
        const CachedAnswerPtr answer = p->disk.find(key, p->clock.wallMs());
        p->courier.post([p, key, answer, found] {
            // An answer stored meanwhile is newer than what the disk knew.
            CachedAnswerPtr newest = p->memory.find(key);
            if (!newest && answer) {
                p->memory.insert(key, answer);
                newest = answer;
            }
            found(newest && newest->expiresWallMs > p->clock.wallMs() ? newest : nullptr);
        });
    });
}

void ResponseCache::store(const CacheKey &key, CachedAnswerPtr answer)
{
    Q_ASSERT(answer && answer->completion.complete);
    if (!key.isValid() || !answer || !answer->completion.complete)
        return;
    // Too big to be kept; but what was kept is not the newest answer any more.
    // In memory the text is there twice and in UTF-16.
    if (answerBytes(*answer) / 4 + key.canonical.size() > d->options.entryBytes)
        answer = nullptr;
    if (answer)
        d->memory.insert(key, answer);
    else
        d->memory.remove(key);
    d->enqueue({key, std::move(answer)});
}

void ResponseCache::countHit(const CacheKey &key, const CachedAnswer &answer)
{
    if (d->worker)
        return d->use({key.hash, d->clock.wallMs(), answer.originalCost});
    ++d->counted.hits;
    d->pricedHits += answer.originalCost ? 1 : 0;
    d->counted.saved = d->counted.saved.value_or(Money()) + answer.originalCost.value_or(Money());
}

void ResponseCache::stats(std::function<void(CacheStats)> done)
{
    CacheStats stats;
    stats.memoryEntries = d->memory.entries();
    stats.memoryBytes = d->memory.bytes();
    if (!d->worker) {
        stats.entries = stats.memoryEntries;
        stats.expired = d->memory.expired(d->clock.wallMs());
        stats.hits = d->counted.hits;
        if (stats.hits == 0 || d->pricedHits > 0)
            stats.saved = d->counted.saved.value_or(Money());
        d->courier.post([done, stats] { done(stats); });
        return;
    }
    d->worker->post([p = d.get(), stats, done = std::move(done)]() mutable {
        p->writePending();
        p->countPending();
        p->disk.fill(stats, p->clock.wallMs());
        p->courier.post([done, stats] { done(stats); });
    });
}

void ResponseCache::purge(const QString &model, bool expiredOnly, std::function<void(Result<qint64>)> done)
{
    const qint64 now = d->clock.wallMs();
    const qint64 fromMemory = d->memory.removeIf([&](const CachedAnswer &answer) {
        return (model.isEmpty() || answer.model == model) && (!expiredOnly || answer.expiresWallMs <= now);
    });
    if (!d->worker) {
        d->courier.post([done, fromMemory] { done(fromMemory); });
        return;
    }
    d->worker->post([p = d.get(), model, expiredOnly, now, done = std::move(done)] {
        p->writePending();
        Result<qint64> removed = p->disk.purge(model, expiredOnly, now);
        p->courier.post([done, removed] { done(removed); });
    });
}

qint64 ResponseCache::expiryInMemory(const CacheKey &key) const
{
    const CachedAnswerPtr answer = d->memory.peek(key);
    return answer ? answer->expiresWallMs : 0;
}

} // namespace tollgate
