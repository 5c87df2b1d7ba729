#include "tests/core/ledger/settler.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>

#include <cstring>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--settle") == 0)
        return tollgate::test::settleForEver(argv[2]);
    return tollgate::test::runTests(argc, argv);
}
