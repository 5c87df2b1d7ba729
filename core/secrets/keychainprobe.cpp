#include "core/secrets/keychainprobe.h"

#include "core/async/worker.h"

#include <QDBusError>
#include <QDBusObjectPath>
#include <QDBusPendingCallWatcher>
#include <QDBusVariant>

#include <utility>

namespace tollgate {

namespace {

constexpr int stepTimeoutMs = 8'000; // below the watchdog's 10 s, so that the bus's own words reach the user

const QString busName = QStringLiteral("org.freedesktop.DBus");
const QString busPath = QStringLiteral("/org/freedesktop/DBus");
const QString secretService = QStringLiteral("org.freedesktop.secrets");
const QString walletService = QStringLiteral("org.kde.kwalletd5");
const QString servicePath = QStringLiteral("/org/freedesktop/secrets");
const QString serviceInterface = QStringLiteral("org.freedesktop.Secret.Service");

// QtKeychain prefers KWallet on Plasma. Opening a wallet is KWallet's own affair: a failure there is an error, never "not found".
bool onPlasma()
{
    return qgetenv("XDG_CURRENT_DESKTOP").split(':').contains("KDE");
}

} // namespace

void KeychainProbe::start(QObject *context, Done done)
{
    auto *probe = new KeychainProbe(context, std::move(done));
    postTo(probe, [probe] { probe->begin(); });
}

KeychainProbe::KeychainProbe(QObject *context, Done done)
    : QObject(context), m_done(std::move(done)), m_bus(QDBusConnection::sessionBus()),
      m_service(onPlasma() ? walletService : secretService)
{
}

void KeychainProbe::begin()
{
    if (m_bus.isConnected())
        askOwner();
    else
        finish(KeychainState::NoService, m_bus.lastError().message());
}

void KeychainProbe::askOwner()
{
    QDBusMessage message = QDBusMessage::createMethodCall(busName, busPath, busName, QStringLiteral("NameHasOwner"));
    message << m_service;
    call(message, [this](const QDBusMessage &reply) {
        if (!reply.arguments().value(0).toBool())
            askActivatable();
        else if (m_service == walletService)
            finish(KeychainState::Available);
        else
            askAlias();
    });
}

void KeychainProbe::askActivatable()
{
    const QDBusMessage message =
        QDBusMessage::createMethodCall(busName, busPath, busName, QStringLiteral("ListActivatableNames"));
    call(message, [this](const QDBusMessage &reply) {
        const bool activatable = reply.arguments().value(0).toStringList().contains(m_service);
        if (m_service == walletService && !activatable) {
            m_service = secretService; // Plasma without KWallet: QtKeychain takes the Secret Service
            askOwner();
        } else if (!activatable) {
            finish(KeychainState::NoService, tr("Nothing on the bus offers %1.").arg(m_service));
        } else if (m_service == walletService) {
            finish(KeychainState::Available);
        } else {
            askAlias();
        }
    });
}

void KeychainProbe::askAlias()
{
    QDBusMessage message =
        QDBusMessage::createMethodCall(secretService, servicePath, serviceInterface, QStringLiteral("ReadAlias"));
    message << QStringLiteral("default");
    call(message, [this](const QDBusMessage &reply) {
        const QString collection = reply.arguments().value(0).value<QDBusObjectPath>().path();
        if (collection.isEmpty() || collection == u"/")
            finish(KeychainState::Missing);
        else
            askLocked(collection);
    });
}

void KeychainProbe::askLocked(const QString &collection)
{
    QDBusMessage message = QDBusMessage::createMethodCall(secretService, collection,
                                                          QStringLiteral("org.freedesktop.DBus.Properties"),
                                                          QStringLiteral("Get"));
    message << QStringLiteral("org.freedesktop.Secret.Collection") << QStringLiteral("Locked");
    call(message, [this](const QDBusMessage &reply) {
        const QVariant value = reply.arguments().value(0).value<QDBusVariant>().variant();
        // What is not a plain "false" counts as locked: only a keychain known to be open may say that a key does not exist.
        finish(value.userType() == QMetaType::Bool && !value.toBool() ? KeychainState::Available : KeychainState::Locked);
    });
}

void KeychainProbe::fail(const QDBusMessage &reply)
{
    const QDBusError::ErrorType type = QDBusError(reply).type();
    const bool denied = type == QDBusError::AccessDenied;
    const bool missing = type == QDBusError::UnknownObject;
    finish(denied ? KeychainState::Denied : missing ? KeychainState::Missing : KeychainState::NoService,
           reply.errorMessage());
}

void KeychainProbe::finish(KeychainState state, const QString &detail)
{
    deleteLater();
    if (const Done done = std::exchange(m_done, nullptr))
        done(state, detail);
}

void KeychainProbe::call(const QDBusMessage &message, std::function<void(const QDBusMessage &)> answered)
{
    auto *watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(message, stepTimeoutMs), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher, answered = std::move(answered)] {
        watcher->deleteLater();
        const QDBusMessage reply = watcher->reply();
        if (reply.type() == QDBusMessage::ReplyMessage)
            answered(reply);
        else
            fail(reply);
    });
}

} // namespace tollgate
