#include "core/secrets/keychain.h"
#include "core/async/worker.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>
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
        QTest::newRow("operations") << QStringLiteral("TstKeyring") << QByteArray("PASS   : TstKeyring::aLockedKeyringIsNeverEmpty");
        QTest::newRow("thread") << QStringLiteral("TstKeyringThread") << QByteArray("PASS   : TstKeyringThread::worksOnAnotherThread");
    }
    void worksWithARealKeyring()
    {
        QFETCH(QString, testClass);
        QFETCH(QByteArray, lastPass);
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
        const QString script = QStringLiteral(TOLLGATE_FIXTURES "/../core/secrets/keyring.sh");
        QVERIFY(QFile::exists(script));
        process.start(QStringLiteral("dbus-run-session"),
                      {QStringLiteral("--"), QStringLiteral("bash"), script, QCoreApplication::applicationFilePath(), testClass});
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
        QProcess lock;
        lock.start(QStringLiteral("gdbus"),
                   {QStringLiteral("call"), QStringLiteral("--session"), QStringLiteral("-d"), QStringLiteral("org.freedesktop.secrets"),
                    QStringLiteral("-o"), QStringLiteral("/org/freedesktop/secrets"), QStringLiteral("-m"),
                    QStringLiteral("org.freedesktop.Secret.Service.Lock"),
                    QStringLiteral("['/org/freedesktop/secrets/collection/login']")});
        QVERIFY(lock.waitForFinished(10'000) && lock.exitCode() == 0);
        QCOMPARE(probe(keychain), std::optional(KeychainState::Locked));
        QCOMPARE(read(keychain).status, SecretStatus::Locked);
        QCOMPARE(read(keychain, QStringLiteral("never/stored")).status, SecretStatus::Locked);
        QCOMPARE(write(keychain, "sk-overwritten-1").status, SecretStatus::Locked);
        QCOMPARE(remove(keychain).status, SecretStatus::Locked);
    }
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
        test::registerTest("TstKeyringThread", [] { return std::make_unique<TstKeyringThread>(); });
    }
    return true;
}();
#include "tst_keychain.moc"
