// An expected failure that is not a request's outcome: what happened, why, and what to do, in the user's language.
#pragma once

#include <QString>

namespace tollgate {

enum class ErrorKind : quint8 {
    Usage,    // bad option, unknown name, value out of range; exit code 2
    Storage,  // disk full, read-only, broken or newer database; exit code 9
    Parse,    // a file or message is not what it should be
    NotFound, // the thing named does not exist
    Secret,   // the keychain is locked, denied, missing or silent; exit code 4
    Busy,     // another process owns it
    Internal, // the operating system refused something unexpectedly
};

struct Error {
    ErrorKind kind = ErrorKind::Internal;
    QString what; // "History is not being saved"
    QString why;  // "The disk is full (0 bytes free)."
    QString fix;  // "Free space or choose another profile folder." May be empty.

    // The three parts as one line of plain text.
    QString text() const;
};

} // namespace tollgate
