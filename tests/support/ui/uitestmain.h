// main() for a folder of ui tests, as coretestmain.h for core.
#pragma once

#include "tests/support/testmain.h"

namespace tollgate::test {
int runUiTests(int argc, char **argv); // makes the QApplication with Tollgate's style and runs the registered classes
}

#define TOLLGATE_UI_TEST_MAIN                                                                                          \
    int main(int argc, char **argv) { return tollgate::test::runUiTests(argc, argv); }
