// Errors of the operating system about files, in the same words as the database's.
#pragma once

#include "core/base/error.h"

namespace tollgate {

// `number` is an errno value of an operation on `path`; `doing` becomes the error's first sentence.
Error errnoError(const QString &doing, const QString &path, int number);

} // namespace tollgate
