#include "core/base/secretbytes.h"
#include "tests/support/testmain.h"

#include <QTest>
#include <QVariant>

#include <type_traits>

using namespace tollgate;

static_assert(!std::is_convertible_v<SecretBytes, QString> && !std::is_convertible_v<SecretBytes, QByteArray>);

class TstSecretBytes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void copiesShareOneMemory()
    {
        const SecretBytes secret(QByteArrayView("sk-1234567890abcd"));
        const SecretBytes copy = secret;
        QVERIFY(copy.view().data() == secret.view().data());
        QCOMPARE(copy.view(), QByteArrayView("sk-1234567890abcd"));
        QVERIFY(SecretBytes().isEmpty());
        QVERIFY(SecretBytes(QByteArrayView()).isEmpty());
    }

    void viewLivesWhileAnyCopyLives()
    {
        SecretBytes copy;
        {
            const SecretBytes secret(QByteArrayView("sk-1234567890abcd"));
            copy = secret;
        }
        QCOMPARE(copy.view(), QByteArrayView("sk-1234567890abcd"));
    }

    void showsFourCharactersOfLongSecretsOnly()
    {
        QCOMPARE(SecretBytes(QByteArrayView("12345678abcd")).lastFour(), QStringLiteral("abcd"));
        QCOMPARE(SecretBytes(QByteArrayView("1234567abcd")).lastFour(), QString());
        QCOMPARE(SecretBytes().lastFour(), QString());
    }

    void headerSafetyIsVisibleAsciiOnly()
    {
        QVERIFY(SecretBytes(QByteArrayView("sk-!~")).isHeaderSafe());
        for (const char *bad : {"a b", "a\r\nX: 1", "a\tb", "k\x7f", "k\xc3\xa9", " k", "k\n"})
            QVERIFY2(!SecretBytes(QByteArrayView(bad)).isHeaderSafe(), bad);
        QVERIFY(!SecretBytes(QByteArrayView("a\0b", 3)).isHeaderSafe());
    }

    void fingerprintsDependOnSaltAndSecret()
    {
        const SecretBytes one(QByteArrayView("sk-one-secret"));
        const SecretBytes two(QByteArrayView("sk-two-secret"));
        QCOMPARE(one.fingerprint("salt").size(), 16);
        QCOMPARE(one.fingerprint("salt"), SecretBytes(QByteArrayView("sk-one-secret")).fingerprint("salt"));
        QVERIFY(one.fingerprint("salt") != two.fingerprint("salt"));
        QVERIFY(one.fingerprint("salt") != one.fingerprint("pepper"));
    }

    void wipedTextIsEmpty()
    {
        QByteArray bytes(64, 'k');
        wipe(bytes);
        QVERIFY(bytes.isEmpty());
        QString text = QString(QStringLiteral("k")).repeated(64);
        wipe(text);
        QVERIFY(text.isEmpty());
    }

    void wipingLeavesOtherOwnersAlone()
    {
        QByteArray bytes(16, 'k');
        const QByteArray other = bytes;
        wipe(bytes);
        QVERIFY(bytes.isEmpty());
        QCOMPARE(other, QByteArray(16, 'k'));
        QString text = QStringLiteral("literal text"); // lives in read-only memory
        wipe(text);
        QVERIFY(text.isEmpty());
    }
};

TOLLGATE_TEST(TstSecretBytes)
#include "tst_secretbytes.moc"
