// Asks over D-Bus whether the keychain is there and unlocked, without opening a prompt. QtKeychain cannot tell: a locked keyring
// reads as "no such entry" (reliability.md finding 8). Private to this folder; lives on the thread of its context.
#pragma once

#include "core/secrets/secretstore.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QObject>

#include <functional>

namespace tollgate {

class KeychainProbe : public QObject
{
    Q_OBJECT
public:
    using Done = std::function<void(KeychainState, QString detail)>;

    // Answers once, from the event loop, and deletes itself; dropped when `context` dies first. The bus bounds each step to 8 s.
    static void start(QObject *context, Done done);

private:
    KeychainProbe(QObject *context, Done done);
    void begin();
    void askOwner();
    void askActivatable();
    void askAlias();
    void askLocked(const QString &collection);
    void fail(const QDBusMessage &reply);
    void finish(KeychainState state, const QString &detail = {});
    void call(const QDBusMessage &message, std::function<void(const QDBusMessage &)> answered);

    Done m_done;
    QDBusConnection m_bus;
    QString m_service;
};

} // namespace tollgate
