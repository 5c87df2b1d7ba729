// `keys set NAME | delete NAME | status`: the key comes on standard input and goes to the OS keychain.
#include "app/application.h"
#include "app/cli/commands.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

namespace tollgate::app {

namespace {

class KeysCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void set(const ProviderConfig &config);
    void remove(const ProviderConfig &config);
    void status();
    void answer(const ProviderConfig &config, const SecretReply &reply, const QString &lastFour, const QString &done);
};

void KeysCommand::start()
{
    QCommandLineParser parser;
    if (!parse(parser, 2, 3))
        return;
    const QString verb = parser.positionalArguments().value(1);
    if (verb == u"status")
        return status();
    if (verb != u"set" && verb != u"delete")
        return failUsage(tr("keys %1: use set NAME, delete NAME or status").arg(verb));
    const QString name = parser.positionalArguments().value(2);
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    const ProviderConfig *config = settings->provider(name);
    if (!config)
        return failUsage(name.isEmpty() ? tr("keys %1: name a provider").arg(verb) : tr("There is no provider \"%1\"").arg(name));
    verb == u"set" ? set(*config) : remove(*config);
}

void KeysCommand::set(const ProviderConfig &config)
{
    QByteArray input = m_invocation.input;
    const SecretBytes key(QByteArrayView(input).trimmed());
    wipe(input);
    if (key.isEmpty())
        return failUsage(tr("keys set: no key came on standard input"));
    if (!key.isHeaderSafe())
        return failUsage(tr("keys set: the key has a line break, a space or a character outside ASCII"));
    m_app.vault().store(config.credentialName(), key, [this, config, last = key.lastFour()](const SecretReply &reply) {
        answer(config, reply, last, tr("Stored the key of %1 in the system keychain.").arg(config.name));
    });
}

void KeysCommand::remove(const ProviderConfig &config)
{
    m_app.vault().forget(config.credentialName(), [this, config](const SecretReply &reply) {
        answer(config, reply, {}, tr("Deleted the key of %1.").arg(config.name));
    });
}

void KeysCommand::answer(const ProviderConfig &config, const SecretReply &reply, const QString &lastFour, const QString &done)
{
    if (reply.status != SecretStatus::Ok) {
        const KeychainState state = reply.status == SecretStatus::Locked   ? KeychainState::Locked
                                    : reply.status == SecretStatus::Denied ? KeychainState::Denied
                                                                           : KeychainState::NoService;
        return fail(Error{ErrorKind::Secret, tr("The keychain did not do it"), reply.detail, keychainStateText(state)});
    }
    const Result<void> saved = m_app.settings().update([&](SettingsData &data) {
        for (ProviderConfig &provider : data.providers) {
            if (provider.id == config.id)
                provider.lastFour = lastFour;
        }
    });
    if (!saved)
        return fail(saved.error());
    if (json())
        object([&](JsonWriter &writer) {
            writer.member("name", config.name).member("key_last_four", lastFour.isEmpty() ? std::nullopt : std::optional(lastFour));
        });
    else
        note(done);
    finish(ExitDone);
}

void KeysCommand::status()
{
    m_app.vault().secretStore().probe([this](KeychainState state) {
        const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
        if (json()) {
            object([&](JsonWriter &writer) {
                writer.member("keychain", keychainStateName(state));
                writer.key("providers").beginArray();
                for (const ProviderConfig &config : settings->providers) {
                    writer.beginObject().member("name", config.name);
                    writer.member("key_env", config.keyEnv.isEmpty() ? std::nullopt : std::optional(config.keyEnv));
                    writer.member("key_last_four", config.lastFour.isEmpty() ? std::nullopt : std::optional(config.lastFour)).endObject();
                }
                writer.endArray();
            });
        } else {
            line(tr("Keychain: %1. %2").arg(keychainStateName(state), keychainStateText(state)));
            for (const ProviderConfig &config : settings->providers) {
                line(QStringLiteral("%1: %2").arg(config.name, !config.keyEnv.isEmpty()     ? tr("variable %1").arg(config.keyEnv)
                                                                : !config.lastFour.isEmpty() ? tr("key ending in %1").arg(config.lastFour)
                                                                : config.needsKey            ? tr("no key yet")
                                                                                             : tr("no key needed")));
            }
        }
        finish(ExitDone);
    });
}

} // namespace

constinit const CommandInfo keysCommand = {
    "keys", "set NAME | delete NAME | status", "API keys in the OS keychain; set reads the key from standard input",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<KeysCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
