// Network, appearance and search, on the real window.
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"
#include "tests/ui/settings/settingsfixture.h"
#include "ui/settings/certificatecheck.h"
#include "ui/settings/settingssearch.h"
#include "ui/theme/theme.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/searchfield.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QFile>
#include <QLineEdit>
#include <QListWidget>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

class TstNetwork : public QObject
{
    Q_OBJECT

    std::unique_ptr<SettingsFixture> m_at;

    static void choose(QComboBox *combo, const char *text)
    {
        const int row = combo->findText(QString::fromUtf8(text));
        QVERIFY2(row >= 0, text);
        combo->setFocus();
        while (combo->currentIndex() != row)
            QTest::keyClick(combo, combo->currentIndex() < row ? Qt::Key_Down : Qt::Key_Up);
    }

private Q_SLOTS:
    void init() { m_at = std::make_unique<SettingsFixture>(); }
    void cleanup() { m_at.reset(); }

    void aProxySettingReachesTheEngine()
    {
        // Everything that comes is a CONNECT: the scripted server is the proxy.
        ScriptedServer proxy([](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        QVERIFY(m_at->open("network"));
        choose(m_at->named<QComboBox>("Proxy"), "HTTP proxy");
        auto *address = m_at->named<QLineEdit>("Proxy address, host:port");
        QVERIFY(address);
        SettingsFixture::type(address, "127.0.0.1");
        QVERIFY(m_at->click("Save"));
        QVERIFY(m_at->shows("a host and a port"));
        QCOMPARE(m_at->saved()->proxy, QStringLiteral("system"));
        SettingsFixture::type(address, qPrintable(QStringLiteral("127.0.0.1:%1").arg(proxy.port())));
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->saved()->proxy, QStringLiteral("http://127.0.0.1:%1").arg(proxy.port()));
        m_at->world.core.edit([](SettingsData &edited) {
            ProviderConfig config;
            config.id = config.name = QStringLiteral("far");
            config.baseUrl = QStringLiteral("https://far.test/v1");
            config.needsKey = false;
            edited.providers.append(config);
        });
        QVERIFY(m_at->window->openPage(QStringLiteral("settings"), QStringLiteral("providers/far")));
        QVERIFY(m_at->click("Test connection"));
        QTRY_VERIFY_WITH_TIMEOUT(proxy.connections() > 0 && proxy.peer(0).received.contains("CONNECT far.test:443"), 10'000);
    }

    void eachKindOfProxyIsSaved()
    {
        QVERIFY(m_at->open("network"));
        choose(m_at->named<QComboBox>("Proxy"), "SOCKS5 proxy");
        SettingsFixture::type(m_at->named<QLineEdit>("Proxy address, host:port"), "[::1]:1080");
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->saved()->proxy, QStringLiteral("socks5://[::1]:1080"));
        choose(m_at->named<QComboBox>("Proxy"), "None");
        QVERIFY(!m_at->named<QLineEdit>("Proxy address, host:port"));
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->saved()->proxy, QStringLiteral("none"));
        choose(m_at->named<QComboBox>("Proxy"), "HTTP proxy");
        QVERIFY(m_at->click("Revert"));
        QCOMPARE(m_at->named<QComboBox>("Proxy")->currentText(), QStringLiteral("None"));
    }

