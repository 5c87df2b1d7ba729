// Providers and keys, on the real window: what a user adds, tests, replaces and forgets, and what is saved of it.
#include "core/providers/catalog.h"
#include "core/providers/provider.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"
#include "tests/support/ui/fakekeychain.h"
#include "tests/ui/settings/settingsfixture.h"
#include "ui/settings/jsonfield.h"
#include "ui/settings/providerform.h"
#include "ui/widgets/button.h"
#include "ui/widgets/clipboardguard.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/secretedit.h"

#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTableView>
#include <QTableWidget>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

class TstProviders : public QObject
{
    Q_OBJECT

    FakeKeychain m_keychain;
    std::unique_ptr<ScriptedServer> m_server;
    QByteArray m_rightKey; // empty: every key is right
    std::unique_ptr<SettingsFixture> m_at;

    static QByteArray refusal()
    {
        const QByteArray body = R"({"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}})";
        return "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    }
    ProviderForm *form() const { return m_at->page()->findChild<ProviderForm *>(); }
    SecretEdit *keyField() const { return m_at->named<SecretEdit>("API key"); }
    QString address(const char *path = "/v1") const { return QStringLiteral("http://127.0.0.1:%1").arg(m_server->port()) + QLatin1String(path); }

    // As the plus button's menu does it.
    bool add(const QString &preset)
    {
        auto *plus = m_at->page()->findChild<IconButton *>(QStringLiteral("add"));
        for (QAction *action : plus->menu()->actions()) {
            if (action->text() != preset)
                continue;
            action->trigger();
            return true;
        }
        return false;
    }
    void addLocal(const char *lastFour = "9fQA")
    {
        m_keychain.entries.insert(QStringLiteral("local/default"), SecretBytes("test-key-aaaa-9fQA"));
        m_at->world.core.edit([this, lastFour](SettingsData &edited) {
            ProviderConfig config;
            config.id = QStringLiteral("local");
            config.name = QStringLiteral("Local");
            config.baseUrl = address();
            config.setKey(config.keyName, QString::fromLatin1(lastFour));
            edited.providers.append(config);
        });
        QVERIFY(m_at->window->openPage(QStringLiteral("settings"), QStringLiteral("providers/local")));
    }
    static void choose(QComboBox *combo, const QVariant &data)
    {
        const int row = combo->findData(data);
        QVERIFY(row >= 0);
        combo->setFocus();
        while (combo->currentIndex() != row)
            QTest::keyClick(combo, combo->currentIndex() < row ? Qt::Key_Down : Qt::Key_Up);
    }

