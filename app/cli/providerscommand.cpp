// `providers list | add | set | remove | test | models`.
#include "app/application.h"
#include "app/cli/commands.h"
#include "app/cli/outcomejson.h"
#include "core/async/worker.h"
#include "core/engine/engine.h"
#include "core/providers/catalog.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

#include <QDateTime>
#include <QFile>

namespace tollgate::app {

namespace {

class ProvidersCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void list();
    void add(const QCommandLineParser &parser);
    void set(const QCommandLineParser &parser);
    void remove(const QString &name);
    void test(const QString &name, bool models);
    std::optional<ProviderConfig> find(const QString &name); // fails the command when unknown
    Result<void> apply(ProviderConfig &config, const QCommandLineParser &parser) const;
    void save(const ProviderConfig &config, bool isNew);
};

const char *const valueOptions[] = {"type",       "base-url",   "key-env",           "default-model",        "header",         "ca",
                                    "proxy",      "api-version", "deployment",        "name",                 "parallel",       "key-header",
                                    "extra-body", "memory-mib", "price-per-million", "price-per-gb-second", "price-per-call"};

void ProvidersCommand::start()
{
    QCommandLineParser parser;
    for (const char *name : valueOptions)
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    parser.addOption({QStringLiteral("no-key"), QString()});
    parser.addOption({QStringLiteral("enable"), QString()});
    parser.addOption({QStringLiteral("disable"), QString()});
    if (!parse(parser, 2, 3))
        return;
    const QString verb = parser.positionalArguments().value(1);
    const QString name = parser.positionalArguments().value(2);
    if (verb != u"list" && name.isEmpty())
        return failUsage(tr("providers %1: name a provider").arg(verb));
    if (verb == u"list")
        list();
    else if (verb == u"add")
        add(parser);
    else if (verb == u"set")
        set(parser);
    else if (verb == u"remove")
        remove(name);
    else if (verb == u"test" || verb == u"models")
        test(name, verb == u"models");
    else
        failUsage(tr("providers %1: use list, add, set, remove, test or models").arg(verb));
}

QString keyText(const ProviderConfig &config)
{
    if (!config.keyEnv.isEmpty())
        return QStringLiteral("env:") + config.keyEnv;
    if (config.hasStoredKey() && config.keys.size() > 1)
        return QCoreApplication::translate("Providers", "keychain, %1 of %2 keys").arg(config.keyName).arg(config.keys.size());
    if (config.hasStoredKey())
        return config.activeLastFour().isEmpty() ? QStringLiteral("keychain") : QStringLiteral("keychain, ends in ") + config.activeLastFour();
    return config.needsKey ? QCoreApplication::translate("Providers", "no key yet") : QCoreApplication::translate("Providers", "none needed");
}

std::optional<QString> given(const QString &text) { return text.isEmpty() ? std::nullopt : std::optional(text); }

// Values of extra headers are not listed: they may be somebody's token all the same.
void writeOptions(JsonWriter &writer, const ProviderConfig &config)
{
    writer.member("needs_key", config.needsKey).member("key_header", given(config.keyHeader));
    writer.member("proxy", given(config.proxy)).member("ca", given(config.caFile));
    writer.member("api_version", given(config.apiVersion)).member("deployment", given(config.deployment));
    writer.member("parallel", config.maxParallel);
    writer.key("headers").beginArray();
    for (const Header &header : config.extraHeaders)
        writer.value(QString::fromLatin1(header.name));
    writer.endArray();
    writer.key("extra_body");
    config.extraBody.isEmpty() ? writer.null() : writer.raw(config.extraBody);
    const FunctionPrice &price = config.functionPrice;
    writer.key("function_price").beginObject();
    writer.member("usd_per_million_tokens", given(price.usdPerMillionTokens)).member("usd_per_gb_second", given(price.usdPerGbSecond));
    writer.member("usd_per_call", given(price.usdPerCall)).member("memory_mib", price.memoryMib > 0 ? std::optional(price.memoryMib) : std::nullopt);
    writer.endObject();
}

// "--parallel 8": a whole number; an empty text is `cleared`.
Result<void> readNumber(const QCommandLineParser &parser, const char *name, int cleared, int &field)
{
    const QString option = QString::fromLatin1(name);
    if (!parser.isSet(option))
        return {};
    bool ok = true;
    const QString text = parser.value(option);
    const int number = text.isEmpty() ? cleared : text.toInt(&ok);
    if (!ok)
        return Error{ErrorKind::Usage, ProvidersCommand::tr("--%1 %2").arg(option, text), ProvidersCommand::tr("It must be a whole number"), {}};
    field = number;
    return {};
}

// JSON text, or @FILE that holds it.
Result<QByteArray> readBody(const QString &text, const Invocation &invocation)
{
    if (!text.startsWith(u'@'))
        return text.trimmed().toUtf8();
    QFile file(invocation.resolve(text.mid(1)));
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Usage, ProvidersCommand::tr("--extra-body %1").arg(text), file.errorString(), {}};
    return file.read(1 << 20).trimmed();
}

