#include "core/chat/templates.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

class TstTemplates : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsVariables_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("names");
        const auto row = [](const char *text, const QStringList &names) {
            QTest::newRow(text) << QString::fromUtf8(text) << names;
        };
        const QString x = QStringLiteral("x");
        row("{{x}}", {x});
        row("a {{ x }} b {{y_1}}", {x, QStringLiteral("y_1")});
        row("{{_a9}}", {QStringLiteral("_a9")});
        row("{{x}}{{x}}", {x, x});
        row("{{{x}}}", {x});
        row("{{9x}} {{}} {{ }} {{x y}} {{x-y}} {{x", {});
        row("{ {x}} {{x} }", {});
        row("\\{{x}}", {});
        row("\\\\{{x}}", {}); // the backslash before the braces decides
        row("{{\xc3\xa9}}", {});
        row("{{x\n}}", {});
        row("{{{{x}}", {x});
        row("{{", {});
        row("", {});
    }
    void findsVariables()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, names);
        QStringList found;
        for (const VariableUse &use : variablesIn(text)) {
            found.append(use.name);
            const QString spelled = text.mid(use.start, use.length);
            QVERIFY(spelled.startsWith(u"{{") && spelled.endsWith(u"}}") && spelled.contains(use.name));
        }
        QCOMPARE(found, names);
    }

    void namesAreDistinctAndInOrder()
    {
        QCOMPARE(variableNames({QStringLiteral("{{b}} {{a}}"), QStringLiteral("{{a}} {{c}}")}),
                 (QStringList{QStringLiteral("b"), QStringLiteral("a"), QStringLiteral("c")}));
    }

    void fillsAndReportsMissing()
    {
        QStringList missing;
        const QString filled = fillTemplate(u"Hi {{ name }}, {{x}} and {{x}} \\{{name}} {{{name}}}",
                                            {{QStringLiteral("name"), QStringLiteral("{{x}}\\{{")}}, &missing);
        QCOMPARE(filled, QStringLiteral("Hi {{x}}\\{{, {{x}} and {{x}} {{name}} {{{x}}\\{{}"));
        QCOMPARE(missing, QStringList{QStringLiteral("x")});
    }

    void emptyValuesAreValues()
    {
        QStringList missing;
        QCOMPARE(fillTemplate(u"[{{x}}]", {{QStringLiteral("x"), QString()}}, &missing), QStringLiteral("[]"));
        QVERIFY(missing.isEmpty());
        QCOMPARE(fillTemplate(u"no variables", {}), QStringLiteral("no variables"));
    }

    void isLinear()
    {
        const QString braces = QStringLiteral("{{ ").repeated(200'000);
        QVERIFY(variablesIn(braces).isEmpty());
        QVERIFY(variablesIn(QString(400'000, u'{')).isEmpty());
    }
};

TOLLGATE_TEST(TstTemplates)
#include "tst_templates.moc"
