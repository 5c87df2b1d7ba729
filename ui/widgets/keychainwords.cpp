#include "ui/widgets/keychainwords.h"

#include <QCoreApplication>

namespace tollgate::ui {

namespace {
QString tr(const char *text)
{
    return QCoreApplication::translate("KeychainWords", text);
}
} // namespace

KeychainWords wordsForSecret(SecretStatus status, const QString &detail)
{
    KeychainWords words;
    switch (status) {
    case SecretStatus::Ok: return {};
    case SecretStatus::NotFound: words = {tr("The key was not found"), tr("The keychain has no entry of this name.")}; break;
    case SecretStatus::Locked:
        words = {tr("The keychain is locked"), tr("Unlock your keyring and try again, or use the key until you quit.")};
        break;
    case SecretStatus::Denied:
        words = {tr("The keychain refused"), tr("Allow Tollgate to use your keyring and try again, or use the key until you quit.")};
        break;
    case SecretStatus::NoService:
        words = {tr("No system keychain found"),
                 tr("Keys stay in memory until you quit. To keep them, start GNOME Keyring or KWallet, or read the key from a variable.")};
        break;
    case SecretStatus::TimedOut:
        words = {tr("The keychain did not answer"),
                 tr("It may be waiting for your password in another window. Try again, or use the key until you quit.")};
        break;
    case SecretStatus::Failed:
        words = {tr("The key was not stored"), tr("The keychain reported a problem. Try again, or use the key until you quit.")};
        break;
    }
    if (!detail.isEmpty())
        words.text += QStringLiteral(" (") + detail + u')';
    return words;
}

QString keychainLine(KeychainState state)
{
    switch (state) {
    case KeychainState::Available: return tr("Stored in the system keychain, never in a file.");
    case KeychainState::Locked: return tr("The system keychain is locked. It asks for your password when the key is stored.");
    case KeychainState::Denied: return tr("The system keychain refuses Tollgate. Keys can stay in memory until you quit.");
    case KeychainState::Missing: return tr("The system keychain has no keyring yet. Keys can stay in memory until you quit.");
    case KeychainState::NoService: return tr("No system keychain found. Keys stay in memory until you quit.");
    }
    Q_UNREACHABLE();
}

} // namespace tollgate::ui