void ProvidersCommand::list()
{
    QList<QStringList> rows;
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    for (const ProviderConfig &config : settings->providers) {
        const QString url = config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl;
        if (!json()) {
            rows.append({config.name, providerTypeName(config.type), url, keyText(config), config.defaultModel,
                         config.enabled ? tr("yes") : tr("no")});
            continue;
        }
        object([&](JsonWriter &writer) {
            writer.member("name", config.name);
            writer.member("id", config.id);
            writer.member("type", providerTypeName(config.type));
            writer.member("base_url", url);
            writer.member("key", !config.keyEnv.isEmpty() ? QStringLiteral("env") : config.hasStoredKey() ? QStringLiteral("keychain") : QStringLiteral("none"));
            writer.member("key_env", config.keyEnv.isEmpty() ? std::nullopt : std::optional(config.keyEnv));
            writer.member("key_last_four", config.activeLastFour().isEmpty() ? std::nullopt : std::optional(config.activeLastFour()));
            writer.member("default_model", config.defaultModel.isEmpty() ? std::nullopt : std::optional(config.defaultModel));
            writer.member("enabled", config.enabled);
            writeKeys(writer, config);
            writeOptions(writer, config);
        });
    }
    if (!json() && rows.isEmpty())
        note(tr("There is no provider yet. Add one: tollgate-cli providers add NAME --type TYPE"));
    else if (!json())
        line(textTable({tr("NAME"), tr("TYPE"), tr("BASE URL"), tr("KEY"), tr("DEFAULT MODEL"), tr("ENABLED")}, rows, {}));
    finish(ExitDone);
}

Result<void> ProvidersCommand::apply(ProviderConfig &config, const QCommandLineParser &parser) const
{
    const auto text = [&parser](const char *name, QString &field) {
        if (parser.isSet(QString::fromLatin1(name)))
            field = parser.value(QString::fromLatin1(name));
    };
    text("name", config.name);
    text("base-url", config.baseUrl);
    text("key-env", config.keyEnv);
    text("default-model", config.defaultModel);
    text("proxy", config.proxy);
    text("api-version", config.apiVersion);
    text("deployment", config.deployment);
    text("key-header", config.keyHeader);
    text("price-per-million", config.functionPrice.usdPerMillionTokens);
    text("price-per-gb-second", config.functionPrice.usdPerGbSecond);
    text("price-per-call", config.functionPrice.usdPerCall);
    if (Result<void> read = readNumber(parser, "memory-mib", 0, config.functionPrice.memoryMib); !read)
        return read;
    if (Result<void> read = readNumber(parser, "parallel", ProviderConfig().maxParallel, config.maxParallel); !read)
        return read;
    if (parser.isSet(QStringLiteral("extra-body"))) {
        Result<QByteArray> body = readBody(parser.value(QStringLiteral("extra-body")), m_invocation);
        if (!body)
            return body.error();
        config.extraBody = *std::move(body);
    }
    if (parser.isSet(QStringLiteral("ca")))
        config.caFile = parser.value(QStringLiteral("ca")).isEmpty() ? QString() : m_invocation.resolve(parser.value(QStringLiteral("ca")));
    if (!parser.value(QStringLiteral("key-env")).isEmpty())
        config.needsKey = true;
    if (parser.isSet(QStringLiteral("no-key")))
        config.needsKey = false;
    if (parser.isSet(QStringLiteral("enable")) || parser.isSet(QStringLiteral("disable")))
        config.enabled = parser.isSet(QStringLiteral("enable"));
    if (parser.isSet(QStringLiteral("header")))
        config.extraHeaders.clear();
    for (const QString &given : parser.values(QStringLiteral("header"))) {
        if (given.isEmpty())
            continue;
        const qsizetype colon = given.indexOf(u':');
        const Header header{given.left(colon).trimmed().toUtf8(), given.mid(colon + 1).trimmed().toUtf8()};
        if (colon < 1 || !Headers::isSafe(header.name, header.value))
            return Error{ErrorKind::Usage, tr("--header %1").arg(given.left(qMax<qsizetype>(colon, 0))).trimmed(), tr("It must be 'Name: value' in visible ASCII"), {}};
        config.extraHeaders.append(header);
    }
    return {};
}

