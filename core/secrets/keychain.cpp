#include "core/secrets/keychain.h"

#include "core/async/worker.h"
#include "core/base/log.h"
#include "core/secrets/keychainprobe.h"

#include <QCoreApplication>
#include <QHash>

#include <qt6keychain/keychain.h>

#include <utility>

namespace tollgate {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds watchdogTime = 10s; // reliability.md finding 8

QString tr(const char *text)
{
    return QCoreApplication::translate("Keychain", text);
}

// A prompt for the keyring's password can only appear where there is a display; without one, waiting for it is pointless.
bool canPrompt()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

SecretStatus statusOf(KeychainState state)
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

SecretStatus statusOf(QKeychain::Error error)
{
    switch (error) {
    case QKeychain::NoError: return SecretStatus::Ok;
    case QKeychain::EntryNotFound: return SecretStatus::NotFound;
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied: return SecretStatus::Denied;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented: return SecretStatus::NoService;
    case QKeychain::CouldNotDeleteEntry:
    case QKeychain::OtherError: return SecretStatus::Failed;
    }
    return SecretStatus::Failed;
}

} // namespace

// Operations in flight. Each is answered exactly once: by its last step, or by its watchdog, whose late steps then find it gone.
class Keychain::Private
{
public:
    enum class Kind : quint8 { Read, Write, Remove };
    struct Operation {
        Kind kind;
        QString entry;
        SecretBytes secret; // to write
        Callback done;
        TimerId watchdog = 0;
        bool prompting = false;
        bool jobRunning = false;
    };
    using JobDone = std::function<void(QKeychain::Job *)>;

    void begin(Operation operation);
    void probed(quint64 id, KeychainState state, const QString &detail);
    void run(quint64 id);
    void written(quint64 id, QKeychain::Job *job);
    void removed(quint64 id, QKeychain::Job *job);
    void readBack(quint64 id);
    void wasRead(quint64 id, SecretStatus status, const SecretBytes &secret, const QString &detail);
    void startJob(quint64 id, QKeychain::Job *job, const QString &entry, JobDone done);
    void answer(quint64 id, SecretReply reply);
    void timeOut(quint64 id);
    SecretReply fromState(KeychainState state, const QString &detail) const;

    Clock *clock = nullptr;
    QString service;
    // Jobs are children of an object that outlives them: libsecret keeps a bare pointer to a job until the service answers, so a
    // job may never be deleted before that, watchdog or not.
    QObject *jobs = nullptr;
    QObject context;
    QHash<quint64, Operation> operations;
    quint64 lastId = 0;
    int abandoned = 0; // jobs that still run though their operation was answered; QtKeychain starts no other before them
};

void Keychain::Private::begin(Operation operation)
{
    const quint64 id = ++lastId;
    operation.watchdog = clock->after(watchdogTime, [this, id] { timeOut(id); });
    operations.insert(id, std::move(operation));
    KeychainProbe::start(&context, [this, id](KeychainState state, const QString &detail) { probed(id, state, detail); });
}

void Keychain::Private::probed(quint64 id, KeychainState state, const QString &detail)
{
    const auto operation = operations.find(id);
    if (operation == operations.end())
        return;
    if (abandoned > 0) {
        answer(id, {state == KeychainState::Locked ? SecretStatus::Locked : SecretStatus::TimedOut, {},
                    tr("An earlier request to the keychain still waits for its answer.")});
        return;
    }
    // Locked or missing with a display: QtKeychain opens the desktop's prompt, and a user who answers in time gets the key.
    const bool promptable = state == KeychainState::Locked
        || (state == KeychainState::Missing && operation->kind == Kind::Write);
    if (state == KeychainState::Available || (promptable && canPrompt())) {
        operation->prompting = state != KeychainState::Available;
        run(id);
        return;
    }
    answer(id, fromState(state, detail));
}

void Keychain::Private::run(quint64 id)
{
    const Operation &operation = operations[id];
    switch (operation.kind) {
    case Kind::Read: readBack(id); return;
    case Kind::Write: {
        auto *job = new QKeychain::WritePasswordJob(service, jobs);
        QString text = QString::fromLatin1(operation.secret.view());
        job->setTextData(text);
        wipe(text);
        startJob(id, job, operation.entry, [this, id](QKeychain::Job *done) { written(id, done); });
        return;
    }
    case Kind::Remove:
        startJob(id, new QKeychain::DeletePasswordJob(service, jobs), operation.entry,
                 [this, id](QKeychain::Job *done) { removed(id, done); });
        return;
    }
}

void Keychain::Private::written(quint64 id, QKeychain::Job *job)
{
    if (job->error() == QKeychain::NoError)
        readBack(id);
    else
        answer(id, {statusOf(job->error()), {}, job->errorString()});
}

void Keychain::Private::removed(quint64 id, QKeychain::Job *job)
{
    // A locked keyring answers "done" without deleting anything: reading is the proof.
    if (job->error() == QKeychain::NoError || job->error() == QKeychain::EntryNotFound)
        readBack(id);
    else
        answer(id, {statusOf(job->error()), {}, job->errorString()});
}

