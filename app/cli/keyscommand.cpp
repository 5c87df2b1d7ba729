// `keys set NAME [--name KEY] | use NAME KEY | delete NAME [--name KEY] | status`: a key comes on standard input and goes to the OS keychain.
#include "app/application.h"
#include "app/cli/commands.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

#include <algorithm>

namespace tollgate::app {

namespace {

constexpr qsizetype longestKey = 16 * 1024;

class KeysCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void set(const ProviderConfig &config, const QString &keyName);
    void use(const ProviderConfig &config, const QString &keyName);
    void remove(const ProviderConfig &config, const QString &keyName);
    void status();
    void failKeychain(const ProviderConfig &config, const QString &what, const SecretReply &reply);
    bool edit(const ProviderConfig &config, const std::function<void(ProviderConfig &)> &change); // fails the command when it is not saved
    void say(const ProviderConfig &config, const QString &keyName, const QString &text);
};

// Nobody means a provider by such a word; it must not be repeated on screen.
bool looksLikeKey(const QString &word)
{
    return word.size() >= 20 && std::any_of(word.begin(), word.end(), [](QChar c) { return c.isDigit(); })
           && std::none_of(word.begin(), word.end(), [](QChar c) { return c.isSpace(); });
}

QStringList keyNames(const ProviderConfig &config)
{
    QStringList names;
    for (const StoredKey &key : config.keys)
        names.append(key.name);
    return names;
}

void KeysCommand::start()
{
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("name"), QString(), QStringLiteral("KEY")});
    // Taken only to be refused: what stands on a command line can be read by every program of this computer.
    parser.addOption({QStringList{QStringLiteral("key"), QStringLiteral("value"), QStringLiteral("api-key")}, QString(), QStringLiteral("KEY")});
    if (!parse(parser, 2, 9))
        return;
    const QStringList words = parser.positionalArguments();
    const QString verb = words.value(1);
    const QString name = words.value(2);
    if (verb == u"status" && words.size() == 2)
        return status();
    if (verb != u"set" && verb != u"use" && verb != u"delete")
        return failUsage(verb == u"status" ? tr("keys status: it takes no argument") : tr("keys %1: use set NAME, use NAME KEY, delete NAME or status").arg(verb));
    const QString exposed = tr("A key on the command line can be read by other programs and stays in the shell's history: give it on standard input, "
                               "and replace this one at the provider");
    if (parser.isSet(QStringLiteral("key")) || (verb != u"use" && words.size() > 3) || words.size() > 4 || looksLikeKey(name) || looksLikeKey(words.value(3)))
        return fail(Error{ErrorKind::Usage, verb == u"set" ? tr("keys set: the key comes on standard input") : tr("keys %1: too many arguments").arg(verb),
                          exposed, {}});
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    const ProviderConfig *config = settings->provider(name);
    if (!config)
        return failUsage(name.isEmpty() ? tr("keys %1: name a provider").arg(verb) : tr("There is no provider \"%1\"").arg(name));
    QString keyName = verb == u"use" ? words.value(3) : parser.value(QStringLiteral("name"));
    if (verb == u"use" && keyName.isEmpty())
        return failUsage(tr("keys use: name the key. Known: %1").arg(keyNames(*config).join(QStringLiteral(", "))));
    if (keyName.isEmpty() && !parser.isSet(QStringLiteral("name")))
        keyName = config->keyName;
    if (const std::optional<QString> problem = keyNameProblem(keyName))
        return failUsage(*problem);
    verb == u"set" ? set(*config, keyName) : verb == u"use" ? use(*config, keyName) : remove(*config, keyName);
}

void KeysCommand::set(const ProviderConfig &config, const QString &keyName)
{
    QByteArrayView input(m_invocation.input);
    // One line's end is the shell's and not the key's.
    if (input.endsWith('\n'))
        input.chop(input.endsWith("\r\n") ? 2 : 1);
    const SecretBytes key(input);
    if (key.isEmpty())
        return failUsage(tr("keys set: no key came on standard input"));
    if (input.size() > longestKey)
        return failUsage(tr("keys set: what came on standard input is longer than 16 KiB"));
    if (!key.isHeaderSafe())
        return failUsage(tr("keys set: the key has a line break, a space or another character that a key cannot have"));
    m_app.vault().store(config.credentialName(keyName), key, [this, config, keyName, last = key.lastFour()](const SecretReply &reply) {
        if (reply.status != SecretStatus::Ok)
            return failKeychain(config, tr("The key of %1 was not stored").arg(config.name), reply);
        const bool saved = edit(config, [&](ProviderConfig &provider) {
            // The only key is the one that is meant.
            if (provider.keys.isEmpty())
                provider.keyName = keyName;
            provider.setKey(keyName, last);
        });
        if (!saved)
            return;
        if (!config.keyEnv.isEmpty())
            note(tr("%1 still takes its key from the variable %2. To use the stored one: tollgate-cli providers set \"%1\" --key-env ''").arg(config.name, config.keyEnv));
        say(config, keyName, tr("Stored the key \"%1\" of %2 in the system keychain.").arg(keyName, config.name));
    });
}

