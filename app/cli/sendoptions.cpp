// How the options of `send` become a ChatRequest.
#include "app/cli/messagesfile.h"
#include "app/cli/sendcommand.h"
#include "core/chat/templates.h"

#include <QCoreApplication>

namespace tollgate::app {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("SendOptions", text); }

Error usage(const QString &what, const QString &why = {}) { return Error{ErrorKind::Usage, what, why, {}}; }

Message textMessage(Role role, const QString &text)
{
    Message message;
    message.role = role;
    message.text = text;
    return message;
}

// "key=value" split at the first "="; the key may not be empty.
bool split(const QString &text, QString &key, QString &value)
{
    const qsizetype at = text.indexOf(u'=');
    key = text.left(at);
    value = text.mid(at + 1);
    return at > 0;
}

Result<void> applyResponseFormat(Parameters &parameters, const QString &value, const Invocation &invocation)
{
    if (value == u"text") {
        parameters.responseFormat = ResponseFormat::Text;
    } else if (value == u"json_object" || value == u"json") {
        parameters.responseFormat = ResponseFormat::JsonObject;
    } else if (value.startsWith(u'@')) {
        const Result<QByteArray> schema = readFile(invocation.resolve(value.mid(1)), 1 << 20);
        if (!schema)
            return schema.error();
        parameters.responseFormat = ResponseFormat::JsonSchema;
        parameters.jsonSchema = *schema;
        parameters.schemaName = QStringLiteral("answer");
    } else {
        return usage(tr("--param response_format=%1").arg(value), tr("It must be text, json_object or @SCHEMA.json"));
    }
    return {};
}

Result<void> applyParameter(Parameters &parameters, const QString &text, const Invocation &invocation)
{
    QString key, value;
    if (!split(text, key, value))
        return usage(tr("--param %1").arg(text), tr("It must be key=value"));
    bool ok = true;
    if (key == u"temperature")
        parameters.temperature = value.toDouble(&ok);
    else if (key == u"top_p")
        parameters.topP = value.toDouble(&ok);
    else if (key == u"max_tokens")
        parameters.maxTokens = value.toLongLong(&ok);
    else if (key == u"seed")
        parameters.seed = value.toLongLong(&ok);
    else if (key == u"stop")
        parameters.stop.append(value);
    else if (key == u"reasoning_effort")
        parameters.reasoningEffort = value;
    else if (key == u"response_format")
        return applyResponseFormat(parameters, value, invocation);
    else
        return usage(tr("--param %1").arg(key), tr("Known: temperature, max_tokens, top_p, stop, seed, reasoning_effort, response_format"));
    if (!ok)
        return usage(tr("--param %1").arg(text), tr("\"%1\" is not a number").arg(value));
    return {};
}

Result<void> fillMessages(ChatRequest &request, const QCommandLineParser &parser, const Invocation &invocation)
{
    const QStringList positional = parser.positionalArguments().mid(1);
    if (parser.isSet(QStringLiteral("messages"))) {
        if (!positional.isEmpty())
            return usage(tr("PROMPT and --messages cannot be used together"));
        Result<QList<Message>> messages = readMessagesFile(invocation.resolve(parser.value(QStringLiteral("messages"))));
        if (!messages)
            return messages.error();
        request.messages = std::move(messages).value();
    } else {
        const QString given = positional.value(0);
        const bool fromInput = positional.isEmpty() || given == u"-";
        QString prompt = fromInput ? QString::fromUtf8(invocation.input) : given;
        if (fromInput && prompt.endsWith(u'\n'))
            prompt.chop(1);
        if (prompt.trimmed().isEmpty())
            return usage(tr("There is no prompt"), tr("Give it as an argument, on standard input, or with --messages FILE.json"));
        request.messages.append(textMessage(Role::User, prompt));
    }
    if (parser.isSet(QStringLiteral("system")))
        request.messages.prepend(textMessage(Role::System, parser.value(QStringLiteral("system"))));
    return {};
}

Result<void> fillVariables(ChatRequest &request, const QStringList &given)
{
    QHash<QString, QString> values;
    for (const QString &text : given) {
        QString key, value;
        if (!split(text, key, value))
            return usage(tr("--var %1").arg(text), tr("It must be name=value"));
        values.insert(key, value);
    }
    QStringList missing;
    for (Message &message : request.messages)
        message.text = fillTemplate(message.text, values, &missing);
    missing.removeDuplicates();
    if (!missing.isEmpty())
        return usage(tr("Set {{%1}} to run").arg(missing.first()), tr("It has no value. Add --var %1=VALUE").arg(missing.first()));
    return {};
}

template <class Set>
Result<void> number(const QCommandLineParser &parser, const QString &option, qint64 min, qint64 max, Set set)
{
    if (!parser.isSet(option))
        return {};
    bool ok = false;
    const qint64 value = parser.value(option).toLongLong(&ok);
    if (!ok || value < min || value > max)
        return usage(tr("--%1 %2").arg(option, parser.value(option)), tr("It must be a whole number from %1 to %2").arg(min).arg(max));
    set(value);
    return {};
}

} // namespace

void addSendOptions(QCommandLineParser &parser)
{
    const auto value = [&parser](const char *name, const char *placeholder) {
        parser.addOption({QString::fromLatin1(name), QString(), QString::fromLatin1(placeholder)});
    };
    for (const char *name : {"provider", "model", "system", "param", "var", "cache", "ttl", "tag", "attempts", "timeout", "messages"})
        value(name, "VALUE");
    parser.addOption({QStringLiteral("stream"), QString()});
    parser.addOption({QStringLiteral("allow-over-budget"), QString()});
}

Result<ChatRequest> sendRequest(const QCommandLineParser &parser, const Invocation &invocation)
{
    ChatRequest request;
    request.source = Source::Cli;
    request.provider = parser.value(QStringLiteral("provider"));
    request.model = parser.value(QStringLiteral("model"));
    request.stream = parser.isSet(QStringLiteral("stream"));
    request.allowOverBudget = parser.isSet(QStringLiteral("allow-over-budget"));
    request.tags = parser.values(QStringLiteral("tag"));
    request.environment = invocation.environment;
    if (parser.isSet(QStringLiteral("cache"))) {
        const std::optional<CachePolicy> policy = cachePolicyFromName(parser.value(QStringLiteral("cache")));
        if (!policy)
            return usage(tr("--cache %1").arg(parser.value(QStringLiteral("cache"))), tr("It must be use, refresh or bypass"));
        request.cache = *policy;
    }
    for (const QString &text : parser.values(QStringLiteral("param"))) {
        if (Result<void> applied = applyParameter(request.parameters, text, invocation); !applied)
            return applied.error();
    }
    Result<void> done = fillMessages(request, parser, invocation);
    if (done)
        done = fillVariables(request, parser.values(QStringLiteral("var")));
    if (done)
        done = number(parser, QStringLiteral("ttl"), 1, 10LL * 365 * 86400, [&](qint64 n) { request.ttl = std::chrono::seconds(n); });
    if (done)
        done = number(parser, QStringLiteral("attempts"), 1, 10, [&](qint64 n) { request.maxAttempts = int(n); });
    if (done)
        done = number(parser, QStringLiteral("timeout"), 1, 86400, [&](qint64 n) { request.timeout = std::chrono::seconds(n); });
    if (!done)
        return done.error();
    if (const std::optional<QString> problem = firstProblem(request))
        return usage(*problem);
    return request;
}

} // namespace tollgate::app