private Q_SLOTS:
    void init()
    {
        m_keychain.state = KeychainState::Available;
        m_keychain.unlocksWhenAsked = false;
        m_keychain.entries.clear();
        m_keychain.reads = 0;
        m_keychain.writes = 0;
        m_rightKey.clear();
        m_server = std::make_unique<ScriptedServer>([this](Peer &peer, const QByteArray &request) {
            peer.send(m_rightKey.isEmpty() || request.contains(m_rightKey)
                          ? ScriptedServer::ok(R"({"object":"list","data":[{"id":"alpha","object":"model"},{"id":"beta","object":"model"}]})")
                          : refusal());
        });
        m_at = std::make_unique<SettingsFixture>(true, &m_keychain);
        QVERIFY(m_at->open("providers"));
    }
    void cleanup()
    {
        m_at.reset();
        m_server.reset();
    }

    void everyBuiltTypeCanBeAddedAndIsSavedAsEntered_data()
    {
        QTest::addColumn<int>("type");
        for (const ProviderType type : builtProviderTypes())
            if (type != ProviderType::Simulator)
                QTest::newRow(qPrintable(providerTypeName(type))) << int(type);
    }
    void everyBuiltTypeCanBeAddedAndIsSavedAsEntered()
    {
        QFETCH(int, type);
        const ProviderType wanted = ProviderType(type);
        QVERIFY(add(QStringLiteral("Mistral"))); // any; the type is chosen by hand
        SettingsFixture::type(m_at->named<QLineEdit>("Name"), "Mine");
        choose(m_at->named<QComboBox>("API type"), type);
        SettingsFixture::type(m_at->named<QLineEdit>("Base URL"), "https://own.test/base");
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0001"));
        if (wanted == ProviderType::Azure) {
            SettingsFixture::type(m_at->named<QLineEdit>("Deployment"), "gpt-prod");
            SettingsFixture::type(m_at->named<QLineEdit>("API version"), "2024-10-21");
        } else {
            QVERIFY(!m_at->named<QLineEdit>("Deployment"));
        }
        if (wanted == ProviderType::Anthropic)
            choose(m_at->named<QComboBox>("API version"), QStringLiteral("2026-10-21"));
        if (wanted == ProviderType::Serverless) {
            SettingsFixture::type(m_at->named<QLineEdit>("Tokens"), "0.65");
            SettingsFixture::type(m_at->named<QLineEdit>("Running time"), "0.0000185");
            m_at->named<QSpinBox>("Memory")->setValue(2048);
            SettingsFixture::type(m_at->named<QLineEdit>("Each call"), "0.0002");
        } else {
            QVERIFY(!m_at->named<QLineEdit>("Each call"));
        }
        SettingsFixture::type(m_at->named<QComboBox>("Key header")->lineEdit(), "x-own-key");
        QVERIFY(m_at->named<QPlainTextEdit>("Extra body fields"));
        m_at->named<QPlainTextEdit>("Extra body fields")->setPlainText(QStringLiteral("{\"user\": \"me\"}"));
        QVERIFY(m_at->click("Save"));
        QTRY_VERIFY(m_at->provider("mistral"));
        const ProviderConfig saved = *m_at->provider("mistral");
        QCOMPARE(saved.type, wanted);
        QCOMPARE(saved.name, QStringLiteral("Mine"));
        QCOMPARE(saved.baseUrl, QStringLiteral("https://own.test/base"));
        QCOMPARE(saved.activeLastFour(), QStringLiteral("0001"));
        QCOMPARE(saved.keyHeader, QStringLiteral("x-own-key"));
        QCOMPARE(saved.extraBody, QByteArrayLiteral("{\"user\": \"me\"}"));
        QCOMPARE(saved.deployment, wanted == ProviderType::Azure ? QStringLiteral("gpt-prod") : QString());
        QCOMPARE(saved.apiVersion, wanted == ProviderType::Azure       ? QStringLiteral("2024-10-21")
                                   : wanted == ProviderType::Anthropic ? QStringLiteral("2026-10-21")
                                                                       : QString());
        QCOMPARE(saved.functionPrice.usdPerCall, wanted == ProviderType::Serverless ? QStringLiteral("0.0002") : QString());
        QCOMPARE(saved.functionPrice.memoryMib, wanted == ProviderType::Serverless ? 2048 : 0);
        QCOMPARE(m_keychain.entries.value(QStringLiteral("mistral/default")).lastFour(), QStringLiteral("0001"));
        QVERIFY(!form()->isDirty());
    }

    void everyPresetOfABuiltTypeIsOffered()
    {
        for (const ProviderPreset &preset : providerPresets()) {
            const bool built = builtProviderTypes().contains(preset.type) && preset.type != ProviderType::Simulator;
            auto *plus = m_at->page()->findChild<IconButton *>(QStringLiteral("add"));
            bool offered = false;
            for (const QAction *action : plus->menu()->actions())
                offered = offered || action->text() == preset.name;
            QVERIFY2(offered == built, qPrintable(preset.name));
        }
    }

    void aBadKeyAndThenTheRightOne()
    {
        m_rightKey = "test-key-right-0002";
        addLocal();
        QTest::keyClick(m_at->named<QLineEdit>("Name"), Qt::Key_T, Qt::ControlModifier);
        QVERIFY(m_at->shows("Testing"));
        QTRY_VERIFY_WITH_TIMEOUT(m_at->shows("Local rejected the API key"), 10'000);
        QVERIFY(m_at->shows("The key ending in 9fQA"));
        QVERIFY(m_at->shows("Key rejected (401)"));
        QVERIFY(m_at->named<QListWidget>("Providers")->item(1)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Key rejected (401)")));
        QVERIFY(m_at->click("Replace key"));
        QTRY_VERIFY(keyField() && keyField()->hasFocus());
        QTest::keyClicks(keyField(), QStringLiteral("test-key-right-0002"));
        QVERIFY(m_at->click("Test connection"));
        QTRY_VERIFY_WITH_TIMEOUT(m_at->shows("Connected in"), 10'000);
        QVERIFY(m_at->shows("2 models, key valid, tested"));
        QVERIFY(!m_at->shows("rejected the API key"));
        QCOMPARE(m_keychain.entries.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("9fQA")); // not before Save
        QVERIFY(m_at->click("Save"));
        QTRY_COMPARE(m_at->provider("local")->activeLastFour(), QStringLiteral("0002"));
        QCOMPARE(m_at->provider("local")->models, (QStringList{QStringLiteral("alpha"), QStringLiteral("beta")}));
        QTRY_VERIFY(m_at->shows("as tollgate/local/default, last read"));
    }

    void aLockedKeychainIsSaidUnlockedOnRequestAndNeverOverwritten()
    {
        m_keychain.state = KeychainState::Locked;
        addLocal();
        QTRY_VERIFY(m_at->shows("The keychain is locked."));
        QTRY_VERIFY(m_at->named<QListWidget>("Providers")->item(1)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Key locked")));
        QCOMPARE(m_keychain.reads, 0); // looking opens no prompt
        m_at->answerWith("Close");
        QVERIFY(m_at->click("How to fix"));
        QVERIFY(m_at->asked.contains(QStringLiteral("Unlock the keychain")));
        // A new key is refused and the old one stays.
        QVERIFY(m_at->click("Replace"));
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0003"));
        QVERIFY(m_at->click("Save"));
        QTRY_VERIFY(m_at->shows("Unlock your keyring"));
        QCOMPARE(m_keychain.entries.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("9fQA"));
        QCOMPARE(m_at->provider("local")->activeLastFour(), QStringLiteral("9fQA"));
        QVERIFY(m_at->click("Revert"));
        // The user unlocks it.
        m_keychain.unlocksWhenAsked = true;
        QTRY_VERIFY(m_at->button("Unlock"));
        QVERIFY(m_at->click("Unlock"));
        QTRY_VERIFY(m_at->shows("as tollgate/local/default, last read"));
        QVERIFY(!m_at->shows("The keychain is locked"));
        QTRY_VERIFY(m_at->named<QListWidget>("Providers")->item(1)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("9fQA")));
        QCOMPARE(m_keychain.entries.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("9fQA"));
    }

    void everyStateOfTheKeychainIsDistinct_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("help");
        QTest::newRow("locked") << int(KeychainState::Locked) << QStringLiteral("keychain is locked") << QStringLiteral("Unlock the keychain");
        QTest::newRow("denied") << int(KeychainState::Denied) << QStringLiteral("refuses Tollgate") << QStringLiteral("Let Tollgate use the keychain");
        QTest::newRow("missing") << int(KeychainState::Missing) << QStringLiteral("no keyring yet") << QStringLiteral("Make a keyring");
        QTest::newRow("no service") << int(KeychainState::NoService) << QStringLiteral("No system keychain found. Keys stay in memory until you quit.")
                                    << QStringLiteral("sudo apt install gnome-keyring");
    }
    void everyStateOfTheKeychainIsDistinct()
    {
        QFETCH(int, state);
        QFETCH(QString, line);
        QFETCH(QString, help);
        addLocal();
        QTRY_VERIFY(m_at->shows("as tollgate/local/default"));
        QVERIFY(!m_at->button("How to fix"));
        m_keychain.state = KeychainState(state); // while the page is open
        QApplication::setActiveWindow(nullptr);
        QTest::mouseMove(m_at->window.get());
        m_at->window->activateWindow();
        QTRY_VERIFY_WITH_TIMEOUT(m_at->shows(qPrintable(line)), 10'000);
        QVERIFY(m_at->button("How to fix"));
        m_at->answerWith("Close");
        QVERIFY(m_at->click("How to fix"));
        QVERIFY2(m_at->asked.contains(help), qPrintable(m_at->asked));
        m_keychain.state = KeychainState::Available;
        QTRY_VERIFY_WITH_TIMEOUT(!m_at->button("How to fix"), 10'000); // asked again by itself while something is wrong
    }

    void withoutAServiceKeysStayInMemory()
    {
        m_keychain.state = KeychainState::NoService;
        QVERIFY(add(QStringLiteral("Mistral")));
        QTRY_VERIFY(m_at->shows("Keys stay in memory until you quit."));
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0004"));
        QVERIFY(m_at->click("Save"));
        QTRY_VERIFY(m_at->provider("mistral"));
        QVERIFY(m_at->provider("mistral")->keys.isEmpty());
        QCOMPARE(m_at->world.sessionKeys.value(QStringLiteral("mistral/default")).lastFour(), QStringLiteral("0004"));
        QCOMPARE(m_keychain.writes, 0);
        QVERIFY(m_at->shows("In memory until you quit."));
        QVERIFY(!form()->isDirty());
    }

    void aKeyMayBeForThisSessionOnly()
    {
        QVERIFY(add(QStringLiteral("Groq")));
        QVERIFY(m_at->click("This session"));
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0005"));
        QVERIFY(m_at->click("Save"));
        QTRY_VERIFY(m_at->provider("groq"));
        QVERIFY(m_keychain.entries.isEmpty());
        QCOMPARE(m_at->world.sessionKeys.value(QStringLiteral("groq/default")).lastFour(), QStringLiteral("0005"));
        // It is still said after another provider was looked at.
        QVERIFY(m_at->window->openPage(QStringLiteral("settings"), QStringLiteral("providers/sim")));
        QVERIFY(m_at->window->openPage(QStringLiteral("settings"), QStringLiteral("providers/groq")));
        QTRY_VERIFY(m_at->shows("In memory until you quit."));
        m_at->answerWith("Forget key");
        QVERIFY(m_at->click("Forget"));
        QVERIFY(m_at->world.sessionKeys.isEmpty());
    }

    void severalKeysHaveNamesAndOneIsUsed()
    {
        addLocal();
        QVERIFY(m_at->click("Add key"));
        auto *name = m_at->named<QLineEdit>("Name of the new key");
        QVERIFY(name && name->hasFocus());
        QTest::keyClicks(name, QStringLiteral("default"));
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0006"));
        QVERIFY(m_at->click("Save"));
        QVERIFY(m_at->shows("A key named default is stored already."));
        QCOMPARE(m_keychain.entries.value(QStringLiteral("local/default")).lastFour(), QStringLiteral("9fQA"));
        SettingsFixture::type(name, "work");
        QVERIFY(m_at->click("Save"));
        QTRY_COMPARE(m_at->provider("local")->keyName, QStringLiteral("work"));
        QCOMPARE(m_at->provider("local")->keys.size(), 2);
        QCOMPARE(m_keychain.entries.value(QStringLiteral("local/work")).lastFour(), QStringLiteral("0006"));
        auto *used = m_at->named<QComboBox>("Key that is used");
        QVERIFY(used);
        QVERIFY(used->currentText().contains(QStringLiteral("work")) && used->currentText().endsWith(QStringLiteral("0006")));
        choose(used, QStringLiteral("default"));
        QVERIFY(form()->isDirty());
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->keyName, QStringLiteral("default"));
        QCOMPARE(m_at->provider("local")->activeLastFour(), QStringLiteral("9fQA"));
        m_at->answerWith("Forget key");
        QVERIFY(m_at->click("Forget"));
        QVERIFY(m_at->asked.contains(QStringLiteral("9fQA")));
        QTRY_COMPARE(m_at->provider("local")->keys.size(), 1);
        QVERIFY(!m_keychain.entries.contains(QStringLiteral("local/default")));
        QVERIFY(m_keychain.entries.contains(QStringLiteral("local/work")));
        QCOMPARE(m_at->provider("local")->keyName, QStringLiteral("default")); // another key is used only when somebody says so
    }

    void anotherAddressAsksForTheKeyAgain()
    {
        addLocal();
        const QByteArray oldHost = "127.0.0.1:" + QByteArray::number(m_server->port());
        ScriptedServer other([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok(R"({"data":[{"id":"gamma"}]})")); });
        const QString there = QStringLiteral("http://127.0.0.1:%1/v1").arg(other.port());
        SettingsFixture::type(m_at->named<QLineEdit>("Base URL"), qPrintable(there));
        QVERIFY(m_at->shows("The address changed."));
        QVERIFY(m_at->click("Test connection"));
        QVERIFY(m_at->shows("the stored one was given for"));
        QTest::qWait(100);
        QCOMPARE(other.connections(), 0); // the stored key went nowhere
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->baseUrl, address());
        // With the key entered again the address is named and asked about, once.
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0007"));
        m_at->answerWith("Keep editing");
        QVERIFY(m_at->click("Test connection"));
        QVERIFY(m_at->asked.contains(QStringLiteral("127.0.0.1:%1").arg(other.port())));
        QCOMPARE(other.connections(), 0);
        m_at->answerWith(qPrintable(QStringLiteral("Send to 127.0.0.1:%1").arg(other.port())));
        QVERIFY(m_at->click("Test connection"));
        QTRY_VERIFY_WITH_TIMEOUT(m_at->shows("Connected in"), 10'000);
        QVERIFY(other.anyByteContains("test-key-aaaa-0007"));
        QVERIFY(!other.anyByteContains("9fQA"));
        QVERIFY(m_at->click("Save"));
        QTRY_COMPARE(m_at->provider("local")->baseUrl, there);
        QCOMPARE(m_at->provider("local")->activeLastFour(), QStringLiteral("0007"));
    }

    void theSameAddressWrittenOtherwiseKeepsTheKey()
    {
        addLocal();
        SettingsFixture::type(m_at->named<QLineEdit>("Base URL"), qPrintable(address("/v2/")));
        QVERIFY(!m_at->shows("The address changed."));
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->baseUrl, address("/v2/"));
        QCOMPARE(m_at->provider("local")->activeLastFour(), QStringLiteral("9fQA"));
    }

    void aVariableIsOfferedAndOnlyItsNameSaved()
    {
        m_at->world.environment.insert(QStringLiteral("MISTRAL_API_KEY"), SecretBytes("test-key-aaaa-0008"));
        QVERIFY(add(QStringLiteral("Mistral")));
        QVERIFY(m_at->shows("MISTRAL_API_KEY is set in your environment."));
        QVERIFY(m_at->click("Use it"));
        QVERIFY(m_at->shows("MISTRAL_API_KEY is set."));
        QVERIFY(m_at->click("Save"));
        QTRY_VERIFY(m_at->provider("mistral"));
        QCOMPARE(m_at->provider("mistral")->keyEnv, QStringLiteral("MISTRAL_API_KEY"));
        QVERIFY(m_keychain.entries.isEmpty());
        // To another address only after a question.
        SettingsFixture::type(m_at->named<QLineEdit>("Base URL"), "https://elsewhere.test/v1");
        m_at->answerWith("Keep editing");
        QVERIFY(m_at->click("Save"));
        QVERIFY(m_at->asked.contains(QStringLiteral("elsewhere.test")));
        QVERIFY(m_at->provider("mistral")->baseUrl.contains(QStringLiteral("mistral.ai")));
    }

    void leavingWithChangesAsks()
    {
        addLocal();
        SettingsFixture::type(m_at->named<QLineEdit>("Name"), "Changed");
        m_at->answerWith("Keep editing");
        QVERIFY(!m_at->window->openPage(QStringLiteral("playground")));
        QVERIFY(m_at->asked.contains(QStringLiteral("Save the changes to Local?")));
        QCOMPARE(m_at->window->currentPage(), QStringLiteral("settings"));
        m_at->answerWith("Discard changes");
        QVERIFY(m_at->window->openPage(QStringLiteral("playground")));
        QCOMPARE(m_at->provider("local")->name, QStringLiteral("Local"));
    }

    void testAllTestsEveryEnabledProvider()
    {
        addLocal();
        QVERIFY(m_at->click("Test all"));
        auto *list = m_at->named<QListWidget>("Providers");
        for (const int row : {0, 1})
            QTRY_VERIFY_WITH_TIMEOUT(list->item(row)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("Connected")), 10'000);
        QVERIFY(m_at->shows("Connected in")); // in the form of the chosen one too
        QVERIFY(!form()->isDirty());
    }

    void aPastedKeyLeavesTheClipboardAfterAWhile()
    {
        addLocal();
        QVERIFY(m_at->click("Replace"));
        ClipboardGuard::of(m_at->window.get())->setWait(std::chrono::milliseconds(80));
        QClipboard *clipboard = QGuiApplication::clipboard();
        clipboard->setText(QStringLiteral("test-key-aaaa-0009\n"));
        QTest::keyClick(keyField(), Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(keyField()->text().trimmed(), QStringLiteral("test-key-aaaa-0009"));
        QVERIFY(!clipboard->text().isEmpty());
        QTRY_VERIFY(clipboard->text().isEmpty());
        QTRY_COMPARE(m_at->window->findChild<NoticeStack *>()->count(), 1);
        // What was copied meanwhile stays.
        keyField()->clear();
        clipboard->setText(QStringLiteral("test-key-aaaa-0010"));
        QTest::keyClick(keyField(), Qt::Key_V, Qt::ControlModifier);
        clipboard->setText(QStringLiteral("a shopping list"));
        QTest::qWait(160);
        QCOMPARE(clipboard->text(), QStringLiteral("a shopping list"));
        // At the end at once.
        keyField()->clear();
        clipboard->setText(QStringLiteral("test-key-aaaa-0011"));
        QTest::keyClick(keyField(), Qt::Key_V, Qt::ControlModifier);
        m_at.reset();
        QVERIFY(clipboard->text().isEmpty());
    }

    void aShownKeyCannotBeCopied()
    {
        addLocal();
        QVERIFY(m_at->click("Replace"));
        QGuiApplication::clipboard()->clear();
        QTest::keyClicks(keyField(), QStringLiteral("test-key-aaaa-0012"));
        keyField()->actions().first()->trigger(); // the eye
        QCOMPARE(keyField()->echoMode(), QLineEdit::Normal);
        keyField()->selectAll();
        QTest::keyClick(keyField(), Qt::Key_C, Qt::ControlModifier);
        QTest::keyClick(keyField(), Qt::Key_X, Qt::ControlModifier);
        QVERIFY(QGuiApplication::clipboard()->text().isEmpty());
        QVERIFY(!keyField()->text().isEmpty());
    }

    void modelsCanBeSwitchedOffAddedAndRemoved()
    {
        addLocal();
        QVERIFY(m_at->click("Refresh list"));
        auto table = [this] { return m_at->named<QTableView>("Models and prices"); };
        QTRY_VERIFY_WITH_TIMEOUT(table() && table()->model()->rowCount() == 2, 10'000);
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, table()->visualRect(table()->model()->index(1, 0)).center());
        QVERIFY(m_at->click("Add model"));
        auto *editor = table()->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("my-tune"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(table()->model()->rowCount(), 3);
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->models, (QStringList{QStringLiteral("alpha"), QStringLiteral("beta"), QStringLiteral("my-tune")}));
        QVERIFY(m_at->provider("local")->hiddenModels.size() == 1);
        table()->setCurrentIndex(table()->model()->index(0, 1));
        QTest::keyClick(table(), Qt::Key_Delete);
        QVERIFY(m_at->click("Add model")); // and thinks better of it
        QTest::keyClick(table()->viewport()->findChild<QLineEdit *>(), Qt::Key_Escape);
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->models, (QStringList{QStringLiteral("beta"), QStringLiteral("my-tune")}));
    }

    void extraHeadersAndBodyAreCheckedAsTyped()
    {
        addLocal();
        QVERIFY(m_at->click("Add header"));
        auto *table = m_at->named<QTableWidget>("Extra headers");
        QVERIFY(table);
        auto *editor = table->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("X-Team"));
        QTest::keyClick(editor, Qt::Key_Return);
        table->item(0, 1)->setText(QStringLiteral("search"));
        auto *body = m_at->named<QPlainTextEdit>("Extra body fields");
        body->setFocus();
        QTest::keyClicks(body, QStringLiteral("{\"a\": }"));
        QTRY_VERIFY(m_at->shows("Line 1, column"));
        QVERIFY(m_at->click("Save"));
        QVERIFY(m_at->provider("local")->extraHeaders.isEmpty());
        body->setPlainText(QStringLiteral("{\"a\": 1}"));
        QTRY_VERIFY(m_at->shows("Valid JSON"));
        QVERIFY(m_at->click("Save"));
        QCOMPARE(m_at->provider("local")->extraHeaders, (QList<tollgate::Header>{{"X-Team", "search"}}));
        QCOMPARE(m_at->provider("local")->extraBody, QByteArrayLiteral("{\"a\": 1}"));
    }

    void jsonProblemsNameTheirPlace()
    {
        QVERIFY(!jsonObjectProblem({}));
        QVERIFY(!jsonObjectProblem("{\"a\":[1,2]}"));
        QVERIFY(jsonObjectProblem("{\n \"a\": tru }")->startsWith(QStringLiteral("Line 2")));
        QVERIFY(jsonObjectProblem("[1]")->contains(QStringLiteral("object")));
        QVERIFY(jsonObjectProblem("{\"a\":1,\"a\":2}")->contains(QStringLiteral("twice")));
    }
};

TOLLGATE_TEST(TstProviders)
#include "tst_providers.moc"
