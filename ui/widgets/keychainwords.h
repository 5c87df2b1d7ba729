// The keychain in words: what a failed store or read means and what to do. Pure.
#pragma once

#include "core/secrets/secretstore.h"

namespace tollgate::ui {

struct KeychainWords {
    QString title; // "The keychain is locked"
    QString text;
};
KeychainWords wordsForSecret(SecretStatus status, const QString &detail);
// The short line below a key field.
QString keychainLine(KeychainState state);

} // namespace tollgate::ui
