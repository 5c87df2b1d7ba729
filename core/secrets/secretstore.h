// Where API keys live. Asynchronous, with a watchdog: every operation answers within 10 s (reliability.md finding 8). Callbacks come on
// the thread that made the store, never from inside the call.
#pragma once

#include "core/base/result.h"
#include "core/base/secretbytes.h"

#include <QString>

#include <functional>

namespace tollgate {

// States of the keychain, each distinct on screen (reliability.md section 3.1).
enum class KeychainState : quint8 { Available, Locked, Denied, Missing, NoService };
QString keychainStateName(KeychainState state); // "available", "locked", "denied", "missing", "no service"
QString keychainStateText(KeychainState state); // a sentence that says what it means and what to do

enum class SecretStatus : quint8 { Ok, NotFound, Locked, Denied, NoService, TimedOut, Failed };

struct SecretReply {
    SecretStatus status = SecretStatus::Failed;
    SecretBytes secret; // read() only
    QString detail;     // the backend's words, without secrets
    qint64 wallMs = 0;  // when the backend answered, Unix ms; 0: a store that does not say
};

class SecretStore
{
public:
    using Callback = std::function<void(SecretReply)>;
    virtual ~SecretStore() = default;

    // `entry` is ProviderConfig::credentialName(). NotFound is answered only when the keychain is known to be unlocked.
    virtual void read(const QString &entry, Callback done) = 0;
    // Reads back what it wrote before it answers Ok.
    virtual void write(const QString &entry, const SecretBytes &secret, Callback done) = 0;
    // Ok also when there was nothing.
    virtual void remove(const QString &entry, Callback done) = 0;
    virtual void probe(std::function<void(KeychainState)> done) = 0;
    // False for stores that forget at exit.
    virtual bool isPersistent() const = 0;
};

} // namespace tollgate
