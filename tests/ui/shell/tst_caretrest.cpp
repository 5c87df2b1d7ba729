#include "ui/shell/caretrest.h"

#include "tests/support/testmain.h"

#include <QApplication>
#include <QLineEdit>
#include <QTest>

using namespace tollgate::ui;

class TstCaretRest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void restsWhenNothingIsTypedAndWakesOnAKey()
    {
        const int before = QApplication::cursorFlashTime();
        QVERIFY(before > 0);
        QLineEdit edit;
        edit.show();
        {
            CaretRest rest(nullptr, std::chrono::milliseconds(1));
            QTRY_VERIFY(rest.isResting());
            QCOMPARE(QApplication::cursorFlashTime(), 0);
            QTest::keyClick(&edit, Qt::Key_A);
            QVERIFY(!rest.isResting());
            QCOMPARE(QApplication::cursorFlashTime(), before);
            QTRY_VERIFY(rest.isResting());
        }
        QCOMPARE(QApplication::cursorFlashTime(), before);
    }

    void standsStillForThoseWhoAskedForLessMotion()
    {
        const int before = QApplication::cursorFlashTime();
        QLineEdit edit;
        edit.show();
        {
            CaretRest rest(nullptr);
            rest.setBlinking(false);
            QCOMPARE(QApplication::cursorFlashTime(), 0);
            QTest::keyClick(&edit, Qt::Key_A);
            QCOMPARE(QApplication::cursorFlashTime(), 0);
            rest.setBlinking(true);
            QCOMPARE(QApplication::cursorFlashTime(), before);
            rest.setBlinking(false);
        }
        QCOMPARE(QApplication::cursorFlashTime(), before);
    }
};

TOLLGATE_TEST(TstCaretRest)
#include "tst_caretrest.moc"
