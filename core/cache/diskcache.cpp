#include "core/cache/diskcache.h"

#include "core/base/log.h"
#include "core/cache/answercodec.h"
#include "core/store/zip.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace tollgate {

namespace {

constexpr const char *version1 = R"(
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    model TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    digest BLOB NOT NULL,
    canonical BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX answers_used ON answers (used_ms, hash, bytes);
CREATE INDEX answers_expires ON answers (expires_ms);
CREATE TABLE counters (
    id INTEGER PRIMARY KEY,
    hits INTEGER NOT NULL,
    priced_hits INTEGER NOT NULL,
    saved_nano INTEGER NOT NULL
) STRICT;
INSERT INTO counters VALUES (1, 0, 0, 0);
)";

// What a row takes beside its own bytes: keys in two indexes, page slack.
constexpr qint64 rowOverhead = 256;
constexpr qint64 evictedAtOnce = 64;

QByteArray digestOf(const QByteArray &canonical, const QByteArray &body)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(canonical);
    hash.addData(body);
    return hash.result();
}

} // namespace

quint64 KnownKeys::prefix(QByteArrayView hash)
{
    quint64 value = 0;
    std::memcpy(&value, hash.data(), std::min<size_t>(sizeof value, size_t(hash.size())));
    return value;
}

bool KnownKeys::mayContain(QByteArrayView hash) const
{
    const std::lock_guard lock(m_mutex);
    return m_prefixes.count(prefix(hash)) > 0;
}

void KnownKeys::add(QByteArrayView hash)
{
    const std::lock_guard lock(m_mutex);
    m_prefixes.insert(prefix(hash));
}

void KnownKeys::remove(QByteArrayView hash)
{
    const std::lock_guard lock(m_mutex);
    m_prefixes.erase(prefix(hash));
}

void KnownKeys::clear()
{
    const std::lock_guard lock(m_mutex);
    m_prefixes.clear();
}

QString DiskCache::open(qint64 nowWallMs)
{
    bool damaged = false;
    auto connected = connect(damaged);
    if (connected)
        return {};
    const QString why = connected.error().why;
    if (damaged && moveAside(nowWallMs)) {
        connected = connect(damaged);
        if (connected)
            return QCoreApplication::translate("Cache", "The response cache could not be read and was started anew. %1").arg(why);
    }
    m_database.reset();
    return QCoreApplication::translate("Cache", "Answers are kept in memory only. %1").arg(connected.error().why);
}

Result<void> DiskCache::connect(bool &damaged)
{
    m_database.reset();
    auto opened = Database::open(m_path, {}, &damaged);
    if (!opened)
        return opened.error();
    m_database = std::move(*opened);
    auto ready = migrate(*m_database, {{1, version1}});
    if (ready)
        ready = loadKeys();
    damaged = m_database->isDamaged();
    return ready;
}

Result<void> DiskCache::loadKeys()
{
    m_known.clear();
    m_bytes = 0;
    // The index has both: the answers themselves are not read.
    auto statement = m_database->prepare("SELECT hash, bytes FROM answers INDEXED BY answers_used");
    if (!statement)
        return statement.error();
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return {};
        m_known.add(statement->blob(0));
        m_bytes += statement->integer(1);
    }
}

bool DiskCache::moveAside(qint64 nowWallMs)
{
    m_database.reset();
    m_known.clear();
    m_bytes = 0;
    const QString stamp = QDateTime::fromMSecsSinceEpoch(nowWallMs, Qt::UTC).toString(QStringLiteral("yyyyMMdd-HHmmss"));
    const QString target = m_path + QStringLiteral(".broken-") + stamp;
    // One is enough to look at; more would be old prompts lying about.
    const QFileInfo file(m_path);
    const QStringList older = file.dir().entryList({file.fileName() + QStringLiteral(".broken-*")}, QDir::Files);
    for (const QString &name : older)
        QFile::remove(file.dir().filePath(name));
    // A log of the broken file must not be applied to the new one.
    QFile::remove(m_path + QStringLiteral("-wal"));
    QFile::remove(m_path + QStringLiteral("-shm"));
    return QFile::rename(m_path, target);
}

