#include "tests/support/testmain.h"
#include "ui/playground/longtextview.h"
#include "ui/playground/modelpicker.h"
#include "ui/playground/phasebar.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responseview.h"
#include "ui/playground/resultstrip.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"

#include <QApplication>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;

namespace {

Delta textDelta(const QString &text)
{
    return Delta{Delta::Kind::Text, text, 0, {}, {}};
}

Outcome goodOutcome(const QString &text)
{
    Outcome outcome;
    outcome.completion.text = text;
    outcome.completion.complete = true;
    RequestRecord &record = outcome.record;
    record.streamed = true;
    record.cacheLookedUp = 1'000'000;
    record.firstContent = 412'000'000;
    record.settled = 1'840'000'000;
    record.usage.present = true;
    record.usage.uncachedInput = 236;
    record.usage.visibleOutput = 148;
    record.usage.reasoning = 64;
    record.cost.state = CostState::Priced;
    record.cost.amount = Money::fromNanoUsd(600'000);
    AttemptRecord attempt;
    attempt.stamps.permitted = 2'000'000;
    attempt.stamps.connectStart = 2'000'000;
    attempt.stamps.tlsDone = 50'000'000;
    attempt.stamps.sent = 51'000'000;
    attempt.stamps.firstContent = 412'000'000;
    attempt.stamps.lastByte = 1'839'000'000;
    attempt.stamps.ended = 1'839'000'000;
    record.attempts = {attempt};
    return outcome;
}

} // namespace

class TstResponseView : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<ResponseView> m_view;

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }
    void init()
    {
        m_view = std::make_unique<ResponseView>(*m_theme, nullptr);
        m_view->resize(520, 640);
        m_view->show();
    }
    void cleanup() { m_view.reset(); }

    void streamsThenShowsFigures()
    {
        m_view->begin();
        QCOMPARE(m_view->stateText(), QStringLiteral("Waiting"));
        m_view->add({textDelta(QStringLiteral("Hello **wor"))});
        QCOMPARE(m_view->stateText(), QStringLiteral("Streaming"));
        m_view->add({textDelta(QStringLiteral("ld**"))});
        QTRY_COMPARE(m_view->markdown().toPlainText(), QStringLiteral("Hello world"));
        m_view->finish(goodOutcome(QStringLiteral("Hello **world**")), {});
        QCOMPARE(m_view->stateText(), QStringLiteral("Done"));
        QCOMPARE(m_view->strip().value(ResultStrip::FirstToken), QStringLiteral("412 ms"));
        QCOMPARE(m_view->strip().value(ResultStrip::Total), QStringLiteral("1.84 s"));
        QCOMPARE(m_view->strip().value(ResultStrip::Output), QStringLiteral("212"));
        QCOMPARE(m_view->strip().note(ResultStrip::Output), QStringLiteral("64 reasoning"));
        QCOMPARE(m_view->strip().value(ResultStrip::CostTile), QStringLiteral("$0.0006"));
        QCOMPARE(m_view->strip().note(ResultStrip::CostTile), QStringLiteral("$0.60 per 1k"));
        QCOMPARE(m_view->strip().note(ResultStrip::Attempts), QStringLiteral("no retry"));
        QCOMPARE(m_view->phaseBar().leftText(), QStringLiteral("412 ms to first token"));
        QVERIFY(m_view->phaseBar().rightText().endsWith(QStringLiteral("done at 1.84 s")));
    }

    void anAnswerThatDidNotStreamIsShown()
    {
        m_view->begin();
        m_view->finish(goodOutcome(QStringLiteral("whole")), {});
        QTRY_COMPARE(m_view->markdown().toPlainText(), QStringLiteral("whole"));
    }

    void retriesAreVisible()
    {
        m_view->begin();
        RetryNotice notice;
        notice.attempt = 1;
        notice.failure.kind = FailureKind::RateLimited;
        notice.failure.httpStatus = 429;
        notice.failure.message = QStringLiteral("Rate limit reached");
        notice.delay = std::chrono::milliseconds(800);
        m_view->retry(notice, 3);
        QCOMPARE(m_view->noteText(), QStringLiteral("Attempt 2 of 3, waiting 800 ms: 429 Rate limit reached"));
        m_view->enter(CallState::Sending);
        QVERIFY(m_view->noteText().isEmpty());
    }

    void aFailureKeepsThePartialText()
    {
        m_view->begin();
        m_view->add({textDelta(QStringLiteral("part"))});
        Outcome outcome = goodOutcome(QStringLiteral("part"));
        outcome.completion.complete = false;
        outcome.failure = Failure{};
        outcome.failure->kind = FailureKind::Incomplete;
        FailureContext context;
        context.provider = QStringLiteral("Mistral");
        m_view->finish(outcome, wordsFor(outcome, context));
        QVERIFY(m_view->findChild<ErrorBlock *>()->isVisible());
        QTRY_COMPARE(m_view->markdown().toPlainText(), QStringLiteral("part"));
        QVERIFY(m_view->markdown().isVisible());
        QVERIFY(m_view->hasErrorAction());
        m_view->begin();
        QVERIFY(!m_view->findChild<ErrorBlock *>()->isVisible());
    }

    void reasoningIsFoldedAboveTheAnswer()
    {
        m_view->begin();
        m_view->add({Delta{Delta::Kind::Reasoning, QStringLiteral("let me think"), 0, {}, {}}, textDelta(QStringLiteral("answer"))});
        m_view->finish(goodOutcome(QStringLiteral("answer")), {});
        Button *toggle = nullptr;
        for (Button *button : m_view->findChildren<Button *>())
            if (button->text().startsWith(QStringLiteral("Reasoning")))
                toggle = button;
        QVERIFY(toggle && toggle->isVisible());
        QVERIFY(!m_view->text().contains(QStringLiteral("think")));
        QTest::mouseClick(toggle, Qt::LeftButton);
        bool shown = false;
        for (LongTextView *view : m_view->findChildren<LongTextView *>())
            shown = shown || (view->isVisible() && view->toPlainText() == u"let me think");
        QVERIFY(shown);
    }

    void viewsShowTheSameAnswer()
    {
        m_view->begin();
        m_view->add({textDelta(QStringLiteral("**x**"))});
        m_view->finish(goodOutcome(QStringLiteral("**x**")), {});
        m_view->setView(ResponseView::Plain);
        QTRY_COMPARE(m_view->plain().toPlainText(), QStringLiteral("**x**"));
        m_view->setView(ResponseView::Json);
        LongTextView *json = nullptr;
        for (LongTextView *view : m_view->findChildren<LongTextView *>())
            if (view->isVisible())
                json = view;
        QVERIFY(json);
        QTRY_VERIFY(json->text().contains(QStringLiteral("\"text\": \"**x**\"")));
    }

    void aLongAnswerStreamsAsPlainTextAndIsMarkdownOnDemand()
    {
        m_view->begin();
        const QString line = QStringLiteral("A line of **text** that is repeated very often.\n\n");
        QString whole;
        while (whole.size() < ResponseView::markdownLimit + 100'000) {
            m_view->add({textDelta(line.repeated(100))});
            whole += line.repeated(100);
            QCoreApplication::processEvents();
        }
        m_view->add({textDelta(QStringLiteral("end"))});
        whole += QStringLiteral("end");
        m_view->finish(goodOutcome(whole), {});
        QCOMPARE(m_view->view(), ResponseView::Plain);
        QTRY_VERIFY(!m_view->plain().isBehind());
        QCOMPARE(m_view->plain().text(), whole);
        m_view->setView(ResponseView::Markdown);
        QTRY_VERIFY_WITH_TIMEOUT(!m_view->markdown().isBehind(), 30'000);
        QVERIFY(m_view->markdown().toPlainText().endsWith(QStringLiteral("end")));
        QVERIFY(!m_view->markdown().toPlainText().contains(QStringLiteral("**")));
    }

    void scrollsWithTheTextUnlessTheUserScrolledUp()
    {
        m_view->setView(ResponseView::Plain);
        m_view->begin();
        const QString lines = QStringLiteral("line\n").repeated(200);
        m_view->add({textDelta(lines)});
        QScrollBar *bar = m_view->plain().verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 100 && bar->value() == bar->maximum());
        bar->setValue(10);
        m_view->add({textDelta(lines)});
        QTRY_VERIFY(bar->maximum() > 300);
        QCOMPARE(bar->value(), 10);
        Button *jump = nullptr;
        for (Button *button : m_view->findChildren<Button *>())
            if (button->text() == u"Jump to end")
                jump = button;
        QVERIFY(jump && jump->isVisible());
        QTest::mouseClick(jump, Qt::LeftButton);
        QCOMPARE(bar->value(), bar->maximum());
        QVERIFY(!jump->isVisible());
    }

    void findSelectsTheText()
    {
        m_view->begin();
        m_view->add({textDelta(QStringLiteral("alpha beta gamma beta"))});
        m_view->finish(goodOutcome(QStringLiteral("alpha beta gamma beta")), {});
        QTRY_VERIFY(!m_view->markdown().toPlainText().isEmpty());
        m_view->openFind();
        auto *field = m_view->findChild<QLineEdit *>();
        QVERIFY(field && field->isVisible());
        QTest::keyClicks(field, QStringLiteral("beta"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(m_view->markdown().textCursor().selectedText(), QStringLiteral("beta"));
        const int first = m_view->markdown().textCursor().selectionStart();
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(m_view->markdown().textCursor().selectionStart() != first);
    }

    void theModelIsChosenByKeyboard()
    {
        ModelPicker &picker = m_view->picker();
        const ModelChoice one{QStringLiteral("openai"), QStringLiteral("OpenAI"), QStringLiteral("gpt-5-mini")};
        const ModelChoice two{QStringLiteral("mistral"), QStringLiteral("Mistral"), QStringLiteral("mistral-large")};
        picker.setChoices({one, two});
        picker.setCurrent(one);
        QSignalSpy chosen(&picker, &ModelPicker::chosen);
        picker.setFocus();
        QTest::keyClick(&picker, Qt::Key_Down);
        auto *popup = picker.findChild<ModelPopup *>();
        QVERIFY(popup && popup->isVisible());
        QWidget *field = popup->focusWidget();
        QTest::keyClicks(field, QStringLiteral("large"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(picker.current(), two);
        picker.openList();
        QTest::keyClicks(popup->focusWidget(), QStringLiteral("my-model"));
        QTest::keyClick(popup->focusWidget(), Qt::Key_Return);
        QCOMPARE(picker.current().model, QStringLiteral("my-model"));
        QVERIFY(picker.current().isValid());
    }
};

TOLLGATE_TEST(TstResponseView)
#include "tst_responseview.moc"
