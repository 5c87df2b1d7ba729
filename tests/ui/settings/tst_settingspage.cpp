#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"
#include "tests/support/ui/uiworld.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/providerform.h"
#include "ui/settings/providerssection.h"
#include "ui/settings/settingspage.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableView>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

class TstSettingsPage : public QObject
{
    Q_OBJECT

    std::unique_ptr<UiWorld> m_world;
    std::unique_ptr<SettingsPage> m_page;
    std::unique_ptr<ScriptedServer> m_server;
    QByteArray m_reply;

    ProviderForm *form() { return m_page->findChild<ProviderForm *>(); }
    template <class T>
    T *named(const char *accessibleName)
    {
        for (T *widget : m_page->findChildren<T *>())
            if (widget->accessibleName() == QLatin1String(accessibleName) && widget->isVisible())
                return widget;
        return nullptr;
    }
    QAbstractButton *button(const char *text)
    {
        for (QAbstractButton *widget : m_page->findChildren<QAbstractButton *>())
            if (widget->isVisible() && widget->text() == QLatin1String(text))
                return widget;
        return nullptr;
    }
    bool shows(const QString &words)
    {
        for (const SafeLabel *label : m_page->findChildren<SafeLabel *>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    }
    std::shared_ptr<const SettingsData> saved() const { return m_world->core.settings->snapshot(); }
    const ProviderConfig *provider(const char *id) { return saved()->provider(QString::fromLatin1(id)); }

    // Answers the next question that comes up, by the button's text.
    void answerWith(const char *text)
    {
        QTimer::singleShot(50, this, [this, text] {
            auto *dialog = qobject_cast<QuestionDialog *>(QApplication::activeModalWidget());
            if (!dialog) {
                answerWith(text);
                return;
            }
            for (QPushButton *choice : dialog->findChildren<QPushButton *>())
                if (choice->text() == QLatin1String(text)) {
                    QTest::mouseClick(choice, Qt::LeftButton);
                    return;
                }
            dialog->reject();
        });
    }
    void addServerProvider()
    {
        m_world->core.edit([this](SettingsData &edited) {
            ProviderConfig config;
            config.id = QStringLiteral("local");
            config.name = QStringLiteral("Local");
            config.baseUrl = QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server->port());
            config.needsKey = true;
            config.setKey(config.keyName, QStringLiteral("9fQA"));
            edited.providers.append(config);
        });
        m_page->open(QStringLiteral("providers/local"));
    }
    void type(QWidget *field, const QString &text)
    {
        field->setFocus();
        QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(field, text);
    }

private Q_SLOTS:
    void init()
    {
        m_reply = ScriptedServer::ok(R"({"object":"list","data":[{"id":"alpha","object":"model"},{"id":"beta","object":"model"}]})");
        m_server = std::make_unique<ScriptedServer>([this](Peer &peer, const QByteArray &) { peer.send(m_reply); });
        m_world = std::make_unique<UiWorld>();
        m_page = std::make_unique<SettingsPage>(m_world->services);
        m_page->resize(1364, 874);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    }
    void cleanup()
    {
        m_page.reset();
        m_world.reset();
        m_server.reset();
    }

    void savesEditsOnlyOnSave()
    {
        addServerProvider();
        QLineEdit *name = named<QLineEdit>("Name");
        QVERIFY(name);
        QVERIFY(!button("Save")->isEnabled());
        type(name, QStringLiteral("Workshop"));
        QVERIFY(button("Save")->isEnabled());
        QCOMPARE(provider("local")->name, QStringLiteral("Local"));
        QTest::keyClick(name, Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(provider("local")->name, QStringLiteral("Workshop"));
        QVERIFY(!button("Save")->isEnabled());
        QCOMPARE(provider("local")->activeLastFour(), QStringLiteral("9fQA"));
    }

    void revertBringsTheStoredValuesBack()
    {
        addServerProvider();
        type(named<QLineEdit>("Name"), QStringLiteral("Other"));
        named<QSpinBox>("Parallel requests")->setValue(3);
        QTest::mouseClick(button("Revert"), Qt::LeftButton);
        QCOMPARE(named<QLineEdit>("Name")->text(), QStringLiteral("Local"));
        QCOMPARE(named<QSpinBox>("Parallel requests")->value(), 24);
        QVERIFY(!form()->isDirty());
    }

    void aKeyGoesToTheKeychainBeforeTheSettings()
    {
        addServerProvider();
        QTest::mouseClick(button("Replace"), Qt::LeftButton);
        auto *field = m_page->findChild<SecretEdit *>();
        QVERIFY(field->hasFocus());
        QCOMPARE(field->echoMode(), QLineEdit::Password);
        QTest::keyClicks(field, QStringLiteral("test-key-aaaa-0001"));
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QCOMPARE(provider("local")->activeLastFour(), QStringLiteral("9fQA")); // not before the keychain has answered
        QTRY_COMPARE(provider("local")->activeLastFour(), QStringLiteral("0001"));
        QCOMPARE(m_world->keys.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("0001"));
        QVERIFY(field->text().isEmpty());
        QFile file(m_world->core.settings->path());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("test-key"));
    }

