#include "core/providers/catalog.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"
#include "tests/support/ui/uiworld.h"
#include "ui/playground/firstrunview.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

// A provider that knows one key, as a first run meets it.
class TstFirstRunView : public QObject
{
    Q_OBJECT

    std::unique_ptr<UiWorld> m_world;
    std::unique_ptr<ScriptedServer> m_server;
    std::unique_ptr<FirstRunView> m_view;

    void open()
    {
        ProviderPreset preset;
        preset.name = QStringLiteral("Acme");
        preset.type = ProviderType::OpenAiCompatible;
        preset.baseUrl = QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server->port());
        preset.keyVariable = QStringLiteral("ACME_API_KEY");
        preset.needsKey = true;
        m_view = std::make_unique<FirstRunView>(m_world->services, QList<ProviderPreset>{preset});
        m_view->resize(1364, 830);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowActive(m_view.get()));
    }
    Button *button(const char *text)
    {
        for (Button *each : m_view->findChildren<Button *>())
            if (each->isVisible() && each->text() == QLatin1String(text))
                return each;
        return nullptr;
    }
    bool shows(const char *words)
    {
        for (const SafeLabel *label : m_view->findChildren<SafeLabel *>())
            if (label->isVisible() && label->text().contains(QLatin1String(words)))
                return true;
        return false;
    }
    SecretEdit *key() { return m_view->findChild<SecretEdit *>(); }
    QList<ProviderConfig> saved() const { return m_world->core.settings->snapshot()->providers; }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ScriptedServer>([](Peer &peer, const QByteArray &request) {
            peer.send(request.contains("Bearer sk-good-12345678\r\n")
                          ? ScriptedServer::ok(R"({"object":"list","data":[{"id":"alpha","object":"model"}]})")
                          : QByteArray("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n"
                                       R"({"error":{"message":"Incorrect API key"}})"));
        });
        m_world = std::make_unique<UiWorld>(false);
    }
    void cleanup()
    {
        m_view.reset();
        m_world.reset();
        m_server.reset();
    }

    void aBadKeyIsExplainedAndTheRightOneIsStoredAndSaved()
    {
        open();
        QSignalSpy done(m_view.get(), &FirstRunView::done);
        QCOMPARE(m_view->focusWidget(), key());
        QTest::keyClicks(key(), QStringLiteral("sk-bad-12345678"));
        QTest::keyClick(key(), Qt::Key_Return);
        QVERIFY(!key()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(shows("Acme rejected the API key"), 20'000);
        QVERIFY(shows("The key ending in 5678 is invalid or was revoked (401)."));
        QVERIFY(shows("Incorrect API key"));
        QVERIFY(!shows("sk-bad"));
        QVERIFY(saved().isEmpty());
        QCOMPARE(m_world->stores, 0);
        QTRY_COMPARE(m_view->focusWidget(), key()); // selected, so that the next one replaces it
        QTest::keyClicks(key(), QStringLiteral("sk-good-12345678"));
        QTest::mouseClick(button("Test and save"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, 20'000);
        QCOMPARE(saved().size(), 1);
        QCOMPARE(saved().first().name, QStringLiteral("Acme"));
        QCOMPARE(saved().first().models, QStringList{QStringLiteral("alpha")});
        QCOMPARE(saved().first().activeLastFour(), QStringLiteral("5678"));
        QCOMPARE(m_world->keys.value(saved().first().credentialName()).view().toByteArray(), QByteArray("sk-good-12345678"));
        QVERIFY(key()->isBlank());
    }

    void withoutAKeychainTheKeyCanStayForTheSession()
    {
        m_world->keychain = KeychainState::NoService;
        m_world->storeAnswer = SecretStatus::NoService;
        open();
        QTRY_VERIFY(shows("No system keychain found. Keys stay in memory until you quit."));
        QString explained;
        QTimer::singleShot(50, m_view.get(), [&explained] {
            QWidget *dialog = QApplication::activeModalWidget();
            explained = dialog ? dialog->accessibleName() : QString();
            if (dialog)
                dialog->close();
        });
        QTest::mouseClick(button("How to fix"), Qt::LeftButton);
        QCOMPARE(explained, QStringLiteral("Install a keychain"));
        QTest::keyClicks(key(), QStringLiteral("sk-good-12345678"));
        QTest::keyClick(key(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(button("Use until I quit"), 20'000);
        QVERIFY(saved().isEmpty());
        QSignalSpy done(m_view.get(), &FirstRunView::done);
        QTest::mouseClick(button("Use until I quit"), Qt::LeftButton);
        QTRY_COMPARE(done.size(), 1);
        QCOMPARE(saved().size(), 1);
        QVERIFY(m_world->sessionKeys.contains(saved().first().credentialName()));
        QVERIFY(m_world->keys.isEmpty());
    }

    void aPresetWithoutAnAddressAsksForIt()
    {
        ProviderPreset preset;
        preset.name = QStringLiteral("Own resource");
        preset.type = ProviderType::OpenAiCompatible;
        preset.needsKey = true;
        m_view = std::make_unique<FirstRunView>(m_world->services, QList<ProviderPreset>{preset});
        m_view->show();
        QVERIFY(QTest::qWaitForWindowActive(m_view.get()));
        QLineEdit *address = nullptr;
        for (QLineEdit *each : m_view->findChildren<QLineEdit *>())
            address = each->accessibleName() == QLatin1String("Base URL") ? each : address;
        QVERIFY(address && address->isVisible());
        QTest::keyClicks(address, QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server->port()));
        QTest::keyClicks(key(), QStringLiteral("sk-good-12345678"));
        QSignalSpy done(m_view.get(), &FirstRunView::done);
        QTest::mouseClick(button("Test and save"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, 20'000);
        QCOMPARE(saved().first().baseUrl, QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server->port()));
        QVERIFY(saved().first().needsKey);
    }

    void aVariableIsOfferedTestedAndOnlyNamed()
    {
        m_world->services.keyVariables = {QStringLiteral("ACME_API_KEY")};
        m_world->environment.insert(QStringLiteral("ACME_API_KEY"), SecretBytes(QByteArray("sk-good-12345678")));
        open();
        QVERIFY(shows("Found ACME_API_KEY in your environment."));
        QSignalSpy done(m_view.get(), &FirstRunView::done);
        QTest::mouseClick(button("Use variable"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(done.size(), 1, 20'000);
        QCOMPARE(saved().first().keyEnv, QStringLiteral("ACME_API_KEY"));
        QCOMPARE(saved().first().activeLastFour(), QString());
        QCOMPARE(m_world->stores, 0);
    }

    void aVariableWithABadKeyIsNotSaved()
    {
        m_world->services.keyVariables = {QStringLiteral("ACME_API_KEY")};
        m_world->environment.insert(QStringLiteral("ACME_API_KEY"), SecretBytes(QByteArray("sk-bad-12345678")));
        open();
        QTest::mouseClick(button("Use variable"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(shows("Acme rejected the API key"), 20'000);
        QVERIFY(saved().isEmpty());
        QTRY_VERIFY(button("Use variable")->isEnabled());
        QTest::mouseClick(button("Ignore"), Qt::LeftButton);
        QVERIFY(!button("Use variable"));
        m_view.reset();
        open();
        QVERIFY(!button("Use variable")); // for good
    }

    void theSimulatorOpensTheDemoProfileAsAskedFor()
    {
        open();
        for (SegmentedControl *each : m_view->findChildren<SegmentedControl *>()) {
            if (each->accessibleName() == QLatin1String("Failures"))
                each->setCurrent(QStringLiteral("mixed"));
        }
        QTest::mouseClick(button("Start with the simulator"), Qt::LeftButton);
        QCOMPARE(m_world->switchedTo, std::optional(true));
        QCOMPARE(m_world->state.value(QStringLiteral("simulator/speed")).toString(), QStringLiteral("typical"));
        QCOMPARE(m_world->state.value(QStringLiteral("simulator/failures")).toString(), QStringLiteral("mixed"));
        QVERIFY(saved().isEmpty());
    }

    void nothingIsTestedWithoutAKey()
    {
        open();
        QTest::mouseClick(button("Test and save"), Qt::LeftButton);
        QVERIFY(shows("Paste your API key first"));
        QCOMPARE(m_view->focusWidget(), key());
        QTest::keyClicks(key(), QStringLiteral("not a key"));
        QTest::keyClick(key(), Qt::Key_Return);
        QTRY_VERIFY(shows("This is not an API key"));
        QVERIFY(saved().isEmpty());
    }
};

TOLLGATE_TEST(TstFirstRunView)
#include "tst_firstrunview.moc"
