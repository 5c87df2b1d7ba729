// Whom a TLS connection trusts: the system's authorities, loaded off the engine thread, and those of a file besides them.
#pragma once

#include <QDateTime>
#include <QHash>
#include <QList>
#include <QObject>
#include <QSslCertificate>
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

    // The same authorities as a list, for those who add to it. Slow as well, and needed by few: only when asked for.
    void loadList();
    bool isListed() const { return m_isListed.load(std::memory_order_acquire); } // `listed` follows
    const QList<QSslCertificate> &list() const { return m_list; }                // precondition: isListed()

Q_SIGNALS:
    void loaded();
    void listed();

private:
    SystemAuthorities() = default;
    std::atomic<bool> m_started = false;
    std::atomic<bool> m_loaded = false;
    // Made on the pool thread: its constructor loads OpenSSL.
    std::optional<QSslConfiguration> m_configuration;
    std::atomic<bool> m_listStarted = false;
    std::atomic<bool> m_isListed = false;
    QList<QSslCertificate> m_list;
};

// Configurations of own authority files, read again when the file changes. One thread.
class FileAuthorities
{
public:
    // Trusts the file's authorities and `system`'s. Nothing when the file cannot be read or holds no certificate.
    std::optional<QSslConfiguration> configuration(const QString &file, const QList<QSslCertificate> &system);

private:
    struct Entry {
        QDateTime modified;
        qint64 size = 0;
        QSslConfiguration configuration;
    };
    QHash<QString, Entry> m_entries;
};

} // namespace tollgate