void DiskCache::close()
{
    if (m_database)
        std::ignore = m_database->checkpoint();
    m_database.reset();
}

void DiskCache::onError(const Error &error, qint64 nowWallMs)
{
    qCWarning(lcCache, "%s", qUtf8Printable(error.text()));
    if (!m_database || !m_database->isDamaged())
        return;
    bool again = false;
    if (!moveAside(nowWallMs) || !connect(again))
        m_database.reset();
}

CachedAnswerPtr DiskCache::find(const CacheKey &key, qint64 nowWallMs)
{
    if (!m_database)
        return nullptr;
    QByteArray digest;
    QByteArray canonical;
    QByteArray body;
    {
        auto statement = m_database->prepare("SELECT digest, canonical, body FROM answers WHERE hash = ? AND expires_ms > ?");
        auto row = statement ? statement->bindBlob(1, key.hash).bind(2, nowWallMs).step() : Result<bool>(statement.error());
        if (row && !*row)
            return nullptr;
        if (!row) {
            const Error error = row.error();
            { const auto released = std::move(statement); }
            onError(error, nowWallMs);
            return nullptr;
        }
        digest = statement->blob(0);
        canonical = statement->blob(1);
        body = statement->blob(2);
    }
    // Whole, and the very same question: else it is as if it were not there.
    if (digest == digestOf(canonical, body) && unpack(canonical) == key.canonical) {
        if (const auto bytes = unpack(body)) {
            if (auto answer = decodeAnswer(*bytes))
                return answer;
        }
    }
    qCWarning(lcCache, "an entry of the response cache is not what it was; removed");
    if (auto removed = remove(key.hash); !removed)
        onError(removed.error(), nowWallMs);
    return nullptr;
}

void DiskCache::write(const std::vector<Item> &items, qint64 nowWallMs)
{
    if (!m_database)
        return;
    if (auto written = writeAll(items, nowWallMs); !written) {
        onError(written.error(), nowWallMs);
        // A rolled-back transaction leaves the counts wrong.
        if (m_database && !loadKeys())
            m_database.reset();
    }
}

Result<void> DiskCache::writeAll(const std::vector<Item> &items, qint64 nowWallMs)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return transaction.error();
    for (const Item &item : items) {
        if (auto removed = remove(item.key.hash); !removed)
            return removed;
        if (!item.answer)
            continue;
        const QByteArray canonical = pack(item.key.canonical);
        const QByteArray body = pack(encodeAnswer(*item.answer));
        if (canonical.size() + body.size() > m_entryLimit)
            continue;
        if (auto inserted = insert(item, canonical, body, nowWallMs); !inserted)
            return inserted;
    }
    if (auto room = makeRoom(nowWallMs); !room)
        return room;
    return transaction->commit();
}

Result<void> DiskCache::remove(QByteArrayView hash)
{
    if (!m_known.mayContain(hash))
        return {};
    auto statement = m_database->prepare("DELETE FROM answers WHERE hash = ? RETURNING bytes");
    if (!statement)
        return statement.error();
    auto row = statement->bindBlob(1, hash).step();
    if (!row)
        return row.error();
    if (*row) {
        m_bytes -= statement->integer(0);
        m_known.remove(hash);
    }
    return {};
}

