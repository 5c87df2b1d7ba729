#include "tests/e2e/load.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    if (arguments.value(1) == u"--load")
        return tollgate::test::runLoad(arguments.value(2), arguments.value(3), arguments.value(4).toInt(), arguments.value(5).toInt());
    return tollgate::test::runTests(argc, argv);
}
