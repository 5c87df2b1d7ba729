// Every request the simulator received, in memory and, when asked for, as one JSON line each in a file. Any thread.
#pragma once

#include "core/simulator/simulator.h"

#include <QFile>

#include <deque>
#include <mutex>

namespace tollgate {

class RequestLog
{
public:
    // Appends to the file from now on; an empty path ends that.
    Result<void> open(const QString &path);
    // Gives the entry its number and writes its line with a single write(2): what is answered is on record even if the process
    // dies right after. `body` is hashed only for a file.
    qint64 record(SimulatorEntry entry, QByteArrayView body);
    QList<SimulatorEntry> entries() const;

private:
    mutable std::mutex m_mutex;
    std::deque<SimulatorEntry> m_entries;
    QFile m_file;
    qint64 m_last = 0;
};

} // namespace tollgate
