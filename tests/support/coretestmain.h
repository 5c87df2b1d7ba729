// main() for a folder of core tests: include it in exactly one tst_*.cpp of the folder, or use main.cpp beside the tests.
#pragma once

#include "tests/support/testmain.h"

#include <QCoreApplication>

#define TOLLGATE_CORE_TEST_MAIN                                                                                        \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        QCoreApplication app(argc, argv);                                                                              \
        return tollgate::test::runTests(argc, argv);                                                                   \
    }
