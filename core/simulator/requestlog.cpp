#include "core/simulator/requestlog.h"

#include "core/base/json.h"
#include "core/base/log.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDateTime>

namespace tollgate {

namespace {

constexpr size_t keptEntries = 100'000;

QByteArray journalLine(const SimulatorEntry &entry)
{
    QByteArray line;
    JsonWriter json(line);
    json.beginObject();
    json.member("n", entry.number);
    json.member("time", QDateTime::fromMSecsSinceEpoch(entry.wallMs, Qt::UTC).toString(Qt::ISODateWithMs));
    json.key("method").utf8(entry.method);
    json.key("path").utf8(entry.path);
    json.member("model", entry.model);
    json.member("stream", entry.stream);
    json.key("body_sha256").utf8(entry.bodySha256);
    json.member("fault", entry.fault);
    json.key("attempt");
    if (entry.attempt.isEmpty())
        json.null();
    else
        json.value(QString::fromUtf8(entry.attempt)); // a header's bytes need not be UTF-8
    json.endObject();
    line.append('\n');
    return line;
}

} // namespace

Result<void> RequestLog::open(const QString &path)
{
    const std::lock_guard lock(m_mutex);
    if (path == m_file.fileName() && m_file.isOpen())
        return {};
    m_file.close();
    m_file.setFileName(path);
    if (path.isEmpty() || m_file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered))
        return {};
    return Error{ErrorKind::Storage, QCoreApplication::translate("Simulator", "The simulator's journal cannot be written"),
                 QStringLiteral("%1: %2").arg(path, m_file.errorString()),
                 QCoreApplication::translate("Simulator", "Choose another file.")};
}

qint64 RequestLog::record(SimulatorEntry entry, QByteArrayView body)
{
    const std::lock_guard lock(m_mutex);
    entry.number = ++m_last;
    if (m_file.isOpen()) {
        entry.bodySha256 = QCryptographicHash::hash(body.toByteArray(), QCryptographicHash::Sha256).toHex();
        const QByteArray line = journalLine(entry);
        if (m_file.write(line) != line.size())
            qCWarning(lcSimulator) << "the journal is incomplete:" << m_file.errorString();
    }
    m_entries.push_back(std::move(entry));
    if (m_entries.size() > keptEntries)
        m_entries.pop_front();
    return m_last;
}

QList<SimulatorEntry> RequestLog::entries() const
{
    const std::lock_guard lock(m_mutex);
    return {m_entries.begin(), m_entries.end()};
}

} // namespace tollgate
