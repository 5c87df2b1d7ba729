#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"
#include "core/pricing/pricetable.h"
#include "ui/playground/longtextview.h"
#include "ui/playground/findbar.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/pagebar.h"
#include "ui/playground/parameterspane.h"
#include "ui/playground/playgroundpage.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responseview.h"
#include "ui/playground/resultstrip.h"
#include "ui/playground/variablespane.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"

#include <QApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using tollgate::test::EngineWorld;

class TstPlaygroundPage : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<EngineWorld> m_world;
    std::unique_ptr<QSettings> m_state;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<PlaygroundPage> m_page;

    void open()
    {
        m_page = std::make_unique<PlaygroundPage>(*m_services, nullptr);
        m_page->resize(1364, 874);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    }
    void prompt(const QString &text)
    {
        Message message;
        message.text = text;
        m_page->messages().setMessages({message});
        m_page->messages().focusMessage(0);
    }
    void pressRun(Qt::KeyboardModifiers more = {})
    {
        QTest::keyClick(&m_page->messages().card(0)->edit(), Qt::Key_Return, Qt::ControlModifier | more);
    }
    QString state() const { return m_page->response().stateText(); }
    QString value(ResultStrip::Tile tile) const { return m_page->response().strip().value(tile); }
    Button *button(const QString &text) const
    {
        for (Button *each : m_page->findChildren<Button *>())
            if (each->text() == text && each->isVisible())
                return each;
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }
    void init()
    {
        m_world = std::make_unique<EngineWorld>();
        m_state = std::make_unique<QSettings>(m_world->folder.filePath(QStringLiteral("state.ini")), QSettings::IniFormat);
        m_services.reset(new Services{*m_theme, *m_world->settings, *m_world->engine, *m_world->ledger, *m_state,
                                      [] { return PriceTable::builtIn(); }, {}, {}, {}, {}, {}, false, {}, {}, {}, {}, {}, {}});
        open();
    }
    void cleanup()
    {
        m_page.reset();
        m_services.reset();
        m_state.reset();
        m_world.reset();
    }

    void ctrlEnterStreamsAnAnswerAndTheLedgerHasIt()
    {
        prompt(QStringLiteral("Say hello"));
        pressRun();
        QVERIFY(!m_page->pageBar().run().isEnabled());
        QVERIFY(m_page->pageBar().stop().isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Done"), 20'000);
        QVERIFY(!m_page->response().text().isEmpty());
        QVERIFY(value(ResultStrip::FirstToken) != QStringLiteral("\u2013"));
        QCOMPARE(value(ResultStrip::Attempts), QStringLiteral("1"));
        QTRY_COMPARE(m_page->response().strip().note(ResultStrip::Cache), QStringLiteral("stored"));
        QVERIFY(m_page->pageBar().run().isEnabled());
        const auto row = m_world->row(RequestId{1});
        QVERIFY(row);
        QCOMPARE(row->source, Source::Playground);
        QCOMPARE(row->tags, QStringList({QStringLiteral("playground")}));
    }

    void aSecondRunIsAnsweredFromCacheAndShiftAsksAgain()
    {
        prompt(QStringLiteral("Say it twice"));
        pressRun();
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Done"), 20'000);
        const QString first = m_page->response().text();
        const qsizetype wire = m_world->wire();
        pressRun();
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("From cache"), 20'000);
        QCOMPARE(m_page->response().text(), first);
        QCOMPARE(value(ResultStrip::Cache), QStringLiteral("Hit"));
        QCOMPARE(m_world->wire(), wire);
        pressRun(Qt::ShiftModifier);
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Done"), 20'000);
        QCOMPARE(value(ResultStrip::Cache), QStringLiteral("Refresh"));
        QCOMPARE(m_world->wire(), wire + 1);
    }

    void escapeStopsAndKeepsThePartialText()
    {
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::HangStream;
        step.afterEvents = 6;
        step.ttftMs = 1;
        m_world->script({step});
        prompt(QStringLiteral("Tell me a long story"));
        pressRun();
        QTRY_VERIFY_WITH_TIMEOUT(!m_page->response().text().isEmpty(), 20'000);
        QTest::keyClick(&m_page->messages().card(0)->edit(), Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Stopped"), 20'000);
        QVERIFY(!m_page->response().text().isEmpty());
        QTRY_VERIFY(!m_page->response().markdown().toPlainText().isEmpty());
        QVERIFY(m_page->response().markdown().isVisible());
        QVERIFY(m_page->pageBar().run().isEnabled());
        QVERIFY(!m_page->pageBar().stop().isEnabled());
    }

    void escapeClosesTheFindBarAndThenStops()
    {
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::HangStream;
        step.afterEvents = 6;
        step.ttftMs = 1;
        m_world->script({step});
        prompt(QStringLiteral("Find while it runs"));
        pressRun();
        QTRY_VERIFY_WITH_TIMEOUT(!m_page->response().text().isEmpty(), 20'000);
        QTest::keyClick(&m_page->messages().card(0)->edit(), Qt::Key_F, Qt::ControlModifier);
        auto *bar = m_page->findChild<FindBar *>();
        QVERIFY(bar && bar->isVisible());
        QTest::keyClicks(m_page->focusWidget(), QStringLiteral("word"));
        QTest::keyClick(m_page->focusWidget(), Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
        QVERIFY(m_page->response().isRunning());
        QTest::keyClick(m_page->focusWidget(), Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Stopped"), 20'000);
    }

    void aRetryIsShownWhileItWaits()
    {
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::Status;
        step.status = 429;
        step.headers = {{"Retry-After", "1"}};
        m_world->script({step});
        prompt(QStringLiteral("Try again"));
        pressRun();
        QTRY_VERIFY_WITH_TIMEOUT(m_page->response().noteText().startsWith(QStringLiteral("Attempt 2 of 3, waiting 1")), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Done"), 20'000);
        QCOMPARE(value(ResultStrip::Attempts), QStringLiteral("2"));
        QVERIFY(m_page->response().strip().note(ResultStrip::Attempts).startsWith(QStringLiteral("waited")));
    }

    void aMissingVariableIsNamedAndReached()
    {
        prompt(QStringLiteral("About {{topic_x}}"));
        QVERIFY(!m_page->pageBar().run().isEnabled());
        QVERIFY(m_page->pageBar().run().toolTip().contains(QStringLiteral("Set {{topic_x}} to run")));
        const qsizetype wire = m_world->wire();
        pressRun();
        QCOMPARE(state(), QStringLiteral("Not sent"));
        QCOMPARE(m_world->wire(), wire);
        Button *go = button(QStringLiteral("Go to variable"));
        QVERIFY(go);
        QCOMPARE(m_page->pageBar().run().kind(), ButtonKind::Default);
        QTest::mouseClick(go, Qt::LeftButton);
        QPlainTextEdit *editor = nullptr;
        QTRY_VERIFY((editor = m_page->variables().table().viewport()->findChild<QPlainTextEdit *>()));
        QTest::keyClicks(editor, QStringLiteral("caching"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_VERIFY(m_page->pageBar().run().isEnabled());
    }

    void aRejectedKeyOffersToReplaceIt()
    {
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::Status;
        step.status = 401;
        m_world->script({step});
        prompt(QStringLiteral("Hello"));
        pressRun();
        QTRY_COMPARE_WITH_TIMEOUT(state(), QStringLiteral("Failed, 401"), 20'000);
        QCOMPARE(m_page->pageBar().run().kind(), ButtonKind::Default);
        QCOMPARE(value(ResultStrip::CostTile), QStringLiteral("$0.0000"));
        QSignalSpy settings(m_page.get(), &PlaygroundPage::openProviderSettings);
        Button *replace = button(QStringLiteral("Replace key"));
        QVERIFY(replace);
        QCOMPARE(replace->kind(), ButtonKind::Primary);
        QTest::mouseClick(replace, Qt::LeftButton);
        QTRY_COMPARE(settings.size(), 1);
    }

    void theDraftOutlivesThePage()
    {
        prompt(QStringLiteral("Remember {{me}}"));
        m_page->variables().setValues({{QStringLiteral("me"), QStringLiteral("always")}});
        RunOptions options;
        options.parameters.temperature = 0.25;
        m_page->parameters().setOptions(options);
        m_page->pageBar().setName(QStringLiteral("My prompt"));
        m_page.reset();
        open();
        QCOMPARE(m_page->messages().messages().first().text, QStringLiteral("Remember {{me}}"));
        QCOMPARE(m_page->variables().values().value(QStringLiteral("me")), QStringLiteral("always"));
        QCOMPARE(m_page->parameters().options().parameters.temperature, std::optional(0.25));
        QCOMPARE(m_page->pageBar().name(), QStringLiteral("My prompt"));
    }

    void closingThePageStopsTheRun()
    {
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::Hang;
        m_world->script({step});
        prompt(QStringLiteral("Hang"));
        pressRun();
        QVERIFY(m_page->response().isRunning());
        m_page.reset();
        QTRY_VERIFY_WITH_TIMEOUT(m_world->isAtRest(), 20'000);
    }

    void theEstimateNamesTokensAndCost()
    {
        prompt(QStringLiteral("Estimate this text"));
        QTRY_VERIFY(m_page->pageBar().estimate().startsWith(QStringLiteral("Est. ")));
        QVERIFY(m_page->pageBar().estimate().contains(QStringLiteral(" tokens in, ")));
    }

    void narrowWindowsFoldTheParameters()
    {
        m_page->resize(948, 600);
        QTRY_VERIFY(!m_page->parameters().isVisible());
        QTest::keyClick(&m_page->messages().card(0)->edit(), Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(m_page->parameters().isVisible());
        QCOMPARE(m_page->parameters().geometry().right(), m_page->rect().right());
        QTest::keyClick(m_page->focusWidget(), Qt::Key_Escape);
        QVERIFY(!m_page->parameters().isVisible());
        QVERIFY(m_page->messages().isAncestorOf(m_page->focusWidget()));
        QTest::mouseClick(&m_page->pageBar().parameters(), Qt::LeftButton);
        QVERIFY(m_page->parameters().isVisible());
        QTest::mouseClick(m_page->parameters().firstField(), Qt::LeftButton);
        QVERIFY(m_page->parameters().isVisible());
        QTest::mouseClick(m_page->messages().card(0)->edit().viewport(), Qt::LeftButton); // beside it
        QVERIFY(!m_page->parameters().isVisible());
        m_page->resize(1364, 800);
        QTRY_VERIFY(m_page->parameters().isVisible());
        QVERIFY(m_page->parameters().parentWidget() != m_page.get());
    }

    void aModelsMissingSettingsAreOffAndSaidSo()
    {
        RunOptions options;
        options.parameters.temperature = 0.25;
        options.parameters.seed = 7;
        m_page->parameters().setOptions(options);
        QVERIFY(m_page->parameters().firstField()->isEnabled());
        m_world->edit([](SettingsData &data) {
            data.refusedSettings.append({data.providers.first().id, QStringLiteral("sim-fast"), QStringLiteral("temperature")});
        });
        QTRY_VERIFY(!m_page->parameters().firstField()->isEnabled());
        QVERIFY(m_page->parameters().firstField()->accessibleDescription().contains(QStringLiteral("sim-fast")));
        QVERIFY(!m_page->parameters().accepted().temperature);
        QCOMPARE(m_page->parameters().accepted().seed, std::optional<qint64>(7));
        QCOMPARE(m_page->parameters().options().parameters.temperature, std::optional(0.25)); // kept for the next model
        bool said = false;
        for (const QLabel *label : m_page->parameters().findChildren<QLabel *>())
            said = said || (label->isVisible() && label->text().startsWith(QStringLiteral("Temperature: ")));
        QVERIFY(said);
        prompt(QStringLiteral("Cold"));
        pressRun();
        QTRY_VERIFY(!m_page->response().isRunning());
        QVERIFY(!m_world->simulator.entries().isEmpty());
        m_world->edit([](SettingsData &data) { data.refusedSettings.clear(); });
        QTRY_VERIFY(m_page->parameters().firstField()->isEnabled());
    }

    void formatsAndLevelsFollowTheModel()
    {
        ParametersPane &pane = m_page->parameters();
        ProviderConfig config;
        config.id = config.name = QStringLiteral("a");
        config.type = ProviderType::Anthropic;
        pane.setCapabilities(capabilitiesOf(config, QStringLiteral("claude-sonnet-4-5"), {}), QStringLiteral("claude-sonnet-4-5"), 64'000);
        RunOptions options;
        options.parameters.reasoningEffort = QStringLiteral("xhigh");
        options.parameters.responseFormat = ResponseFormat::JsonObject;
        pane.setOptions(options);
        QCOMPARE(pane.options().parameters.reasoningEffort, QStringLiteral("xhigh"));
        QVERIFY(pane.problem().contains(QStringLiteral("response format")));
        options.parameters.responseFormat = ResponseFormat::Text;
        options.parameters.maxTokens = 64'001;
        pane.setOptions(options);
        QVERIFY(pane.problem().contains(QStringLiteral("64,000")));
        options.parameters.maxTokens = 64'000;
        options.parameters.temperature = 1.5; // Anthropic's ends at 1
        pane.setOptions(options);
        QVERIFY(pane.problem().contains(QStringLiteral("Temperature")));
        options.parameters.temperature = 1;
        pane.setOptions(options);
        QCOMPARE(pane.problem(), QString());
    }
};

TOLLGATE_TEST(TstPlaygroundPage)
#include "tst_playgroundpage.moc"