QString typeNames()
{
    QStringList known;
    for (const ProviderType built : builtProviderTypes())
        known.append(providerTypeName(built));
    return known.join(QStringLiteral(", "));
}

// definitions.md "Keys": a compatible server, Ollama and an endpoint of one's own may have none at all.
bool needsKey(ProviderType type)
{
    return type != ProviderType::OpenAiCompatible && type != ProviderType::Ollama && type != ProviderType::Serverless
           && type != ProviderType::Simulator;
}

void ProvidersCommand::add(const QCommandLineParser &parser)
{
    const QString name = parser.positionalArguments().value(2);
    const QList<ProviderConfig> taken = m_app.settings().snapshot()->providers;
    ProviderConfig config;
    const QString typeName = parser.value(QStringLiteral("type"));
    if (typeName.isEmpty()) {
        // A known name needs no type: "providers add Mistral".
        for (const ProviderPreset &preset : providerPresets()) {
            if (preset.name.compare(name, Qt::CaseInsensitive) == 0)
                config = configFromPreset(preset, taken);
        }
        if (config.id.isEmpty())
            return failUsage(tr("providers add: --type is missing. Use %1").arg(typeNames()));
    } else {
        const std::optional<ProviderType> type = providerTypeFromName(typeName);
        if (!type || !builtProviderTypes().contains(*type)) {
            return failUsage(tr("providers add: type \"%1\" is unknown. Use %2").arg(typeName, typeNames()));
        }
        config.type = *type;
        config.needsKey = needsKey(*type);
        config.id = providerIdFor(name, taken);
        if (*type == ProviderType::Simulator) {
            config.models = simulatorModels();
            config.defaultModel = config.models.value(0);
        }
    }
    config.name = name;
    config.addedWallMs = QDateTime::currentMSecsSinceEpoch();
    if (Result<void> applied = apply(config, parser); !applied)
        return fail(applied.error());
    save(config, true);
}

std::optional<ProviderConfig> ProvidersCommand::find(const QString &name)
{
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    if (const ProviderConfig *config = settings->provider(name))
        return *config;
    QStringList names;
    for (const ProviderConfig &config : settings->providers)
        names.append(config.name);
    failUsage(names.isEmpty() ? tr("There is no provider \"%1\", and none at all yet").arg(name)
                              : tr("There is no provider \"%1\". Known: %2").arg(name, names.join(QStringLiteral(", "))));
    return {};
}

void ProvidersCommand::set(const QCommandLineParser &parser)
{
    std::optional<ProviderConfig> config = find(parser.positionalArguments().value(2));
    if (!config)
        return;
    if (parser.isSet(QStringLiteral("type")))
        return failUsage(tr("providers set: the type cannot be changed. Add another provider"));
    if (Result<void> applied = apply(*config, parser); !applied)
        return fail(applied.error());
    save(*config, false);
}

void ProvidersCommand::save(const ProviderConfig &config, bool isNew)
{
    QList<ProviderConfig> others = m_app.settings().snapshot()->providers;
    others.removeIf([&config](const ProviderConfig &other) { return other.id == config.id; });
    if (const std::optional<QString> problem = firstProblem(config, others))
        return failUsage(*problem);
    const Result<void> saved = m_app.settings().update([&config](SettingsData &data) {
        for (ProviderConfig &existing : data.providers) {
            if (existing.id == config.id) {
                existing = config;
                return;
            }
        }
        data.providers.append(config);
    });
    if (!saved)
        return fail(saved.error());
    if (json())
        object([&config](JsonWriter &writer) { writer.member("name", config.name).member("id", config.id); });
    else
        note(!isNew                                      ? tr("Saved %1.").arg(config.name)
             : config.needsKey && config.keyEnv.isEmpty() ? tr("Added %1. Store its key with: tollgate-cli keys set \"%1\"").arg(config.name)
                                                         : tr("Added %1.").arg(config.name));
    finish(ExitDone);
}