Result<void> DiskCache::insert(const Item &item, const QByteArray &canonical, const QByteArray &body, qint64 nowWallMs)
{
    const qint64 bytes = canonical.size() + body.size() + rowOverhead;
    auto statement = m_database->prepare("INSERT INTO answers (hash, model, expires_ms, used_ms, bytes, digest, canonical, body)"
                                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    if (!statement)
        return statement.error();
    statement->bindBlob(1, item.key.hash).bind(2, item.answer->model).bind(3, item.answer->expiresWallMs).bind(4, nowWallMs).bind(5, bytes);
    statement->bindBlob(6, digestOf(canonical, body)).bindBlob(7, canonical).bindBlob(8, body);
    if (auto done = statement->run(); !done)
        return done;
    m_bytes += bytes;
    m_known.add(item.key.hash);
    return {};
}

Result<void> DiskCache::makeRoom(qint64 nowWallMs)
{
    if (m_bytes <= m_byteLimit)
        return {};
    // The useless first, then those that nobody has asked for the longest; down to nine tenths, so that it is not done for every answer.
    if (auto expired = removeWhere("expires_ms <= ?1", nowWallMs, {}); !expired)
        return expired.error();
    while (m_bytes > m_byteLimit / 10 * 9) {
        auto removed = removeWhere("id IN (SELECT id FROM answers ORDER BY used_ms LIMIT ?1)", evictedAtOnce, {});
        if (!removed)
            return removed.error();
        if (*removed == 0)
            break;
    }
    return {};
}

Result<qint64> DiskCache::removeWhere(const char *condition, qint64 number, const QString &text)
{
    const QByteArray sql = QByteArray("DELETE FROM answers WHERE ") + condition + " RETURNING hash, bytes";
    auto statement = m_database->prepare(sql.constData());
    if (!statement)
        return statement.error();
    if (sql.contains("?1"))
        statement->bind(1, number);
    if (sql.contains("?2"))
        statement->bind(2, text);
    qint64 removed = 0;
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return removed;
        m_known.remove(statement->blob(0));
        m_bytes -= statement->integer(1);
        ++removed;
    }
}

void DiskCache::count(const std::vector<Use> &uses)
{
    if (!m_database || uses.empty())
        return;
    const auto store = [&]() -> Result<void> {
        auto transaction = Transaction::begin(*m_database);
        if (!transaction)
            return transaction.error();
        Money saved;
        qint64 priced = 0;
        for (const Use &use : uses) {
            auto statement = m_database->prepare("UPDATE answers SET used_ms = ?2 WHERE hash = ?1 AND used_ms < ?2");
            if (!statement)
                return statement.error();
            if (auto done = statement->bindBlob(1, use.hash).bind(2, use.wallMs).run(); !done)
                return done;
            saved += use.saved.value_or(Money());
            priced += use.saved ? 1 : 0;
        }
        auto statement = m_database->prepare("UPDATE counters SET hits = hits + ?, priced_hits = priced_hits + ?, saved_nano = saved_nano + ?");
        if (!statement)
            return statement.error();
        if (auto done = statement->bind(1, qint64(uses.size())).bind(2, priced).bind(3, saved.nanoUsd()).run(); !done)
            return done;
        return transaction->commit();
    };
    if (auto stored = store(); !stored)
        onError(stored.error(), uses.back().wallMs);
}

Result<qint64> DiskCache::purge(const QString &model, bool expiredOnly, qint64 nowWallMs)
{
    if (!m_database)
        return 0;
    const char *condition = expiredOnly ? (model.isEmpty() ? "expires_ms <= ?1" : "expires_ms <= ?1 AND model = ?2")
                                        : (model.isEmpty() ? "?1 > 0" : "?1 > 0 AND model = ?2");
    auto removed = removeWhere(condition, nowWallMs, model);
    if (!removed) {
        onError(removed.error(), nowWallMs);
        if (m_database && !loadKeys())
            m_database.reset();
        return removed;
    }
    // What was purged is not to stay readable in the log.
    std::ignore = m_database->checkpoint();
    return removed;
}

void DiskCache::fill(CacheStats &stats, qint64 nowWallMs)
{
    if (!m_database)
        return;
    auto statement = m_database->prepare("SELECT (SELECT count(*) FROM answers), (SELECT count(*) FROM answers WHERE expires_ms <= ?1),"
                                         " hits, priced_hits, saved_nano FROM counters");
    if (!statement)
        return onError(statement.error(), nowWallMs);
    auto row = statement->bind(1, nowWallMs).step();
    if (!row || !*row)
        return;
    stats.entries = statement->integer(0);
    stats.expired = statement->integer(1);
    stats.diskBytes = m_bytes;
    stats.hits = statement->integer(2);
    if (stats.hits == 0 || statement->integer(3) > 0)
        stats.saved = Money::fromNanoUsd(statement->integer(4));
}

} // namespace tollgate
