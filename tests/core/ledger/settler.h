// The child of the kill test: settles without end and tells, after each settle() returned, which request it was.
#pragma once

namespace tollgate::test {

// Writes a byte-for-byte line "i ID" before and "s ID" after each request to standard output. Never returns.
int settleForEver(const char *folder);

} // namespace tollgate::test