void ProvidersCommand::remove(const QString &name)
{
    const std::optional<ProviderConfig> config = find(name);
    if (!config)
        return;
    const Result<void> saved = m_app.settings().update([&config](SettingsData &data) {
        data.providers.removeIf([&config](const ProviderConfig &other) { return other.id == config->id; });
    });
    if (!saved)
        return fail(saved.error());
    const auto done = [this, name = config->name] {
        if (json())
            object([&name](JsonWriter &writer) { writer.member("name", name).member("removed", true); });
        else
            note(tr("Removed %1.").arg(name));
        finish(ExitDone);
    };
    if (config->keys.isEmpty())
        return done();
    const auto left = std::make_shared<qsizetype>(config->keys.size());
    const auto refused = std::make_shared<QString>();
    for (const StoredKey &key : config->keys) {
        m_app.vault().forget(config->credentialName(key.name), [this, done, left, refused](const SecretReply &reply) {
            if (reply.status != SecretStatus::Ok)
                *refused = reply.detail;
            if (--*left > 0 || hasEnded())
                return;
            if (refused->isEmpty())
                return done();
            fail(Error{ErrorKind::Secret, tr("The provider is removed, but a key of it could not be deleted from the keychain"), *refused, {}});
        });
    }
}

void ProvidersCommand::test(const QString &name, bool models)
{
    const std::optional<ProviderConfig> config = find(name);
    if (!config)
        return;
    m_app.engine().test(*config, {}, m_invocation.environment, this, [this, models, config = *config](const ProviderTest &result) {
        if (result.failure) {
            const Failure &failure = *result.failure;
            if (json())
                object([&](JsonWriter &writer) {
                    writer.member("name", config.name).member("ok", false);
                    writeError(writer, failure);
                });
            note(QStringLiteral("tollgate-cli: %1: %2").arg(failureName(failure.kind), failure.message));
            return finish(ruleOf(failure.kind).exitCode);
        }
        if (models && result.connectedOnly)
            return fail(Error{ErrorKind::Usage, tr("%1 has no list of models").arg(config.name), tr("A serverless endpoint knows nothing but prompts"), {}});
        if (!models && json()) {
            object([&](JsonWriter &writer) {
                writer.member("name", config.name).member("ok", true).member("latency_ms", qint64(result.took.count()));
                // Null where there is no list to ask for: the connection stands, and the key was not tried.
                writer.member("models", result.connectedOnly ? std::nullopt : std::optional(qint64(result.models.size())));
            });
        } else if (!models && result.connectedOnly) {
            line(tr("%1: connected in %2 ms; nothing was sent, because every prompt to it may cost").arg(config.name).arg(result.took.count()));
        } else if (!models) {
            line(tr("%1: connected in %2 ms, %3 models").arg(config.name).arg(result.took.count()).arg(result.models.size()));
        }
        for (const ModelInfo &model : result.models) {
            if (models && json())
                object([&model](JsonWriter &writer) {
                    writer.member("id", model.id).member("context_tokens", model.contextTokens).member("max_output_tokens", model.maxOutputTokens);
                });
            else if (models)
                line(model.id);
        }
        finish(ExitDone);
    });
}

} // namespace

constinit const CommandInfo providersCommand = {
    "providers", "list | add NAME --type TYPE [options] | set NAME [options] | remove NAME | test NAME | models NAME",
    "Configured providers; set changes what it names, and '' clears it. Options: --base-url URL, --key-env VAR, --key-header NAME, --no-key,\n"
    "      --default-model ID, --header 'K: V' (repeatable), --extra-body JSON|@FILE, --ca FILE, --proxy none|system|URL, --api-version V,\n"
    "      --deployment D, --parallel N, --enable, --disable, set: --name NAME; of a serverless endpoint, in USD: --price-per-million N,\n"
    "      --price-per-gb-second N with --memory-mib N, --price-per-call N",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<ProvidersCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