    void aLockedKeychainSavesNothingAndOffersTheSession()
    {
        addServerProvider();
        m_world->storeAnswer = SecretStatus::Locked;
        QTest::mouseClick(button("Replace"), Qt::LeftButton);
        QTest::keyClicks(m_page->findChild<SecretEdit *>(), QStringLiteral("test-key-aaaa-0002"));
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QTRY_VERIFY(shows(QStringLiteral("The keychain is locked")));
        QCOMPARE(provider("local")->activeLastFour(), QStringLiteral("9fQA"));
        QVERIFY(m_world->keys.isEmpty());
        QTest::mouseClick(button("Use until I quit"), Qt::LeftButton);
        QTRY_COMPARE(m_world->sessionKeys.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("0002"));
        QCOMPARE(provider("local")->activeLastFour(), QStringLiteral("9fQA")); // the stored one is still there
    }

    void refusesAKeyThatCannotBeAHeader()
    {
        addServerProvider();
        QTest::mouseClick(button("Replace"), Qt::LeftButton);
        m_page->findChild<SecretEdit *>()->setText(QStringLiteral("two words in a key"));
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QVERIFY(shows(QStringLiteral("without spaces")));
        QCOMPARE(m_world->stores, 0);
    }

    void testsUnsavedValuesAndListsModels()
    {
        addServerProvider();
        QTest::mouseClick(button("Replace"), Qt::LeftButton);
        QTest::keyClicks(m_page->findChild<SecretEdit *>(), QStringLiteral("test-key-aaaa-0003"));
        QTest::keyClick(m_page->findChild<SecretEdit *>(), Qt::Key_T, Qt::ControlModifier);
        QVERIFY(shows(QStringLiteral("Testing")));
        QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("Connected in")), 10'000);
        QVERIFY(shows(QStringLiteral("2 models")));
        QVERIFY(m_server->peer(0).received.contains("Bearer test-key-aaaa-0003"));
        QCOMPARE(m_world->stores, 0);
        auto *table = named<QTableView>("Models and prices");
        QCOMPARE(table->model()->rowCount(), 2);
        QCOMPARE(table->model()->index(0, 2).data().toString(), QStringLiteral("\u2013")); // no price is not $0
        QVERIFY(provider("local")->models.isEmpty());
    }

    void saysWhyATestFailed()
    {
        addServerProvider();
        m_reply = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 75\r\n\r\n"
                  R"({"error":{"message":"Incorrect API key","code":"invalid_api_key","a":"bcd"}})";
        m_reply.replace("Content-Length: 75", "Content-Length: " + QByteArray::number(m_reply.size() - m_reply.indexOf("\r\n\r\n") - 4));
        m_world->services.useKeyForSession(QStringLiteral("local/default"), SecretBytes("x"));
        QTest::mouseClick(button("Replace"), Qt::LeftButton);
        QTest::keyClicks(m_page->findChild<SecretEdit *>(), QStringLiteral("test-key-aaaa-0004"));
        QTest::mouseClick(button("Test connection"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(shows(QStringLiteral("Local rejected the API key")), 10'000);
        QVERIFY(shows(QStringLiteral("ending in 0004")));
        QVERIFY(shows(QStringLiteral("Incorrect API key")));
        QVERIFY(shows(QStringLiteral("Key rejected (401)")));
    }

    void anOlderTestIsForgottenWhenAnotherProviderIsShown()
    {
        addServerProvider();
        form()->test();
        m_page->open(QStringLiteral("providers/sim"));
        QTest::qWait(300);
        QVERIFY(!shows(QStringLiteral("Connected in")));
    }

    void addsAProviderFromAPreset()
    {
        auto *add = m_page->findChild<IconButton *>(QStringLiteral("add"));
        QAction *mistral = nullptr;
        for (QAction *action : add->menu()->actions())
            if (action->text() == QLatin1String("Mistral"))
                mistral = action;
        QVERIFY(mistral);
        mistral->trigger();
        QVERIFY(form()->isDraft());
        QVERIFY(!provider("mistral"));
        QTest::keyClicks(m_page->findChild<SecretEdit *>(), QStringLiteral("test-key-aaaa-0005"));
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QTRY_VERIFY(provider("mistral"));
        QCOMPARE(provider("mistral")->activeLastFour(), QStringLiteral("0005"));
        QVERIFY(provider("mistral")->addedWallMs > 0);
        QVERIFY(!form()->isDirty());
    }

    void readsAKeyFromAVariableWithoutStoringIt()
    {
        addServerProvider();
        m_world->environment.insert(QStringLiteral("LOCAL_KEY"), SecretBytes("test-key-aaaa-0006"));
        QTest::mouseClick(button("Variable"), Qt::LeftButton);
        type(named<QLineEdit>("Name of the environment variable"), QStringLiteral("OTHER_KEY"));
        QVERIFY(shows(QStringLiteral("OTHER_KEY is not set")));
        type(named<QLineEdit>("Name of the environment variable"), QStringLiteral("LOCAL_KEY"));
        QVERIFY(shows(QStringLiteral("LOCAL_KEY is set")));
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QCOMPARE(provider("local")->keyEnv, QStringLiteral("LOCAL_KEY"));
        QCOMPARE(m_world->stores, 0);
    }

    void removesAProviderAndItsKeyAfterAsking()
    {
        addServerProvider();
        m_world->keys.insert(QStringLiteral("local/default"), SecretBytes("test-key-aaaa-0007"));
        answerWith("Keep");
        QTest::mouseClick(m_page->findChild<Button *>(QStringLiteral("remove")), Qt::LeftButton);
        QVERIFY(provider("local"));
        answerWith("Remove Local");
        QTest::mouseClick(m_page->findChild<Button *>(QStringLiteral("remove")), Qt::LeftButton);
        QVERIFY(!provider("local"));
        QTRY_VERIFY(m_world->keys.isEmpty());
        QVERIFY(provider("sim"));
    }

    void leavingWithChangesAsks()
    {
        addServerProvider();
        type(named<QLineEdit>("Name"), QStringLiteral("Changed"));
        answerWith("Keep editing");
        QVERIFY(!m_page->mayLeave());
        QCOMPARE(named<QLineEdit>("Name")->text(), QStringLiteral("Changed"));
        answerWith("Discard changes");
        QVERIFY(m_page->mayLeave());
        QCOMPARE(provider("local")->name, QStringLiteral("Local"));
        type(named<QLineEdit>("Name"), QStringLiteral("Changed"));
        answerWith("Save");
        QVERIFY(m_page->mayLeave());
        QCOMPARE(provider("local")->name, QStringLiteral("Changed"));
    }

    void showsWhatIsWrongInsteadOfSaving()
    {
        addServerProvider();
        type(named<QLineEdit>("Name"), QStringLiteral("Simulator")); // taken
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QCOMPARE(provider("local")->name, QStringLiteral("Local"));
        QVERIFY(form()->isDirty());
    }

    void editsOfOthersShowUnlessTheFormHoldsNewerOnes()
    {
        addServerProvider();
        m_world->core.edit([](SettingsData &edited) { edited.providers.last().maxParallel = 7; });
        QCOMPARE(named<QSpinBox>("Parallel requests")->value(), 7);
        named<QSpinBox>("Parallel requests")->setValue(9);
        m_world->core.edit([](SettingsData &edited) { edited.attempts = 5; });
        QCOMPARE(named<QSpinBox>("Parallel requests")->value(), 9);
    }

    void enabledAppliesAtOnce()
    {
        addServerProvider();
        QTest::mouseClick(named<Toggle>("Enabled"), Qt::LeftButton);
        QVERIFY(!provider("local")->enabled);
        QVERIFY(!form()->isDirty());
    }

    void retriesAndTimeoutsAreSavedInTheirUnits()
    {
        m_page->open(QStringLiteral("network"));
        named<QSpinBox>("Connect")->setValue(7);
        QCOMPARE(saved()->connectTimeoutMs, 5000);
        QTest::keyClick(named<QSpinBox>("Connect"), Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(saved()->connectTimeoutMs, 7000);
        QCOMPARE(saved()->tlsTimeoutMs, 10'000);
        m_page->open(QStringLiteral("retries"));
        named<QSpinBox>("Attempts")->setValue(4);
        QCOMPARE(saved()->attempts, 3);
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QCOMPARE(saved()->attempts, 4);
    }

    void deadlinesStayInTheirRange()
    {
        m_page->open(QStringLiteral("network"));
        auto *connectTime = named<QSpinBox>("Connect");
        type(connectTime, QStringLiteral("999")); // the last digit does not fit
        QVERIFY(connectTime->value() <= 120);
        type(connectTime, QStringLiteral("0"));
        QTest::keyClick(connectTime, Qt::Key_Tab);
        QVERIFY(connectTime->value() >= 1);
    }

    void storageAndCacheAreEditable()
    {
        m_page->open(QStringLiteral("storage"));
        QVERIFY(shows(m_world->core.folder.path()));
        QTest::mouseClick(named<Toggle>("Keep nothing"), Qt::LeftButton);
        QTest::mouseClick(button("Save"), Qt::LeftButton);
        QVERIFY(saved()->keepNothing);
        m_page->open(QStringLiteral("cache"));
        QTRY_VERIFY(shows(QStringLiteral(" of 256 MiB")));
    }

    void appearanceAppliesAtOnce()
    {
        m_page->open(QStringLiteral("appearance"));
        QTest::mouseClick(button("Dark"), Qt::LeftButton);
        QCOMPARE(saved()->theme, QStringLiteral("dark"));
        named<QSpinBox>("Text size")->setValue(120);
        QCOMPARE(saved()->textSizePercent, 120);
    }

    void purgingTheCacheAsksAndTellsHowMany()
    {
        ChatRequest request = EngineWorld::request();
        request.cache = CachePolicy::Use;
        QVERIFY(m_world->core.run(std::move(request)).ok());
        m_page->open(QStringLiteral("cache"));
        QTRY_VERIFY(button("Purge all") && button("Purge all")->isEnabled());
        QVERIFY(!button("Purge expired")->isEnabled());
        answerWith("Keep");
        QTest::mouseClick(button("Purge all"), Qt::LeftButton);
        QVERIFY(button("Purge all")->isEnabled());
        answerWith("Purge 1");
        QTest::mouseClick(button("Purge all"), Qt::LeftButton);
        QTRY_VERIFY(!button("Purge all")->isEnabled());
    }

    void openingAnotherProviderAsksAboutUnsavedChanges()
    {
        addServerProvider();
        type(named<QLineEdit>("Name"), QStringLiteral("Half typed"));
        answerWith("Keep editing");
        m_page->open(QStringLiteral("providers/sim/key"));
        QCOMPARE(form()->loaded().id, QStringLiteral("local"));
        answerWith("Discard changes");
        m_page->open(QStringLiteral("providers/sim"));
        QCOMPARE(form()->loaded().id, QStringLiteral("sim"));
        QCOMPARE(provider("local")->name, QStringLiteral("Local"));
    }

    void narrowWindowsGetAComboForTheList()
    {
        auto *section = m_page->findChild<ProvidersSection *>();
        QVERIFY(section->findChild<QListWidget *>()->isVisible());
        m_page->resize(1024, 640);
        QTRY_VERIFY(!section->findChild<QListWidget *>()->isVisible());
        QVERIFY(named<QComboBox>("Provider")->isVisible());
    }

    void everyControlHasAName()
    {
        addServerProvider();
        for (const char *section : {"providers", "network", "cache", "retries", "storage", "appearance"}) {
            m_page->open(QString::fromLatin1(section));
            for (const QWidget *widget : m_page->findChildren<QWidget *>())
                if (widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus) && !widget->focusProxy()
                    && !qobject_cast<const QScrollArea *>(widget) && !qobject_cast<const QLineEdit *>(widget->parentWidget()))
                    QVERIFY2(!widget->accessibleName().isEmpty() || (qobject_cast<const QAbstractButton *>(widget)
                             && !static_cast<const QAbstractButton *>(widget)->text().isEmpty())
                             || qobject_cast<const QComboBox *>(widget->parentWidget()) || qobject_cast<const QAbstractSpinBox *>(widget->parentWidget()),
                             qPrintable(QString::fromLatin1(section) + QStringLiteral(": ") + QString::fromLatin1(widget->metaObject()->className())));
        }
    }
};

TOLLGATE_TEST(TstSettingsPage)
#include "tst_settingspage.moc"
