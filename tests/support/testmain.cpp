#include "tests/support/testmain.h"

#include <QTest>

#include <cstdio>
#include <map>
#include <string>

namespace tollgate::test {

namespace {
std::map<std::string, std::function<std::unique_ptr<QObject>()>> &registry()
{
    static std::map<std::string, std::function<std::unique_ptr<QObject>()>> classes;
    return classes;
}
} // namespace

void registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make)
{
    registry().emplace(name, std::move(make));
}

int runTests(int argc, char **argv)
{
    // A first argument that names a class selects it; the rest goes to Qt Test.
    std::string only;
    if (argc > 1 && registry().count(argv[1])) {
        only = argv[1];
        argv[1] = argv[0];
        ++argv;
        --argc;
    }
    int failures = 0;
    for (const auto &[name, make] : registry()) {
        if (!only.empty() && name != only)
            continue;
        const std::unique_ptr<QObject> object = make();
        failures += QTest::qExec(object.get(), argc, argv);
    }
    return failures > 125 ? 125 : failures;
}

} // namespace tollgate::test
