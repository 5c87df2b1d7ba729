#include "core/engine/providerkey.h"

#include "core/engine/words.h"

namespace tollgate {

namespace {

Failure noKey(QString message)
{
    Failure failure;
    failure.kind = FailureKind::NoKey;
    failure.phase = Phase::Route;
    failure.message = std::move(message);
    return failure;
}

} // namespace

std::optional<Failure> keyProblem(const ProviderConfig &config, const VaultReply &reply)
{
    if (reply.status == SecretStatus::Ok) {
        if (reply.key.isEmpty() || reply.key.isHeaderSafe())
            return {};
        return noKey(engineWords("The key for \"%1\" holds characters that a key cannot have, such as spaces or line breaks. "
                                   "Nothing was sent.")
                           .arg(config.name));
    }
    QString message;
    switch (reply.status) {
    case SecretStatus::Locked:
        message = engineWords("The keychain is locked, so the key for \"%1\" cannot be read.");
        break;
    case SecretStatus::Denied:
        message = engineWords("The keychain denied access to the key for \"%1\".");
        break;
    case SecretStatus::NoService:
        message = engineWords("There is no keychain service, and no key for \"%1\" was given for this session.");
        break;
    case SecretStatus::TimedOut:
        message = engineWords("The keychain did not answer when asked for the key of \"%1\".");
        break;
    case SecretStatus::Failed:
        message = engineWords("The keychain could not read the key for \"%1\".");
        break;
    default:
        message = config.keyEnv.isEmpty()
                      ? engineWords("No key is stored for \"%1\".")
                      : engineWords("The environment variable %2, named for the key of \"%1\", is not set.")
                            .replace(QStringLiteral("%2"), config.keyEnv);
        break;
    }
    message = message.arg(config.name);
    if (!reply.detail.isEmpty())
        message += u' ' + reply.detail;
    return noKey(message);
}

bool resolveSimulator(const Engine::World &world, ProviderConfig &config)
{
    if (config.type != ProviderType::Simulator)
        return true;
    config.baseUrl = world.simulatorUrl ? world.simulatorUrl() : QString();
    return !config.baseUrl.isEmpty();
}

QString credentialId(const ProviderConfig &config, const SecretBytes &key)
{
    QString id = config.credentialName() + u'#';
    if (!key.isEmpty())
        id += QString::fromLatin1(key.fingerprint("cache"));
    return id;
}

QByteArray cacheOrigin(const ProviderConfig &config, const Endpoint &endpoint)
{
    return config.type == ProviderType::Simulator ? QByteArrayLiteral("simulator") : endpoint.origin();
}

} // namespace tollgate
