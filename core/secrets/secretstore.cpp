#include "core/secrets/secretstore.h"

#include <QCoreApplication>

namespace tollgate {

QString keychainStateName(KeychainState state)
{
    switch (state) {
    case KeychainState::Available: return QStringLiteral("available");
    case KeychainState::Locked: return QStringLiteral("locked");
    case KeychainState::Denied: return QStringLiteral("denied");
    case KeychainState::Missing: return QStringLiteral("missing");
    case KeychainState::NoService: return QStringLiteral("no service");
    }
    return {};
}

QString keychainStateText(KeychainState state)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Keychain", text); };
    switch (state) {
    case KeychainState::Available: return tr("Keys are stored in the system keychain.");
    case KeychainState::Locked: return tr("The keychain is locked. Unlock it with your desktop's keyring tool and try again.");
    case KeychainState::Denied: return tr("The keychain refuses access. Allow Tollgate to use it in your desktop's settings.");
    case KeychainState::Missing: return tr("There is no keyring yet. Make one named Login with your desktop's keyring tool.");
    case KeychainState::NoService:
        return tr("No keychain service is running. Use keys for this session only, or name an environment variable.");
    }
    return {};
}

} // namespace tollgate