    void aCertificateFileIsCheckedBeforeItIsSaved()
    {
        QVERIFY(m_at->open("network"));
        auto *file = m_at->named<QLineEdit>("Certificate file");
        SettingsFixture::type(file, "/nowhere/ca.pem");
        QTRY_VERIFY(m_at->shows("ca.pem does not exist."));
        QVERIFY(m_at->click("Save"));
        QVERIFY(m_at->saved()->caFile.isEmpty());
        QVERIFY(m_at->page()->currentSection() == QLatin1String("network"));
        const QString wrong = m_at->world.core.folder.filePath(QStringLiteral("wrong.pem"));
        QFile out(wrong);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write("not a certificate");
        out.close();
        SettingsFixture::type(file, qPrintable(wrong));
        QTRY_VERIFY(m_at->shows("wrong.pem holds no certificate"));
        const QString right = QStringLiteral(TOLLGATE_FIXTURES "/tls/ca.pem");
        QVERIFY(QFile::exists(right));
        SettingsFixture::type(file, qPrintable(right));
        QTRY_VERIFY(m_at->shows("1 certificate"));
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->saved()->caFile, right);
    }

    void appearanceIsLive()
    {
        QVERIFY(m_at->open("appearance"));
        Theme &theme = m_at->world.theme;
        const int normal = m_at->named<QTableWidget>("Preview of a table")->rowHeight(0);
        QVERIFY(m_at->click("Roomy"));
        QCOMPARE(m_at->saved()->density, QStringLiteral("roomy"));
        QCOMPARE(theme.rowHeight(), qMax(30, theme.rowHeight()));
        QVERIFY(m_at->named<QTableWidget>("Preview of a table")->rowHeight(0) > normal);
        QVERIFY(m_at->click("Compact"));
        QVERIFY(m_at->named<QTableWidget>("Preview of a table")->rowHeight(0) < normal);
        const QColor border = theme.color("border.default");
        QTest::mouseClick(m_at->named<Toggle>("Increase contrast"), Qt::LeftButton);
        QVERIFY(m_at->saved()->increaseContrast);
        QVERIFY(theme.color("border.default") != border);
        QTest::mouseClick(m_at->named<Toggle>("Reduce motion"), Qt::LeftButton);
        QVERIFY(theme.reducedMotion());
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        QTest::keyClick(m_at->named<Toggle>("Reduce motion"), Qt::Key_Space);
        QVERIFY(!theme.reducedMotion());
        QVERIFY(QApplication::cursorFlashTime() != 0);
        m_at->named<QSpinBox>("Text size")->setValue(150);
        QCOMPARE(theme.textSizePercent(), 150);
        QVERIFY(m_at->named<QTableWidget>("Preview of a table")->rowHeight(0) > normal);
    }

    void searchingJumpsToASetting()
    {
        QVERIFY(m_at->open("appearance"));
        QTest::keyClick(m_at->page(), Qt::Key_F, Qt::ControlModifier);
        auto *field = m_at->named<SearchField>("Search settings");
        QVERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("first byte"));
        QTRY_VERIFY(m_at->named<QListWidget>("Matching settings"));
        QCOMPARE(m_at->named<QListWidget>("Matching settings")->item(0)->text(), QStringLiteral("First byte"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(m_at->page()->currentSection(), QStringLiteral("network"));
        QVERIFY(m_at->named<QSpinBox>("First byte")->hasFocus());
        QVERIFY(!m_at->named<QListWidget>("Matching settings"));
        field->setFocus();
        QTest::keyClicks(field, QStringLiteral("zzz"));
        QTRY_VERIFY(m_at->named<QListWidget>("Matching settings"));
        QTest::keyClick(field, Qt::Key_Return); // nothing to go to
        QCOMPARE(m_at->page()->currentSection(), QStringLiteral("network"));
    }

    void matchesWantEveryWordAndPutTitlesFirst()
    {
        const QList<SettingsHit> all = {{0, QStringLiteral("Network"), QStringLiteral("Idle"), QStringLiteral("between two proxy pieces"), {}},
                                        {0, QStringLiteral("Network"), QStringLiteral("Proxy"), QString(), {}},
                                        {1, QStringLiteral("Cache"), QStringLiteral("Keep for"), QString(), {}}};
        QCOMPARE(matchingSettings(all, QStringLiteral("proxy")).first().title, QStringLiteral("Proxy"));
        QCOMPARE(matchingSettings(all, QStringLiteral("PROXY network")).size(), 2);
        QVERIFY(matchingSettings(all, QStringLiteral("proxy cache")).isEmpty());
        QVERIFY(matchingSettings(all, QStringLiteral("  ")).isEmpty());
    }

    void leavingAskedForNetworkToo()
    {
        QVERIFY(m_at->open("network"));
        m_at->named<QSpinBox>("Idle")->setValue(33);
        m_at->answerWith("Keep editing");
        QVERIFY(!m_at->window->openPage(QStringLiteral("playground")));
        QCOMPARE(m_at->window->currentPage(), QStringLiteral("settings"));
        m_at->answerWith("Save");
        QVERIFY(m_at->window->openPage(QStringLiteral("playground")));
        QCOMPARE(m_at->saved()->idleTimeoutMs, 33'000);
    }
};

TOLLGATE_TEST(TstNetwork)
#include "tst_network.moc"
