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
        QTest::newRow("percent, lower") << key.toPercentEncoding().toLower();
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
