// Qt Test classes of one folder in one binary: TOLLGATE_TEST(ClassName) at the end of each tst_*.cpp registers the class.
// Run all: tst_core_net. One class: tst_core_net TstHttpClient. One function: tst_core_net TstHttpClient sendsOnce.
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace tollgate::test {

void registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make);
int runTests(int argc, char **argv);

struct Registrar {
    Registrar(const char *name, std::function<std::unique_ptr<QObject>()> make) { registerTest(name, std::move(make)); }
};

} // namespace tollgate::test

#define TOLLGATE_TEST(Class)                                                                                           \
    static const tollgate::test::Registrar registrar##Class(#Class, [] { return std::make_unique<Class>(); });
