// A process under load for the crash tests: opens a profile, keeps `parallel` requests in flight, and prints "ID" for every one that
// was acknowledged.
#pragma once

#include <QString>

namespace tollgate::test {

// The body of `tst_e2e --load PROFILE PROVIDER COUNT PARALLEL`.
int runLoad(const QString &profile, const QString &provider, int count, int parallel);

} // namespace tollgate::test
