#include "core/secrets/vault.h"
#include "tests/core/secrets/fakestore.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <memory>

using namespace tollgate;
using tollgate::test::FakeStore;

namespace {

const QString entry = QStringLiteral("main/default");
const QByteArray storedKey = "sk-stored-0001";
const QByteArray otherKey = "sk-other-00002";

ProviderConfig provider()
{
    ProviderConfig config;
    config.id = QStringLiteral("main");
    config.name = QStringLiteral("Main");
    return config;
}

struct Fixture {
    FakeStore store;
    Redactor redactor;
    Vault vault{store, redactor};
    std::optional<VaultReply> reply;

    void fetch(const ProviderConfig &config = provider(), const QHash<QString, QByteArray> &environment = {})
    {
        reply.reset();
        vault.fetch(config, environment, [this](const VaultReply &r) { reply = r; });
    }
    bool knows(const QByteArray &key) const { return redactor.redact(key) == "[redacted]"; }
};

} // namespace

class TstVault : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsTheKeychainOnceAndRemembers()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.fetch();
        QVERIFY(!f.reply);
        f.store.answerAll();
        QVERIFY(f.reply);
        QCOMPARE(f.reply->status, SecretStatus::Ok);
        QCOMPARE(f.reply->key.view(), QByteArrayView(storedKey));
        QCOMPARE(f.reply->origin, QStringLiteral("keychain"));
        QVERIFY(f.knows(storedKey));
        f.fetch();
        QVERIFY(f.reply); // at once
        QCOMPARE(f.reply->key.view(), QByteArrayView(storedKey));
        QCOMPARE(f.store.reads, 1);
    }

    void manyFetchesShareOneRead()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        int answered = 0;
        for (int i = 0; i < 100; ++i)
            f.vault.fetch(provider(), {}, [&](const VaultReply &r) { answered += r.status == SecretStatus::Ok; });
        QCOMPARE(f.store.reads, 1);
        f.store.answerAll();
        QCOMPARE(answered, 100);
    }

    void absentKeysAreAskedForAgain()
    {
        Fixture f;
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::NotFound);
        QVERIFY(f.reply->key.isEmpty());
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::Ok);
    }

    void sessionThenEnvironmentThenKeychain()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        ProviderConfig config = provider();
        config.keyEnv = QStringLiteral("MAIN_KEY");
        const QHash<QString, QByteArray> environment{{QStringLiteral("MAIN_KEY"), otherKey}};
        f.fetch(config, environment);
        QVERIFY(f.reply);
        QCOMPARE(f.reply->key.view(), QByteArrayView(otherKey));
        QCOMPARE(f.reply->origin, QStringLiteral("MAIN_KEY"));
        QVERIFY(f.knows(otherKey));
        QCOMPARE(f.store.reads, 0);

        f.vault.useForSession(entry, SecretBytes(QByteArrayView("sk-session-03")));
        f.fetch(config, environment);
        QCOMPARE(f.reply->key.view(), QByteArrayView("sk-session-03"));
        QCOMPARE(f.reply->origin, QStringLiteral("this session"));
        QVERIFY(f.knows("sk-session-03"));
        f.vault.useForSession(entry, {});
        f.fetch(config, environment);
        QCOMPARE(f.reply->key.view(), QByteArrayView(otherKey));
    }

    void variablesAreReadAtEverySend()
    {
        Fixture f;
        ProviderConfig config = provider();
        config.keyEnv = QStringLiteral("MAIN_KEY");
        f.fetch(config, {{config.keyEnv, storedKey}});
        const char *memory = f.reply->key.view().data();
        f.fetch(config, {{config.keyEnv, storedKey}});
        QVERIFY(f.reply->key.view().data() == memory); // the same secret is not copied again
        f.fetch(config, {{config.keyEnv, otherKey}});
        QCOMPARE(f.reply->key.view(), QByteArrayView(otherKey));
    }

    void aMissingVariableIsNotFoundAndNeverTheKeychain()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        ProviderConfig config = provider();
        config.keyEnv = QStringLiteral("MAIN_KEY");
        config.needsKey = false;
        for (const QHash<QString, QByteArray> &environment :
             {QHash<QString, QByteArray>(), QHash<QString, QByteArray>{{QStringLiteral("MAIN_KEY"), QByteArray()}}}) {
            f.fetch(config, environment);
            QVERIFY(f.reply);
            QCOMPARE(f.reply->status, SecretStatus::NotFound);
            QVERIFY(f.reply->detail.contains(u"MAIN_KEY"));
        }
        QCOMPARE(f.store.reads, 0);
    }

    void providersWithoutAKeyDoNotWait()
    {
        Fixture f;
        ProviderConfig config = provider();
        config.needsKey = false;
        f.fetch(config);
        QVERIFY(f.reply);
        QCOMPARE(f.reply->status, SecretStatus::Ok);
        QVERIFY(f.reply->key.isEmpty());
        QCOMPARE(f.reply->origin, QStringLiteral("none"));
        QCOMPARE(f.store.reads, 0);
        config.setKey(config.keyName, QStringLiteral("abcd")); // one is stored: it must be found
        f.fetch(config);
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::NotFound);
    }

    void unsafeKeysAreRefused()
    {
        Fixture f;
        const QByteArray evil = "sk-x\r\nX-Evil: 1";
        f.store.secrets.insert(entry, SecretBytes(evil));
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::Failed);
        QVERIFY(f.reply->key.isEmpty());
        QVERIFY(!f.reply->detail.contains(u"Evil"));
        ProviderConfig config = provider();
        config.keyEnv = QStringLiteral("K");
        f.fetch(config, {{QStringLiteral("K"), "sk-with newline\n"}});
        QCOMPARE(f.reply->status, SecretStatus::Failed);
        f.vault.useForSession(entry, SecretBytes(evil));
        f.fetch();
        QCOMPARE(f.reply->status, SecretStatus::Failed);

        for (const QByteArray &bad : {evil, QByteArray(), QByteArray("a b"), QByteArray("k\xc3\xa9y-12345")}) {
            std::optional<SecretReply> stored;
            f.vault.store(entry, SecretBytes(bad), [&](const SecretReply &r) { stored = r; });
            QVERIFY(!stored);
            QTRY_VERIFY(stored);
            QCOMPARE(stored->status, SecretStatus::Failed);
        }
        QCOMPARE(f.store.writes, 0);
    }

    void storingIsRememberedOnlyWhenItWorked()
    {
        Fixture f;
        std::optional<SecretReply> stored;
        f.store.failWith = SecretReply{SecretStatus::Locked, {}, QStringLiteral("locked")};
        f.vault.store(entry, SecretBytes(storedKey), [&](const SecretReply &r) { stored = r; });
        f.store.answerAll();
        QCOMPARE(stored->status, SecretStatus::Locked);
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::Locked);
        f.store.failWith.reset();
        f.vault.useForSession(entry, SecretBytes(otherKey));
        f.vault.store(entry, SecretBytes(storedKey), [&](const SecretReply &r) { stored = r; });
        f.store.answerAll();
        QCOMPARE(stored->status, SecretStatus::Ok);
        const int reads = f.store.reads;
        f.fetch();
        QCOMPARE(f.reply->key.view(), QByteArrayView(storedKey)); // it replaced the session's
        QCOMPARE(f.store.reads, reads);
    }

    void aReadThatIsOvertakenByStoreGivesTheNewKey()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.store.read(QStringLiteral("x"), [&](const SecretReply &) {
            f.vault.store(entry, SecretBytes(otherKey), [](const SecretReply &) {});
        });
        f.fetch();           // reads the old key; its answer waits
        f.store.answerAll(); // first the one above, whose write then follows the read: the old key was right when it was read
        QCOMPARE(f.reply->key.view(), QByteArrayView(storedKey));
        f.fetch();
        QCOMPARE(f.reply->key.view(), QByteArrayView(otherKey));
    }

    void aReadThatIsOvertakenByForgetGivesNothing()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.fetch();
        f.vault.forget(entry, [](const SecretReply &) {});
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::NotFound);
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::NotFound);
    }

    void forgettingRemovesEverywhere()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.fetch();
        f.store.answerAll();
        f.vault.useForSession(entry, SecretBytes(otherKey));
        std::optional<SecretReply> gone;
        f.vault.forget(entry, [&](const SecretReply &r) { gone = r; });
        f.store.answerAll();
        QCOMPARE(gone->status, SecretStatus::Ok);
        QVERIFY(f.store.secrets.isEmpty());
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->status, SecretStatus::NotFound);
    }

    void dropCachedReadsAgain()
    {
        Fixture f;
        f.store.secrets.insert(entry, SecretBytes(storedKey));
        f.fetch();
        f.store.answerAll();
        f.store.secrets.insert(entry, SecretBytes(otherKey));
        f.vault.dropCached();
        f.fetch();
        f.store.answerAll();
        QCOMPARE(f.reply->key.view(), QByteArrayView(otherKey));
    }

    void lateAnswersOfADeadVaultAreDropped()
    {
        FakeStore store;
        Redactor redactor;
        auto vault = std::make_unique<Vault>(store, redactor);
        bool called = false;
        vault->fetch(provider(), {}, [&](const VaultReply &) { called = true; });
        vault->store(entry, SecretBytes(storedKey), [&](const SecretReply &) { called = true; });
        vault->forget(entry, [&](const SecretReply &) { called = true; });
        vault.reset();
        store.answerAll();
        QVERIFY(!called);
    }

    void aWaiterMayEndTheVault()
    {
        FakeStore store;
        Redactor redactor;
        auto vault = std::make_unique<Vault>(store, redactor);
        int called = 0;
        for (int i = 0; i < 3; ++i)
            vault->fetch(provider(), {}, [&](const VaultReply &) {
                ++called;
                vault.reset();
            });
        store.answerAll();
        QCOMPARE(called, 3);
    }
};

TOLLGATE_TEST(TstVault)
#include "tst_vault.moc"
