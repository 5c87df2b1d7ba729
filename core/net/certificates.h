// Whom a TLS connection trusts: the system's authorities, loaded off the engine thread, or the ones of a file and nobody else.
#pragma once

#include <QDateTime>
#include <QHash>
#include <QObject>
#include <QSslConfiguration>
#include <QString>

#include <atomic>
#include <optional>

namespace tollgate {

// The system's authorities, loaded once per process (network.md 1.2: 170-220 ms). Any thread.
class SystemAuthorities : public QObject
{
    Q_OBJECT

public:
    // One per process, because OpenSSL's and Qt's own tables are.
    static SystemAuthorities &shared();

    // Starts the load on a pool thread unless that was done.
    void load();
    // False until the load is done; `loaded` follows. Connect first, then ask.
    bool isLoaded() const { return m_loaded.load(std::memory_order_acquire); }
    // Precondition: isLoaded().
    const QSslConfiguration &configuration() const { return *m_configuration; }

Q_SIGNALS:
    void loaded();

private:
    SystemAuthorities() = default;
    std::atomic<bool> m_started = false;
    std::atomic<bool> m_loaded = false;
    // Made on the pool thread: its constructor loads OpenSSL.
    std::optional<QSslConfiguration> m_configuration;
};

// Configurations of own authority files, read again when the file changes. One thread.
class FileAuthorities
{
public:
    // Nothing when the file cannot be read or holds no certificate.
    std::optional<QSslConfiguration> configuration(const QString &file);

private:
    struct Entry {
        QDateTime modified;
        qint64 size = 0;
        QSslConfiguration configuration;
    };
    QHash<QString, Entry> m_entries;
};

} // namespace tollgate