void Keychain::Private::readBack(quint64 id)
{
    startJob(id, new QKeychain::ReadPasswordJob(service, jobs), operations[id].entry, [this, id](QKeychain::Job *job) {
        const SecretStatus status = statusOf(job->error());
        const QString detail = job->errorString();
        QByteArray bytes = static_cast<QKeychain::ReadPasswordJob *>(job)->binaryData();
        const SecretBytes secret{QByteArrayView(bytes)};
        wipe(bytes);
        if (status != SecretStatus::NotFound) {
            wasRead(id, status, secret, detail);
            return;
        }
        // "Not found" is believed only from a keychain that is open now.
        KeychainProbe::start(&context, [this, id, detail](KeychainState state, const QString &why) {
            if (state == KeychainState::Available)
                wasRead(id, SecretStatus::NotFound, {}, detail);
            else
                answer(id, fromState(state, why));
        });
    });
}

void Keychain::Private::wasRead(quint64 id, SecretStatus status, const SecretBytes &secret, const QString &detail)
{
    const auto operation = operations.constFind(id);
    if (operation == operations.cend())
        return;
    switch (operation->kind) {
    case Kind::Read:
        // An entry without content is no key; nobody can have meant it.
        if (status == SecretStatus::Ok && secret.isEmpty())
            answer(id, {SecretStatus::NotFound, {}, tr("The stored key is empty.")});
        else
            answer(id, {status, status == SecretStatus::Ok ? secret : SecretBytes(), detail});
        return;
    case Kind::Write:
        if (status == SecretStatus::Ok && secret.view() == operation->secret.view())
            answer(id, {SecretStatus::Ok, {}, {}});
        else
            answer(id, {SecretStatus::Failed, {}, tr("The keychain did not give back the key that was stored.")});
        return;
    case Kind::Remove:
        if (status == SecretStatus::NotFound)
            answer(id, {SecretStatus::Ok, {}, {}});
        else if (status == SecretStatus::Ok)
            answer(id, {SecretStatus::Failed, {}, tr("The key is still in the keychain.")});
        else
            answer(id, {status, {}, detail});
        return;
    }
}

void Keychain::Private::startJob(quint64 id, QKeychain::Job *job, const QString &entry, JobDone done)
{
    job->setKey(entry);
    job->setInsecureFallback(false);
    operations[id].jobRunning = true;
    QObject::connect(job, &QKeychain::Job::finished, &context, [this, id, done = std::move(done)](QKeychain::Job *finished) {
        const auto operation = operations.find(id);
        if (operation == operations.end()) {
            --abandoned;
            return;
        }
        operation->jobRunning = false;
        done(finished);
    });
    job->start();
}

void Keychain::Private::answer(quint64 id, SecretReply reply)
{
    const auto operation = operations.find(id);
    if (operation == operations.end())
        return;
    clock->cancel(operation->watchdog);
    reply.wallMs = clock->wallMs();
    const Callback done = std::move(operation->done);
    operations.erase(operation);
    done(std::move(reply));
}

void Keychain::Private::timeOut(quint64 id)
{
    const auto operation = operations.constFind(id);
    if (operation == operations.cend())
        return;
    qCWarning(lcSecrets, "The keychain did not answer within 10 s");
    const bool prompting = operation->prompting;
    if (operation->jobRunning)
        ++abandoned;
    answer(id, {prompting ? SecretStatus::Locked : SecretStatus::TimedOut, {},
                prompting ? keychainStateText(KeychainState::Locked) : tr("The keychain did not answer within 10 seconds.")});
}

SecretReply Keychain::Private::fromState(KeychainState state, const QString &detail) const
{
    const QString text = keychainStateText(state);
    return {statusOf(state), {}, detail.isEmpty() ? text : text + QStringLiteral(" (%1)").arg(detail)};
}

Keychain::Keychain(Clock &clock, QString service) : d(std::make_unique<Private>())
{
    d->clock = &clock;
    d->service = std::move(service);
    d->jobs = new QObject;
}

Keychain::~Keychain()
{
    for (const Private::Operation &operation : std::as_const(d->operations))
        d->clock->cancel(operation.watchdog);
    // With a job still at the service its parent is left behind on purpose: see `jobs`.
    if (d->jobs->children().isEmpty())
        delete d->jobs;
}

void Keychain::read(const QString &entry, Callback done)
{
    d->begin({Private::Kind::Read, entry, {}, std::move(done)});
}

void Keychain::write(const QString &entry, const SecretBytes &secret, Callback done)
{
    // The Secret Service backend of QtKeychain 0.13 gives bytes that are no text back in another form; no API key holds any.
    if (secret.isEmpty() || !secret.isHeaderSafe()) {
        const QString why = tr("The key is empty, or holds a space, a line break or another character that a key cannot have.");
        postTo(&d->context, [why, done = std::move(done)] { done({SecretStatus::Failed, {}, why}); });
        return;
    }
    d->begin({Private::Kind::Write, entry, secret, std::move(done)});
}

void Keychain::remove(const QString &entry, Callback done)
{
    d->begin({Private::Kind::Remove, entry, {}, std::move(done)});
}

void Keychain::probe(std::function<void(KeychainState)> done)
{
    KeychainProbe::start(&d->context, [done = std::move(done)](KeychainState state, const QString &) { done(state); });
}

} // namespace tollgate
