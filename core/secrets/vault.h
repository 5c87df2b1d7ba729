// Finds the key of a provider: session override, environment variable, keychain, in this order; remembers what the keychain
// answered. Feeds every key it meets to the redactor. Lives on the engine thread.
#pragma once

#include "core/base/redactor.h"
#include "core/secrets/secretstore.h"
#include "core/settings/providerconfig.h"

#include <QHash>

#include <functional>
#include <memory>

namespace tollgate {

struct VaultReply {
    SecretStatus status = SecretStatus::NotFound;
    SecretBytes key;   // empty with Ok: the provider needs none
    QString origin;    // "keychain", "OPENAI_API_KEY", "this session", "none"
    QString detail;
    qint64 readWallMs = 0; // when the keychain gave it, Unix ms; 0: not from there
};

class Vault
{
public:
    Vault(SecretStore &store, Redactor &redactor);
    ~Vault();

    // Calls back at once when the answer is known, else when the keychain has answered. `environment` holds the variables of the
    // process that sends (ChatRequest::environment).
    void fetch(const ProviderConfig &provider, const QHash<QString, QByteArray> &environment, std::function<void(VaultReply)> done);
    // Stores through the SecretStore and remembers on success.
    void store(const QString &entry, const SecretBytes &key, SecretStore::Callback done);
    void forget(const QString &entry, SecretStore::Callback done);
    // For this session only, when there is no keychain.
    void useForSession(const QString &entry, const SecretBytes &key);
    void dropCached();
    SecretStore &secretStore() { return m_store; }

private:
    class Private;
    SecretStore &m_store;
    Redactor &m_redactor;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
