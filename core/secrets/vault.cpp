#include "core/secrets/vault.h"

#include "core/async/worker.h"

#include <QCoreApplication>
#include <QObject>

#include <optional>
#include <utility>
#include <vector>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Vault", text);
}

// A key that cannot be a header value would be refused by the wire or, worse, split a request (reliability.md finding 3).
VaultReply unsafe(const QString &origin)
{
    return {SecretStatus::Failed, {}, origin,
            tr("The key from %1 holds a space, a line break or another character that a key cannot have.").arg(origin)};
}

} // namespace

class Vault::Private
{
public:
    using Done = std::function<void(VaultReply)>;

    struct Reading {
        quint64 epoch = 0; // of the entry when the read began
        std::vector<Done> waiters;
    };

    std::optional<VaultReply> fromEnvironment(const ProviderConfig &provider, const QHash<QString, QByteArray> &environment);
    void readDone(const QString &entry, const SecretReply &reply);

    Redactor *redactor = nullptr;
    QHash<QString, SecretBytes> session;
    QHash<QString, SecretBytes> fromKeychain;
    QHash<QString, qint64> readAt; // of fromKeychain
    QHash<QString, SecretBytes> fromVariables; // as seen last, so that a hot path neither copies nor redacts anew
    QHash<QString, Reading> readings;
    QHash<QString, quint64> epochs; // counts what store() and forget() did to an entry: an older read must not undo it
    QObject context;                // of answers that need no store
    std::shared_ptr<void> alive = std::make_shared<int>(); // ends with the vault: the store's late answers find it gone
};

std::optional<VaultReply> Vault::Private::fromEnvironment(const ProviderConfig &provider,
                                                          const QHash<QString, QByteArray> &environment)
{
    if (provider.keyEnv.isEmpty())
        return std::nullopt;
    const QByteArray value = environment.value(provider.keyEnv);
    if (value.isEmpty()) {
        return VaultReply{SecretStatus::NotFound, {}, provider.keyEnv,
                          tr("The environment variable %1 is not set.").arg(provider.keyEnv)};
    }
    SecretBytes &known = fromVariables[provider.keyEnv];
    if (known.view() != QByteArrayView(value)) {
        known = SecretBytes(value);
        redactor->add(known);
    }
    return known.isHeaderSafe() ? VaultReply{SecretStatus::Ok, known, provider.keyEnv, {}} : unsafe(provider.keyEnv);
}

void Vault::Private::readDone(const QString &entry, const SecretReply &reply)
{
    const Reading reading = readings.take(entry);
    const QString origin = QStringLiteral("keychain");
    VaultReply answer{reply.status, {}, origin, reply.detail};
    if (epochs.value(entry) != reading.epoch) {
        // Stored or forgotten meanwhile: what is remembered now is newer than what was read.
        const auto known = fromKeychain.constFind(entry);
        answer = known == fromKeychain.cend() ? VaultReply{SecretStatus::NotFound, {}, origin, {}}
                                              : VaultReply{SecretStatus::Ok, *known, origin, {}, readAt.value(entry)};
    } else if (reply.status == SecretStatus::Ok) {
        redactor->add(reply.secret);
        if (reply.secret.isHeaderSafe()) {
            fromKeychain.insert(entry, reply.secret);
            readAt.insert(entry, reply.wallMs);
            answer.key = reply.secret;
            answer.readWallMs = reply.wallMs;
        } else {
            answer = unsafe(origin);
        }
    }
    // A waiter may end the vault: nothing of it is touched from here on.
    for (const Done &done : reading.waiters)
        done(answer);
}

Vault::Vault(SecretStore &store, Redactor &redactor) : m_store(store), m_redactor(redactor), d(std::make_unique<Private>())
{
    d->redactor = &redactor;
}

Vault::~Vault() = default;

void Vault::fetch(const ProviderConfig &provider, const QHash<QString, QByteArray> &environment,
                  std::function<void(VaultReply)> done)
{
    const QString entry = provider.credentialName();
    if (const auto own = d->session.constFind(entry); own != d->session.cend()) {
        const QString origin = QStringLiteral("this session");
        done(own->isHeaderSafe() ? VaultReply{SecretStatus::Ok, *own, origin, {}} : unsafe(origin));
        return;
    }
    if (const std::optional<VaultReply> reply = d->fromEnvironment(provider, environment)) {
        done(*reply);
        return;
    }
    if (const auto known = d->fromKeychain.constFind(entry); known != d->fromKeychain.cend()) {
        done({SecretStatus::Ok, *known, QStringLiteral("keychain"), {}, d->readAt.value(entry)});
        return;
    }
    // A provider that needs no key and has none stored must not wait for the keychain, which may be locked or absent.
    if (!provider.needsKey && !provider.hasStoredKey()) {
        done({SecretStatus::Ok, {}, QStringLiteral("none"), {}});
        return;
    }
    if (const auto reading = d->readings.find(entry); reading != d->readings.end()) {
        reading->waiters.push_back(std::move(done));
        return;
    }
    Private::Reading &reading = d->readings[entry];
    reading.epoch = d->epochs.value(entry);
    reading.waiters.push_back(std::move(done));
    m_store.read(entry, [guard = std::weak_ptr<void>(d->alive), p = d.get(), entry](const SecretReply &reply) {
        if (!guard.expired())
            p->readDone(entry, reply);
    });
}

void Vault::store(const QString &entry, const SecretBytes &key, SecretStore::Callback done)
{
    if (key.isEmpty() || !key.isHeaderSafe()) {
        const QString why = key.isEmpty() ? tr("The key is empty.")
                                          : tr("The key holds a space, a line break or another character that a key cannot have.");
        postTo(&d->context, [why, done = std::move(done)] { done({SecretStatus::Failed, {}, why}); });
        return;
    }
    m_redactor.add(key); // before anything can fail and be logged
    m_store.write(entry, key, [guard = std::weak_ptr<void>(d->alive), p = d.get(), entry, key, done = std::move(done)](const SecretReply &reply) {
        if (guard.expired())
            return;
        if (reply.status == SecretStatus::Ok) {
            p->fromKeychain.insert(entry, key);
            p->readAt.insert(entry, reply.wallMs); // it was read back
            p->session.remove(entry); // the stored key is the newer wish
            ++p->epochs[entry];
        }
        done(reply);
    });
}

void Vault::forget(const QString &entry, SecretStore::Callback done)
{
    d->session.remove(entry);
    d->fromKeychain.remove(entry);
    ++d->epochs[entry];
    m_store.remove(entry, [guard = std::weak_ptr<void>(d->alive), done = std::move(done)](const SecretReply &reply) {
        if (!guard.expired())
            done(reply);
    });
}

void Vault::useForSession(const QString &entry, const SecretBytes &key)
{
    m_redactor.add(key);
    if (key.isEmpty())
        d->session.remove(entry);
    else
        d->session.insert(entry, key);
}

void Vault::dropCached()
{
    d->fromKeychain.clear();
    d->fromVariables.clear();
}

} // namespace tollgate
