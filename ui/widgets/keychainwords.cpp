#include "ui/widgets/keychainwords.h"

#include "ui/widgets/dialogs.h"

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
    case KeychainState::Locked: return tr("The system keychain is locked. It asks for your password when a key is stored or needed.");
    case KeychainState::Denied: return tr("The system keychain refuses Tollgate. Keys can stay in memory until you quit.");
    case KeychainState::Missing: return tr("The system keychain has no keyring yet. It is made when the first key is stored.");
    case KeychainState::NoService: return tr("No system keychain found. Keys stay in memory until you quit.");
    }
    Q_UNREACHABLE();
}

QString keychainRow(KeychainState state)
{
    switch (state) {
    case KeychainState::Available: return {};
    case KeychainState::Locked: return tr("Key locked");
    case KeychainState::Denied: return tr("Key refused by the keychain");
    case KeychainState::Missing: return tr("No keyring");
    case KeychainState::NoService: return tr("No keychain, key not reachable");
    }
    Q_UNREACHABLE();
}

Question keychainHelp(KeychainState state)
{
    Question help;
    help.iconName = QStringLiteral("key");
    help.safe = tr("Close");
    switch (state) {
    case KeychainState::Available:
        help.title = tr("The keychain works");
        help.text = tr("Keys are stored in the keychain of your desktop and read when a request needs them.");
        break;
    case KeychainState::Locked:
        help.title = tr("Unlock the keychain");
        help.text = tr("Your keys are safe in the keychain, which is locked. Choose Unlock: the desktop asks for the password of your keyring, "
                       "usually the one you log in with. Where it opens at every log-in, its password is the same as yours; the program "
                       "Passwords and Keys can change it. Nothing is overwritten while it is locked.");
        break;
    case KeychainState::Denied:
        help.title = tr("Let Tollgate use the keychain");
        help.text = tr("The keychain is there but refuses this program. Some keychains, such as KWallet and KeePassXC, ask for each program "
                       "and remember the answer: look for Tollgate in the settings of yours and allow it. In a sandbox, the package "
                       "needs leave to talk to org.freedesktop.secrets.");
        break;
    case KeychainState::Missing:
        help.title = tr("Make a keyring");
        help.text = tr("The keychain runs, but has no keyring to store keys in. Store a key: the desktop offers to make one and asks for a "
                       "password. Or make one named Login in the program Passwords and Keys and set it as the default.");
        break;
    case KeychainState::NoService:
        help.title = tr("Install a keychain");
        help.text = tr("Tollgate stores keys in the Secret Service of the desktop and in no file. GNOME Keyring, KWallet 5.97 and newer, and "
                       "KeePassXC provide it. Install one of them, log out and in again. On Debian and Ubuntu:");
        help.mono = QStringLiteral("sudo apt install gnome-keyring libpam-gnome-keyring");
        break;
    }
    return help;
}

void showKeychainHelp(const Theme &theme, KeychainState state, QWidget *parent)
{
    QuestionDialog::ask(theme, keychainHelp(state), parent);
}

} // namespace tollgate::ui
