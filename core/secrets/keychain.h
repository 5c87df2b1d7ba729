// The OS keychain through QtKeychain, service io.tollgate.Tollgate. Never the insecure fallback. All keychains of a process live on one
// thread: QtKeychain's queue belongs to the thread of its first job and crashes when another one uses it too (seen with 0.13.2).
#pragma once

#include "core/async/clock.h"
#include "core/secrets/secretstore.h"

#include <memory>

namespace tollgate {

class Keychain final : public SecretStore
{
public:
    explicit Keychain(Clock &clock, QString service = QStringLiteral("io.tollgate.Tollgate"));
    ~Keychain() override;
    void read(const QString &entry, Callback done) override;
    void write(const QString &entry, const SecretBytes &secret, Callback done) override;
    void remove(const QString &entry, Callback done) override;
    void probe(std::function<void(KeychainState)> done) override;
    bool isPersistent() const override { return true; }

private:
    class Private;
    std::unique_ptr<Private> d;
};

// Keys for this session only: nothing is written anywhere.
class SessionSecrets final : public SecretStore
{
public:
    SessionSecrets();
    ~SessionSecrets() override;
    void read(const QString &entry, Callback done) override;
    void write(const QString &entry, const SecretBytes &secret, Callback done) override;
    void remove(const QString &entry, Callback done) override;
    void probe(std::function<void(KeychainState)> done) override;
    bool isPersistent() const override { return false; }

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
