#include "tests/support/testmain.h"
#include "ui/playground/draft.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/optionalnumber.h"
#include "ui/playground/parameterspane.h"
#include "ui/playground/variablespane.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;

class TstEditor : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Theme> m_theme;

    static Message message(Role role, const QString &text)
    {
        Message out;
        out.role = role;
        out.text = text;
        return out;
    }
    static QStringList texts(const MessagesPane &pane)
    {
        QStringList out;
        for (const Message &each : pane.messages())
            out.append(each.text);
        return out;
    }

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }

    void messagesMoveByKeyboardAndKeepTheFocus()
    {
        MessagesPane pane(*m_theme, nullptr);
        pane.resize(420, 600);
        pane.show();
        pane.setMessages({message(Role::System, QStringLiteral("s")), message(Role::User, QStringLiteral("u")), message(Role::User, QStringLiteral("v"))});
        QVERIFY(QTest::qWaitForWindowActive(&pane));
        pane.focusMessage(2);
        PromptEdit &edit = pane.card(2)->edit();
        QTest::keyClick(&edit, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(texts(pane), QStringList({QStringLiteral("s"), QStringLiteral("v"), QStringLiteral("u")}));
        QVERIFY(edit.hasFocus());
        QTest::keyClick(&edit, Qt::Key_Down, Qt::AltModifier);
        QTest::keyClick(&edit, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(texts(pane), QStringList({QStringLiteral("s"), QStringLiteral("u"), QStringLiteral("v")}));
    }

    void messagesAreAddedDuplicatedAndDeleted()
    {
        MessagesPane pane(*m_theme, nullptr);
        pane.resize(420, 600);
        pane.show();
        pane.setMessages({message(Role::User, QStringLiteral("one"))});
        QSignalSpy changed(&pane, &MessagesPane::changed);
        pane.focusMessage(0);
        IconButton *duplicate = nullptr;
        IconButton *remove = nullptr;
        for (IconButton *button : pane.card(0)->findChildren<IconButton *>())
            (button->accessibleName().startsWith(QStringLiteral("Duplicate")) ? duplicate : remove) = button;
        QVERIFY(duplicate && remove);
        QVERIFY2(!remove->isEnabled(), "the last message stays");
        QTest::mouseClick(duplicate, Qt::LeftButton);
        QCOMPARE(texts(pane), QStringList({QStringLiteral("one"), QStringLiteral("one")}));
        QTest::keyClicks(&pane.card(1)->edit(), QStringLiteral("!"));
        QVERIFY(changed.size() >= 2);
        QVERIFY(remove->isEnabled());
        remove->click();
        QCOMPARE(texts(pane).size(), 1);
    }

    void aCardGrowsWithItsTextUpToALimit()
    {
        MessagesPane pane(*m_theme, nullptr);
        pane.resize(420, 500);
        pane.show();
        pane.setMessages({message(Role::User, QStringLiteral("x"))});
        PromptEdit &edit = pane.card(0)->edit();
        const int small = edit.height();
        edit.setPlainText(QStringLiteral("x\n").repeated(8));
        QTRY_VERIFY(edit.height() > small + 60);
        edit.setPlainText(QStringLiteral("x\n").repeated(500));
        QTRY_VERIFY(edit.height() <= 310);
    }

    void variablesCountWhatIsSet()
    {
        VariablesPane pane(*m_theme, nullptr);
        pane.resize(400, 200);
        const QAbstractItemModelTester tester(pane.table().model());
        pane.setNames({QStringLiteral("a"), QStringLiteral("b")});
        pane.show();
        QCOMPARE(pane.missingNames(), QStringList({QStringLiteral("a"), QStringLiteral("b")}));
        pane.edit(QStringLiteral("a"));
        auto *editor = pane.table().viewport()->findChild<QPlainTextEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("first"));
        QTest::keyClick(editor, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(editor, QStringLiteral("second"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(pane.values().value(QStringLiteral("a")), QStringLiteral("first\nsecond"));
        QCOMPARE(pane.missingNames(), QStringList({QStringLiteral("b")}));
        pane.setNames({QStringLiteral("b")});
        QVERIFY(!pane.values().contains(QStringLiteral("a")));
        pane.setNames({QStringLiteral("a"), QStringLiteral("b")});
        QVERIFY2(pane.values().contains(QStringLiteral("a")), "a value outlives its name being edited");
    }

    void anOpenEditorIsCommitted()
    {
        VariablesPane pane(*m_theme, nullptr);
        pane.resize(400, 200);
        pane.setNames({QStringLiteral("a")});
        pane.show();
        pane.edit(QStringLiteral("a"));
        QTest::keyClicks(pane.table().viewport()->findChild<QPlainTextEdit *>(), QStringLiteral("v"));
        pane.commit();
        QCOMPARE(pane.values().value(QStringLiteral("a")), QStringLiteral("v"));
    }

    void emptyParametersAreNotSent()
    {
        ParametersPane pane(*m_theme, nullptr);
        QCOMPARE(pane.options(), RunOptions());
        QVERIFY(pane.problem().isEmpty());
    }

    void parametersSurviveADraft()
    {
        Draft draft = sampleDraft();
        draft.name = QStringLiteral("n");
        draft.providerId = QStringLiteral("p");
        draft.model = QStringLiteral("m");
        Parameters &p = draft.options.parameters;
        p.temperature = 0.2;
        p.topP = 0.9;
        p.maxTokens = 1024;
        p.seed = 42;
        p.stop = {QStringLiteral("\n\n###"), QStringLiteral("a\\b")};
        p.reasoningEffort = QStringLiteral("low");
        draft.options.cache = CachePolicy::Bypass;
        draft.options.keepSeconds = 86'400;
        draft.options.stream = false;
        draft.options.timeoutSeconds = 60;
        draft.options.maxAttempts = 4;
        draft.options.tags = {QStringLiteral("a"), QStringLiteral("k=v")};
        ParametersPane pane(*m_theme, nullptr);
        pane.setOptions(draft.options);
        QCOMPARE(pane.options(), draft.options);
        const std::optional<Draft> back = draftFromJson(toJson(draft));
        QVERIFY(back);
        QCOMPARE(back->options, draft.options);
        QCOMPARE(back->messages, draft.messages);
        QCOMPARE(back->variables, draft.variables);
        QCOMPARE(back->model, draft.model);
        QVERIFY(!draftFromJson("{broken"));
        QVERIFY(!draftFromJson("{\"version\":9}"));
    }

    void aWrongNumberIsNamedAndNotUsed()
    {
        OptionalNumber number(0, 2, 0.05, 2, QStringLiteral("Temperature"), nullptr);
        QSignalSpy changed(&number, &OptionalNumber::valueChanged);
        QTest::keyClicks(&number, QStringLiteral("2.4"));
        QVERIFY(!number.isValid());
        QVERIFY(!number.value());
        QVERIFY(number.property("invalid").toBool());
        QCOMPARE(changed.size(), 3);
        number.clear();
        QVERIFY(number.isValid());
        number.setValue(1.0);
        QTest::keyClick(&number, Qt::Key_Up);
        QCOMPARE(number.text(), QStringLiteral("1.05"));
        OptionalNumber count(1, 100'000, 1, 0, QStringLiteral("Max tokens"), nullptr);
        count.setValue(1024);
        QCOMPARE(count.text(), QStringLiteral("1,024"));
        QCOMPARE(count.integer(), std::optional<qint64>(1024));
    }
};

TOLLGATE_TEST(TstEditor)
#include "tst_editor.moc"
