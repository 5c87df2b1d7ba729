#include "tests/support/ui/uitestmain.h"

#include <QApplication>

namespace tollgate::test {

int runUiTests(int argc, char **argv)
{
    QApplication app(argc, argv);
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication::setApplicationName(QStringLiteral("Tollgate"));
    return runTests(argc, argv);
}

} // namespace tollgate::test
