// The keychain in words: what a failed store or read means and what to do.
#pragma once

#include "core/secrets/secretstore.h"

class QWidget;

namespace tollgate::ui {

class Theme;
struct Question;

struct KeychainWords {
    QString title; // "The keychain is locked"
    QString text;
};
KeychainWords wordsForSecret(SecretStatus status, const QString &detail);
// The short line below a key field.
QString keychainLine(KeychainState state);
// "Key locked", for the list of providers; empty while the keychain works.
QString keychainRow(KeychainState state);
// What "How to fix" explains, in steps. A dialog with nothing to decide.
Question keychainHelp(KeychainState state);
void showKeychainHelp(const Theme &theme, KeychainState state, QWidget *parent);

} // namespace tollgate::ui
