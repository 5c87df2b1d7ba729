#include "core/secrets/keychain.h"
#include "core/async/worker.h"
#include "core/secrets/vault.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>
#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusContext>
#include <QDBusError>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <atomic>
#include <memory>
#include <optional>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

const QString entry = QStringLiteral("main/default");
const char insideKeyring[] = "TOLLGATE_TEST_INSIDE_KEYRING";

// Starts one operation and waits for its answer, which must not come from inside the call.
template <class Start>
SecretReply wait(Start start)
{
    std::optional<SecretReply> reply;
    start([&reply](const SecretReply &r) { reply = r; });
    if (reply)
        qFatal("answered from inside the call");
    if (!QTest::qWaitFor([&] { return reply.has_value(); }, 15'000))
        return {SecretStatus::TimedOut, {}, QStringLiteral("the test gave up")};
    return *reply;
}

SecretReply read(SecretStore &store, const QString &name = entry)
{
    return wait([&](SecretStore::Callback done) { store.read(name, std::move(done)); });
}

SecretReply write(SecretStore &store, QByteArrayView secret)
{
    return wait([&](SecretStore::Callback done) { store.write(entry, SecretBytes(secret), std::move(done)); });
}

SecretReply remove(SecretStore &store)
{
    return wait([&](SecretStore::Callback done) { store.remove(entry, std::move(done)); });
}

std::optional<KeychainState> probe(SecretStore &store)
{
    std::optional<KeychainState> state;
    store.probe([&state](KeychainState s) { state = s; });
    (void)QTest::qWaitFor([&] { return state.has_value(); }, 15'000);
    return state;
}

const QString secrets = QStringLiteral("org.freedesktop.secrets");
const QString secretsPath = QStringLiteral("/org/freedesktop/secrets");
const QString secretsInterface = QStringLiteral("org.freedesktop.Secret.Service");

} // namespace

// A secret as the service takes it over an open session.
struct ServiceSecret {
    QDBusObjectPath session;
    QByteArray parameters;
    QByteArray value;
    QString contentType;
};
Q_DECLARE_METATYPE(ServiceSecret)

static QDBusArgument &operator<<(QDBusArgument &argument, const ServiceSecret &secret)
{
    argument.beginStructure();
    argument << secret.session << secret.parameters << secret.value << secret.contentType;
    argument.endStructure();
    return argument;
}

static const QDBusArgument &operator>>(const QDBusArgument &argument, ServiceSecret &secret)
{
    argument.beginStructure();
    argument >> secret.session >> secret.parameters >> secret.value >> secret.contentType;
    argument.endStructure();
    return argument;
}

namespace {

// Locks the keyring of keyring.sh, or unlocks it with its password, as the desktop's prompt would.
bool setLocked(bool locked)
{
    const QDBusObjectPath collection(QStringLiteral("/org/freedesktop/secrets/collection/login"));
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (locked) {
        QDBusMessage lock = QDBusMessage::createMethodCall(secrets, secretsPath, secretsInterface, QStringLiteral("Lock"));
        lock << QVariant::fromValue(QList<QDBusObjectPath>{collection});
        return bus.call(lock).type() == QDBusMessage::ReplyMessage;
    }
    qDBusRegisterMetaType<ServiceSecret>();
    QDBusMessage open = QDBusMessage::createMethodCall(secrets, secretsPath, secretsInterface, QStringLiteral("OpenSession"));
    open << QStringLiteral("plain") << QVariant::fromValue(QDBusVariant(QString()));
    const QDBusMessage opened = bus.call(open);
    const QDBusObjectPath session = opened.arguments().value(1).value<QDBusObjectPath>();
    QDBusMessage unlock = QDBusMessage::createMethodCall(secrets, secretsPath,
                                                         QStringLiteral("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"),
                                                         QStringLiteral("UnlockWithMasterPassword"));
    unlock << QVariant::fromValue(collection)
           << QVariant::fromValue(ServiceSecret{session, {}, QByteArrayLiteral("ci-password"), QStringLiteral("text/plain")});
    const QDBusMessage done = bus.call(unlock);
    if (done.type() != QDBusMessage::ReplyMessage)
        qWarning("%s", qPrintable(done.errorMessage()));
    return done.type() == QDBusMessage::ReplyMessage;
}

} // namespace

class TstKeychain : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/tollgate-bus"); }

    void withoutABusThereIsNoServiceAndNoWait()
    {
        SystemClock clock;
        Keychain keychain(clock);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(probe(keychain), std::optional(KeychainState::NoService));
        for (const SecretReply &reply : {read(keychain), write(keychain, "sk-12345678"), remove(keychain)}) {
            QCOMPARE(reply.status, SecretStatus::NoService);
            QVERIFY(reply.detail.contains(keychainStateText(KeychainState::NoService)));
            QVERIFY(!reply.detail.contains(u"sk-"));
        }
        QVERIFY(timer.elapsed() < 3'000);
        QVERIFY(keychain.isPersistent());
    }

    void theWatchdogAnswersOnceAfterTenSeconds()
    {
        test::FakeClock clock;
        Keychain keychain(clock);
        int answers = 0;
        std::optional<SecretReply> reply;
        keychain.read(entry, [&](const SecretReply &r) {
            ++answers;
            reply = r;
        });
        clock.advance(9'999ms);
        QCOMPARE(answers, 0);
        clock.advance(1ms);
        QCOMPARE(answers, 1);
        QCOMPARE(reply->status, SecretStatus::TimedOut);
        QTest::qWait(50); // the probe's late answer finds nobody
        QCOMPARE(answers, 1);
        QCOMPARE(clock.timers(), 0);
    }

    void answersOfADeadKeychainAreDropped()
    {
        test::FakeClock clock;
        bool called = false;
        {
            Keychain keychain(clock);
            keychain.read(entry, [&](const SecretReply &) { called = true; });
            keychain.probe([&](KeychainState) { called = true; });
        }
        QCOMPARE(clock.timers(), 0);
        QTest::qWait(50);
        QVERIFY(!called);
    }

    void sessionSecretsForgetNothingUntilTheyDie()
    {
        SessionSecrets session;
        QCOMPARE(read(session).status, SecretStatus::NotFound);
        QCOMPARE(write(session, "sk-session").status, SecretStatus::Ok);
        QCOMPARE(read(session).secret.view(), QByteArrayView("sk-session"));
        QCOMPARE(read(session, QStringLiteral("other/default")).status, SecretStatus::NotFound);
        QCOMPARE(remove(session).status, SecretStatus::Ok);
        QCOMPARE(remove(session).status, SecretStatus::Ok);
        QCOMPARE(read(session).status, SecretStatus::NotFound);
        QCOMPARE(probe(session), std::optional(KeychainState::Available));
        QVERIFY(!session.isPersistent());
    }

    void everyStateHasItsOwnWords()
    {
        QStringList texts;
        for (const KeychainState state : {KeychainState::Available, KeychainState::Locked, KeychainState::Denied,
                                          KeychainState::Missing, KeychainState::NoService}) {
            QVERIFY(!keychainStateName(state).isEmpty());
            texts.append(keychainStateText(state));
        }
        QCOMPARE(texts.removeDuplicates(), 0);
    }

    // The classes below, each in a process of its own that has a bus and a keyring.
    void worksWithARealKeyring_data()
    {
        QTest::addColumn<QString>("testClass");
        QTest::addColumn<QByteArray>("lastPass");
        QTest::addColumn<bool>("keyring");
        const auto row = [](const char *name, const char *testClass, const char *last, bool keyring) {
            QTest::newRow(name) << QString::fromLatin1(testClass) << QByteArray(QByteArray("PASS   : ") + testClass + "::" + last) << keyring;
        };
        row("operations", "TstKeyring", "aLockedKeyringIsNeverEmpty", true);
        row("unlocked again", "TstKeyring", "theVaultAsksAgainAfterTheKeyringWasUnlocked", true);
        row("thread", "TstKeyringThread", "worksOnAnotherThread", true);
        row("states", "TstKeychainStates", "aServiceThatHangsIsGivenUp", false);
    }
    void worksWithARealKeyring()
    {
        QFETCH(QString, testClass);
        QFETCH(QByteArray, lastPass);
        QFETCH(bool, keyring);
        for (const char *tool : {"gnome-keyring-daemon", "dbus-run-session", "gdbus", "bash"}) {
            if (QStandardPaths::findExecutable(QString::fromLatin1(tool)).isEmpty())
                QSKIP("gnome-keyring-daemon, dbus-run-session, gdbus or bash is missing");
        }
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
        environment.insert(QString::fromLatin1(insideKeyring), QStringLiteral("1"));
        process.setProcessEnvironment(environment);
        const QString folder = QStringLiteral(TOLLGATE_FIXTURES "/../core/secrets/");
        QVERIFY(QFile::exists(folder + QStringLiteral("keyring.sh")) && QFile::exists(folder + QStringLiteral("nobody.conf")));
        const QStringList test{QCoreApplication::applicationFilePath(), testClass};
        process.start(QStringLiteral("dbus-run-session"),
                      keyring ? QStringList{QStringLiteral("--"), QStringLiteral("bash"), folder + QStringLiteral("keyring.sh")} + test
                              : QStringList{QStringLiteral("--config-file=") + folder + QStringLiteral("nobody.conf"), QStringLiteral("--")} + test);
        QVERIFY(process.waitForFinished(90'000));
        const QByteArray output = process.readAll();
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, output.constData());
        QVERIFY2(output.contains(lastPass), output.constData());
    }
};

TOLLGATE_TEST(TstKeychain)

class TstKeyring : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void storesReadsAndRemoves()
    {
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        QCOMPARE(probe(keychain), std::optional(KeychainState::Available));
        QCOMPARE(read(keychain).status, SecretStatus::NotFound);
        SecretReply reply = write(keychain, "sk-first-123456");
        QVERIFY2(reply.status == SecretStatus::Ok, qPrintable(reply.detail));
        QCOMPARE(read(keychain).secret.view(), QByteArrayView("sk-first-123456"));
        QCOMPARE(write(keychain, "sk-second-45678").status, SecretStatus::Ok);
        QCOMPARE(read(keychain).secret.view(), QByteArrayView("sk-second-45678"));
        const QByteArray large(65'536, 'k');
        QCOMPARE(write(keychain, large).status, SecretStatus::Ok);
        QCOMPARE(read(keychain).secret.view(), QByteArrayView(large));
        QCOMPARE(write(keychain, QByteArray("a\0b\xff c", 6)).status, SecretStatus::Failed);
        QCOMPARE(write(keychain, QByteArray()).status, SecretStatus::Failed);
        QCOMPARE(read(keychain).secret.view(), QByteArrayView(large)); // a refused key overwrites nothing
        QCOMPARE(read(keychain, QStringLiteral("other/default")).status, SecretStatus::NotFound);
        QCOMPARE(remove(keychain).status, SecretStatus::Ok);
        QCOMPARE(remove(keychain).status, SecretStatus::Ok); // nothing there is fine
        QCOMPARE(read(keychain).status, SecretStatus::NotFound);
    }

    void manyOperationsAtOnceAreAllAnswered()
    {
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        int ok = 0;
        int answered = 0;
        for (int i = 0; i < 10; ++i) {
            keychain.write(QStringLiteral("p%1/default").arg(i), SecretBytes("sk-number-" + QByteArray::number(i)),
                           [&](const SecretReply &r) {
                               ++answered;
                               ok += r.status == SecretStatus::Ok;
                           });
        }
        QTRY_COMPARE_WITH_TIMEOUT(answered, 10, 20'000);
        QCOMPARE(ok, 10);
        QCOMPARE(read(keychain, QStringLiteral("p7/default")).secret.view(), QByteArrayView("sk-number-7"));
    }

    void answersOfADeadKeychainAreDroppedWhileAJobRuns()
    {
        for (int ms : {0, 2, 5, 10, 20}) {
            test::FakeClock clock;
            bool called = false;
            {
                Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
                keychain.write(entry, SecretBytes(QByteArrayView("sk-12345678")), [&](const SecretReply &) { called = true; });
                QTest::qWait(ms);
                called = false;
            }
            QTest::qWait(200);
            QVERIFY(!called);
        }
    }

    void aTimedOutOperationDoesNotDisturbTheNext()
    {
        test::FakeClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        for (int ms : {0, 2, 5, 10, 20}) {
            int answers = 0;
            keychain.read(entry, [&](const SecretReply &) { ++answers; });
            QTest::qWait(ms);
            clock.advance(10s);
            QCOMPARE(answers, 1);
            QTest::qWait(300); // what still runs comes to its end
            QCOMPARE(answers, 1);
            QCOMPARE(write(keychain, "sk-after-timeout").status, SecretStatus::Ok);
        }
    }

    void aLockedKeyringIsNeverEmpty()
    {
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        QCOMPARE(write(keychain, "sk-locked-away-1").status, SecretStatus::Ok);
        QVERIFY2(setLocked(true), "the keyring cannot be locked");
        QCOMPARE(probe(keychain), std::optional(KeychainState::Locked));
        QCOMPARE(read(keychain).status, SecretStatus::Locked);
        QCOMPARE(read(keychain, QStringLiteral("never/stored")).status, SecretStatus::Locked);
        QCOMPARE(write(keychain, "sk-overwritten-1").status, SecretStatus::Locked);
        QCOMPARE(remove(keychain).status, SecretStatus::Locked);
        // Open again, it has what it had: nothing was overwritten and nothing removed behind the lock.
        QVERIFY2(setLocked(false), "the keyring cannot be unlocked");
        QCOMPARE(probe(keychain), std::optional(KeychainState::Available));
        QCOMPARE(read(keychain).secret.view(), QByteArrayView("sk-locked-away-1"));
        QCOMPARE(read(keychain, QStringLiteral("never/stored")).status, SecretStatus::NotFound);
        QCOMPARE(write(keychain, "sk-unlocked-123").status, SecretStatus::Ok);
        QCOMPARE(read(keychain).secret.view(), QByteArrayView("sk-unlocked-123"));
    }

    // The vault above it: a locked keyring is said and asked again, and the key is found once it is open.
    void theVaultAsksAgainAfterTheKeyringWasUnlocked()
    {
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        QCOMPARE(write(keychain, "sk-locked-away-2").status, SecretStatus::Ok);
        Redactor redactor;
        Vault vault(keychain, redactor);
        ProviderConfig config;
        config.id = QStringLiteral("main");
        const auto fetch = [&] {
            std::optional<VaultReply> reply;
            vault.fetch(config, {}, [&reply](const VaultReply &r) { reply = r; });
            (void)QTest::qWaitFor([&] { return reply.has_value(); }, 15'000);
            return reply.value_or(VaultReply{SecretStatus::TimedOut, {}, {}, {}});
        };
        QVERIFY(setLocked(true));
        QCOMPARE(fetch().status, SecretStatus::Locked);
        std::optional<SecretReply> stored;
        vault.store(config.credentialName(), SecretBytes(QByteArrayView("sk-not-stored-123")), [&stored](const SecretReply &r) { stored = r; });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), 15'000);
        QCOMPARE(stored->status, SecretStatus::Locked);
        QCOMPARE(fetch().status, SecretStatus::Locked); // what was not stored is not used either
        QVERIFY(setLocked(false));
        QCOMPARE(fetch().key.view(), QByteArrayView("sk-locked-away-2"));
    }
};


// What stands where the Secret Service should, on a bus that has none of its own.
class FakeSecretService : public QObject, protected QDBusContext
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Secret.Service")
public:
    enum class Mood : quint8 { Denies, HasNoKeyring, Hangs };
    Mood mood = Mood::Denies;
    int asked = 0;

public Q_SLOTS:
    QDBusObjectPath ReadAlias(const QString &)
    {
        ++asked;
        if (mood == Mood::Denies)
            sendErrorReply(QDBusError::AccessDenied, QStringLiteral("not you"));
        if (mood == Mood::Hangs)
            setDelayedReply(true);
        return QDBusObjectPath(QStringLiteral("/"));
    }
};

class TstKeychainStates : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(QDBusConnection::sessionBus().isConnected()); }
    void cleanup() { QDBusConnection::disconnectFromBus(QStringLiteral("service")); }

    void aBusWithoutTheServiceSaysSo()
    {
        check(KeychainState::NoService, SecretStatus::NoService, SecretStatus::NoService, 3'000);
    }

    void aServiceThatDeniesSaysSo()
    {
        QVERIFY(offer(FakeSecretService::Mood::Denies));
        check(KeychainState::Denied, SecretStatus::Denied, SecretStatus::Denied, 3'000);
    }

    void aServiceWithoutAKeyringSaysSo()
    {
        QVERIFY(offer(FakeSecretService::Mood::HasNoKeyring));
        check(KeychainState::Missing, SecretStatus::Failed, SecretStatus::Failed, 3'000);
    }

    void aServiceThatHangsIsGivenUp()
    {
        QVERIFY(offer(FakeSecretService::Mood::Hangs));
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        QElapsedTimer timer;
        timer.start();
        const SecretReply reply = read(keychain);
        QVERIFY2(timer.elapsed() <= 10'000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(reply.status != SecretStatus::Ok && reply.status != SecretStatus::NotFound);
    }

private:
    // On a connection of its own: the tested code asks over the process's.
    bool offer(FakeSecretService::Mood mood)
    {
        m_service.mood = mood;
        QDBusConnection bus = QDBusConnection::connectToBus(QString::fromLocal8Bit(qgetenv("DBUS_SESSION_BUS_ADDRESS")), QStringLiteral("service"));
        return bus.registerObject(secretsPath, &m_service, QDBusConnection::ExportAllSlots) && bus.registerService(secrets);
    }

    void check(KeychainState state, SecretStatus whenRead, SecretStatus whenWritten, int ms)
    {
        SystemClock clock;
        Keychain keychain(clock, QStringLiteral("io.tollgate.Test"));
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(probe(keychain), std::optional(state));
        const SecretReply found = read(keychain);
        QCOMPARE(found.status, whenRead);
        QVERIFY2(found.detail.startsWith(keychainStateText(state)), qPrintable(found.detail));
        const SecretReply written = write(keychain, "sk-nowhere-12345");
        QCOMPARE(written.status, whenWritten);
        QVERIFY(!written.detail.contains(QLatin1String("sk-nowhere")));
        QVERIFY(remove(keychain).status != SecretStatus::Ok);
        QVERIFY(timer.elapsed() < ms);
    }

    FakeSecretService m_service;
};

// In a process of its own, because a process uses QtKeychain on one thread only.
class TstKeyringThread : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The engine keeps its keychain on its own thread.
    void worksOnAnotherThread()
    {
        Worker worker(QStringLiteral("engine"));
        std::unique_ptr<SystemClock> clock;
        std::unique_ptr<Keychain> keychain;
        std::atomic<int> status = -1;
        std::atomic<bool> onWorker = false;
        worker.runAndWait([&] {
            clock = std::make_unique<SystemClock>();
            keychain = std::make_unique<Keychain>(*clock, QStringLiteral("io.tollgate.Test"));
            keychain->write(QStringLiteral("thread/default"), SecretBytes(QByteArrayView("sk-from-thread-1")), [&](const SecretReply &) {
                keychain->read(QStringLiteral("thread/default"), [&](const SecretReply &r) {
                    onWorker = worker.isCurrent();
                    status = r.secret.view() == "sk-from-thread-1" ? int(r.status) : -2;
                });
            });
        });
        QTRY_VERIFY_WITH_TIMEOUT(status != -1, 15'000);
        QCOMPARE(status.load(), int(SecretStatus::Ok));
        QVERIFY(onWorker);
        worker.runAndWait([&] {
            keychain.reset();
            clock.reset();
        });
    }
};

// Known only to the processes that TstKeychain starts: everywhere else there is no keyring to test with.
static const bool keyringTests = [] {
    if (qEnvironmentVariableIsSet(insideKeyring)) {
        test::registerTest("TstKeyring", [] { return std::make_unique<TstKeyring>(); });
        test::registerTest("TstKeychainStates", [] { return std::make_unique<TstKeychainStates>(); });
        test::registerTest("TstKeyringThread", [] { return std::make_unique<TstKeyringThread>(); });
    }
    return true;
}();
#include "tst_keychain.moc"
