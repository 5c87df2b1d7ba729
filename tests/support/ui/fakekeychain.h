// A keychain in memory whose state a test decides. It answers later, as the real one does, and counts what it was asked.
#pragma once

#include "core/secrets/secretstore.h"

#include <QHash>
#include <QTimer>

namespace tollgate::test {

class FakeKeychain final : public SecretStore
{
public:
    void read(const QString &entry, Callback done) override
    {
        ++reads;
        later([this, entry, done = std::move(done)] {
            unlockIfPrompted();
            if (state != KeychainState::Available)
                done({status(), {}, {}});
            else if (!entries.contains(entry))
                done({SecretStatus::NotFound, {}, {}});
            else
                done({SecretStatus::Ok, entries.value(entry), {}});
        });
    }
    void write(const QString &entry, const SecretBytes &secret, Callback done) override
    {
        ++writes;
        later([this, entry, secret, done = std::move(done)] {
            unlockIfPrompted();
            if (state == KeychainState::Available)
                entries.insert(entry, secret);
            done({status(), {}, {}});
        });
    }
    void remove(const QString &entry, Callback done) override
    {
        later([this, entry, done = std::move(done)] {
            if (state == KeychainState::Available)
                entries.remove(entry);
            done({status(), {}, {}});
        });
    }
    void probe(std::function<void(KeychainState)> done) override
    {
        later([this, done = std::move(done)] { done(state); });
    }
    bool isPersistent() const override { return true; }

    KeychainState state = KeychainState::Available;
    bool unlocksWhenAsked = false; // the user types the password into the desktop's prompt
    QHash<QString, SecretBytes> entries;
    int reads = 0;
    int writes = 0;

private:
    void later(std::function<void()> task) { QTimer::singleShot(0, &m_context, std::move(task)); }
    void unlockIfPrompted()
    {
        if (state == KeychainState::Locked && unlocksWhenAsked)
            state = KeychainState::Available;
    }
    SecretStatus status() const
    {
        switch (state) {
        case KeychainState::Available: return SecretStatus::Ok;
        case KeychainState::Locked: return SecretStatus::Locked;
        case KeychainState::Denied: return SecretStatus::Denied;
        case KeychainState::Missing: return SecretStatus::Failed;
        case KeychainState::NoService: return SecretStatus::NoService;
        }
        return SecretStatus::Failed;
    }
    QObject m_context;
};

} // namespace tollgate::test
