#include "core/secrets/keychain.h"

#include "core/async/worker.h"

#include <QHash>
#include <QObject>

namespace tollgate {

class SessionSecrets::Private
{
public:
    QHash<QString, SecretBytes> secrets;
    QObject context; // answers come from the event loop, as the keychain's do
};

SessionSecrets::SessionSecrets() : d(std::make_unique<Private>()) {}
SessionSecrets::~SessionSecrets() = default;

void SessionSecrets::read(const QString &entry, Callback done)
{
    const auto found = d->secrets.constFind(entry);
    const SecretReply reply = found == d->secrets.cend() ? SecretReply{SecretStatus::NotFound, {}, {}}
                                                         : SecretReply{SecretStatus::Ok, *found, {}};
    postTo(&d->context, [reply, done = std::move(done)] { done(reply); });
}

void SessionSecrets::write(const QString &entry, const SecretBytes &secret, Callback done)
{
    d->secrets.insert(entry, secret);
    postTo(&d->context, [done = std::move(done)] { done({SecretStatus::Ok, {}, {}}); });
}

void SessionSecrets::remove(const QString &entry, Callback done)
{
    d->secrets.remove(entry);
    postTo(&d->context, [done = std::move(done)] { done({SecretStatus::Ok, {}, {}}); });
}

void SessionSecrets::probe(std::function<void(KeychainState)> done)
{
    postTo(&d->context, [done = std::move(done)] { done(KeychainState::Available); });
}

} // namespace tollgate