void KeysCommand::use(const ProviderConfig &config, const QString &keyName)
{
    if (!config.storedKey(keyName)) {
        return failUsage(config.keys.isEmpty() ? tr("%1 has no stored key. Store one: tollgate-cli keys set \"%1\"").arg(config.name)
                                               : tr("%1 has no key named \"%2\". Known: %3").arg(config.name, keyName, keyNames(config).join(QStringLiteral(", "))));
    }
    if (edit(config, [&keyName](ProviderConfig &provider) { provider.keyName = keyName; }))
        say(config, keyName, tr("%1 now uses the key \"%2\".").arg(config.name, keyName));
}

void KeysCommand::remove(const ProviderConfig &config, const QString &keyName)
{
    m_app.vault().forget(config.credentialName(keyName), [this, config, keyName](const SecretReply &reply) {
        if (reply.status != SecretStatus::Ok)
            return failKeychain(config, tr("The key of %1 was not deleted").arg(config.name), reply);
        if (edit(config, [&keyName](ProviderConfig &provider) { provider.forgetKey(keyName); }))
            say(config, keyName, tr("Deleted the key \"%1\" of %2.").arg(keyName, config.name));
    });
}

void KeysCommand::failKeychain(const ProviderConfig &config, const QString &what, const SecretReply &reply)
{
    const bool out = reply.status == SecretStatus::NoService || reply.status == SecretStatus::Denied || reply.status == SecretStatus::Locked;
    fail(Error{ErrorKind::Secret, what, reply.detail,
               out ? tr("Without the keychain, let %1 take its key from a variable: tollgate-cli providers set \"%1\" --key-env VARIABLE").arg(config.name)
                   : QString()});
}

bool KeysCommand::edit(const ProviderConfig &config, const std::function<void(ProviderConfig &)> &change)
{
    const Result<void> saved = m_app.settings().update([&](SettingsData &data) {
        for (ProviderConfig &provider : data.providers) {
            if (provider.id == config.id)
                change(provider);
        }
    });
    if (!saved)
        fail(saved.error());
    return saved.ok();
}

void KeysCommand::say(const ProviderConfig &config, const QString &keyName, const QString &text)
{
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    const ProviderConfig *now = settings->provider(config.name);
    const StoredKey *key = now ? now->storedKey(keyName) : nullptr;
    if (json()) {
        object([&](JsonWriter &writer) {
            writer.member("name", config.name).member("key_name", keyName);
            writer.member("key_last_four", key && !key->lastFour.isEmpty() ? std::optional(key->lastFour) : std::nullopt);
            writer.member("stored", key != nullptr).member("active", now && now->keyName == keyName);
        });
    } else {
        note(text);
    }
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
                    writer.member("key_last_four", config.activeLastFour().isEmpty() ? std::nullopt : std::optional(config.activeLastFour()));
                    writeKeys(writer, config);
                    writer.endObject();
                }
                writer.endArray();
            });
            return finish(ExitDone);
        }
        line(tr("Keychain: %1. %2").arg(keychainStateName(state), keychainStateText(state)));
        for (const ProviderConfig &config : settings->providers) {
            QStringList keys;
            for (const StoredKey &key : config.keys) {
                const QString shown = key.lastFour.isEmpty() ? key.name : tr("%1 ending in %2").arg(key.name, key.lastFour);
                keys.append(key.name == config.keyName && config.keyEnv.isEmpty() ? tr("%1 (in use)").arg(shown) : shown);
            }
            if (!config.keyEnv.isEmpty())
                keys.prepend(tr("variable %1 (in use)").arg(config.keyEnv));
            else if (keys.isEmpty())
                keys.append(config.needsKey ? tr("no key yet") : tr("no key needed"));
            line(QStringLiteral("%1: %2").arg(config.name, keys.join(QStringLiteral(", "))));
        }
        finish(ExitDone);
    });
}

} // namespace

void writeKeys(JsonWriter &writer, const ProviderConfig &config)
{
    writer.member("key_name", config.keyName);
    writer.key("keys").beginArray();
    for (const StoredKey &key : config.keys) {
        writer.beginObject().member("name", key.name).member("last_four", key.lastFour.isEmpty() ? std::nullopt : std::optional(key.lastFour));
        writer.member("active", key.name == config.keyName).endObject();
    }
    writer.endArray();
}

constinit const CommandInfo keysCommand = {
    "keys", "set NAME [--name KEY] | use NAME KEY | delete NAME [--name KEY] | status",
    "API keys in the OS keychain, several per provider; set reads the key from standard input",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<KeysCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
