#include "core/base/redactor.h"
#include "tests/support/testmain.h"

#include <QTest>
#include <QThread>

#include <memory>
#include <vector>

using namespace tollgate;

namespace {
const QByteArray key = "sk-A/b+c=d?e\"f\\1234567890";
}

class TstRedactor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void replacesEveryForm_data()
    {
        QTest::addColumn<QByteArray>("form");
        QTest::newRow("plain") << key;
        QTest::newRow("base64") << key.toBase64();
        QTest::newRow("base64url") << key.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
        QTest::newRow("percent") << key.toPercentEncoding();
        QTest::newRow("percent, lower") << QByteArray("sk-A%2fb%2bc%3dd%3fe%22f%5c1234567890");
        QTest::newRow("hex") << key.toHex();
        QTest::newRow("hex, upper") << key.toHex().toUpper();
        QTest::newRow("json, escaped slash") << QByteArray("sk-A\\/b+c=d?e\\\"f\\\\1234567890");
        QTest::newRow("json") << QByteArray("sk-A/b+c=d?e\\\"f\\\\1234567890");
    }
    void replacesEveryForm()
    {
        QFETCH(QByteArray, form);
        Redactor redactor;
        redactor.add(SecretBytes(key));
        const QByteArray text = "before " + form + " and " + form + " after";
        const QByteArray clean = redactor.redact(text);
        QVERIFY2(!clean.contains(form), clean.constData());
        QVERIFY(clean.startsWith("before [redacted]"));
        QVERIFY(clean.endsWith(" after"));
        QCOMPARE(redactor.redact(QString::fromUtf8(text)), QString::fromUtf8(clean));
    }

    // "user:KEY" and the like: what the key's own bytes decide of the encoding must not stand, wherever the key begins and ends.
    void replacesBase64OfTextAroundTheKey()
    {
        Redactor redactor;
        redactor.add(SecretBytes(key));
        for (int before = 0; before < 7; ++before) {
            for (int after = 0; after < 4; ++after) {
                for (const auto alphabet : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
                    const QByteArray encoded = (QByteArray(before, 'u') + key + QByteArray(after, 'v')).toBase64(alphabet);
                    const QByteArray clean = redactor.redact("Basic " + encoded);
                    QVERIFY(clean.startsWith("Basic "));
                    QVERIFY2(clean.contains("[redacted]"), clean.constData());
                    // What is left of the key's third part of the encoding is at most a character at each end.
                    QVERIFY2(clean.size() <= 6 + 10 + (before + 2) * 4 / 3 + (after + 2) * 4 / 3 + 4, clean.constData());
                    QVERIFY(redactor.finds(QByteArrayView(encoded)));
                }
            }
        }
    }

    void replacesUtf16InBytes()
    {
        Redactor redactor;
        redactor.add(SecretBytes(key));
        const QString text = QStringLiteral("x") + QString::fromUtf8(key) + QStringLiteral("y");
        const QByteArray wide(reinterpret_cast<const char *>(text.utf16()), text.size() * 2);
        QCOMPARE(redactor.redact(wide), QByteArray("x\0[redacted]y\0", 14));
    }

    // Texts are cut to a length before they are redacted.
    void replacesAKeyThatTheEndCutsOff()
    {
        Redactor redactor;
        redactor.add(SecretBytes(key));
        for (qsizetype size = 8; size < key.size(); ++size)
            QCOMPARE(redactor.redact("Incorrect key " + key.first(size)), QByteArray("Incorrect key [redacted]"));
        QCOMPARE(redactor.redact("Incorrect key " + key.first(7)), "Incorrect key " + key.first(7));
        QCOMPARE(redactor.redact(key.first(10) + " is no key"), key.first(10) + " is no key");
        QCOMPARE(redactor.redact("\"" + key.first(16) + "\""), QByteArray("\"[redacted]\"")); // a stream that was cut
    }

    void tellsWhatAStreamMustHoldBack()
    {
        Redactor redactor;
        QCOMPARE(redactor.beginningAtEnd("sk-A"), 0);
        redactor.add(SecretBytes(key));
        QCOMPARE(redactor.beginningAtEnd("the key is s"), 1);
        QCOMPARE(redactor.beginningAtEnd("the key is sk-A/b+"), 7);
        QCOMPARE(redactor.beginningAtEnd("the key is sk-B"), 0);
        QCOMPARE(redactor.beginningAtEnd(""), 0);
        QCOMPARE(redactor.beginningAtEnd(key.chopped(1)), key.size() - 1);
    }

    void findsKeysAtEveryPlace()
    {
        Redactor redactor;
        redactor.add(SecretBytes(QByteArrayView("12345678"))); // the shortest there is
        redactor.add(SecretBytes(key));
        for (const QByteArray &secret : {QByteArray("12345678"), key}) {
            for (int before = 0; before < 12; ++before) {
                for (int after = 0; after < 12; ++after) {
                    const QByteArray text = QByteArray(before, '.') + secret + QByteArray(after, '.');
                    QCOMPARE(redactor.redact(text), QByteArray(before, '.') + "[redacted]" + QByteArray(after, '.'));
                    QVERIFY(redactor.finds(QStringView(QString::fromUtf8(text))));
                }
            }
        }
        QCOMPARE(redactor.redact(key + key + "12345678" + key), QByteArray("[redacted][redacted][redacted][redacted]"));
        QVERIFY(!redactor.finds(u"1234567 8"));
        QVERIFY(!redactor.finds(u""));
    }

    void leavesOrdinaryTextAlone()
    {
        Redactor redactor;
        const QString text = QStringLiteral("nothing here");
        QCOMPARE(redactor.redact(text), text);
        redactor.add(SecretBytes(key));
        QCOMPARE(redactor.redact(text), text);
        QCOMPARE(redactor.redact(QByteArray()), QByteArray());
    }

    void ignoresShortSecrets()
    {
        Redactor redactor;
        redactor.add(SecretBytes(QByteArrayView("the")));
        redactor.add(SecretBytes(QByteArrayView("1234567")));
        QCOMPARE(redactor.redact(QByteArray("the 1234567")), QByteArray("the 1234567"));
        redactor.add(SecretBytes(QByteArrayView("12345678")));
        QCOMPARE(redactor.redact(QByteArray("12345678")), QByteArray("[redacted]"));
    }

    void longerSecretsGoFirst()
    {
        Redactor redactor;
        redactor.add(SecretBytes(QByteArrayView("password")));
        redactor.add(SecretBytes(QByteArrayView("password-with-tail")));
        QCOMPARE(redactor.redact(QByteArray("password-with-tail")), QByteArray("[redacted]"));
    }

    void redactsSecretsThatAreNotAscii()
    {
        Redactor redactor;
        redactor.add(SecretBytes(QByteArrayView("schl\xc3\xbcssel-1")));
        QCOMPARE(redactor.redact(QString::fromUtf8("a schl\xc3\xbcssel-1 b")), QStringLiteral("a [redacted] b"));
    }

    void isSafeFromAnyThread()
    {
        Redactor redactor;
        std::vector<std::unique_ptr<QThread>> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back(QThread::create([&redactor, t] {
                for (int i = 0; i < 50; ++i) {
                    const QByteArray mine = "secret-number-" + QByteArray::number(t) + '-' + QByteArray::number(i) + '.';
                    redactor.add(SecretBytes(mine));
                    if (redactor.redact("x" + mine + "y") != "x[redacted]y")
                        qFatal("not redacted");
                }
            }));
            threads.back()->start();
        }
        for (const auto &thread : threads)
            QVERIFY(thread->wait(20'000));
    }
};

TOLLGATE_TEST(TstRedactor)
#include "tst_redactor.moc"
