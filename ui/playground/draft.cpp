#include "ui/playground/draft.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tollgate::ui {

namespace {

template <class T>
void put(QJsonObject &object, const char *key, const std::optional<T> &value)
{
    if (value)
        object.insert(QLatin1String(key), QJsonValue(*value));
}

std::optional<qint64> integer(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    return value.isDouble() ? std::optional(value.toInteger()) : std::nullopt;
}

std::optional<double> number(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

QStringList strings(const QJsonValue &value)
{
    QStringList out;
    for (const QJsonValue &each : value.toArray())
        out.append(each.toString());
    return out;
}

QJsonObject optionsToJson(const RunOptions &options)
{
    const Parameters &p = options.parameters;
    QJsonObject o;
    put(o, "temperature", p.temperature);
    put(o, "topP", p.topP);
    put(o, "maxTokens", p.maxTokens);
    put(o, "seed", p.seed);
    o.insert(QLatin1String("stop"), QJsonArray::fromStringList(p.stop));
    o.insert(QLatin1String("reasoningEffort"), p.reasoningEffort);
    o.insert(QLatin1String("responseFormat"), int(p.responseFormat));
    o.insert(QLatin1String("jsonSchema"), QString::fromUtf8(p.jsonSchema));
    o.insert(QLatin1String("stream"), options.stream);
    o.insert(QLatin1String("cache"), cachePolicyName(options.cache));
    put(o, "keepSeconds", options.keepSeconds);
    put(o, "timeoutSeconds", options.timeoutSeconds);
    put(o, "maxAttempts", options.maxAttempts);
    o.insert(QLatin1String("tags"), QJsonArray::fromStringList(options.tags));
    return o;
}

RunOptions optionsFromJson(const QJsonObject &o)
{
    RunOptions options;
    Parameters &p = options.parameters;
    p.temperature = number(o, "temperature");
    p.topP = number(o, "topP");
    p.maxTokens = integer(o, "maxTokens");
    p.seed = integer(o, "seed");
    p.stop = strings(o.value(QLatin1String("stop"))).mid(0, 4);
    p.reasoningEffort = o.value(QLatin1String("reasoningEffort")).toString();
    p.responseFormat = ResponseFormat(qBound(0, o.value(QLatin1String("responseFormat")).toInt(), 2));
    p.jsonSchema = o.value(QLatin1String("jsonSchema")).toString().toUtf8();
    options.stream = o.value(QLatin1String("stream")).toBool(true);
    options.cache = cachePolicyFromName(o.value(QLatin1String("cache")).toString()).value_or(CachePolicy::Use);
    options.keepSeconds = integer(o, "keepSeconds");
    options.timeoutSeconds = integer(o, "timeoutSeconds");
    options.maxAttempts = integer(o, "maxAttempts");
    options.tags = strings(o.value(QLatin1String("tags"))).mid(0, 8);
    return options;
}

} // namespace

QByteArray toJson(const Draft &draft)
{
    QJsonArray messages;
    for (const Message &message : draft.messages)
        messages.append(QJsonObject{{QLatin1String("role"), roleName(message.role)}, {QLatin1String("text"), message.text}});
    QJsonObject variables;
    for (auto it = draft.variables.begin(); it != draft.variables.end(); ++it)
        variables.insert(it.key(), it.value());
    const QJsonObject object{{QLatin1String("version"), 1},
                             {QLatin1String("name"), draft.name},
                             {QLatin1String("messages"), messages},
                             {QLatin1String("variables"), variables},
                             {QLatin1String("provider"), draft.providerId},
                             {QLatin1String("model"), draft.model},
                             {QLatin1String("options"), optionsToJson(draft.options)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

std::optional<Draft> draftFromJson(const QByteArray &json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    if (object.value(QLatin1String("version")).toInt() != 1)
        return {};
    Draft draft;
    draft.name = object.value(QLatin1String("name")).toString();
    for (const QJsonValue &value : object.value(QLatin1String("messages")).toArray()) {
        Message message;
        message.role = roleFromName(value.toObject().value(QLatin1String("role")).toString()).value_or(Role::User);
        message.text = value.toObject().value(QLatin1String("text")).toString();
        draft.messages.append(std::move(message));
    }
    const QJsonObject variables = object.value(QLatin1String("variables")).toObject();
    for (auto it = variables.begin(); it != variables.end(); ++it)
        draft.variables.insert(it.key(), it.value().toString());
    draft.providerId = object.value(QLatin1String("provider")).toString();
    draft.model = object.value(QLatin1String("model")).toString();
    draft.options = optionsFromJson(object.value(QLatin1String("options")).toObject());
    return draft;
}

Draft sampleDraft()
{
    Draft draft;
    Message system;
    system.role = Role::System;
    system.text = QCoreApplication::translate("Playground", "You explain things in plain words, in at most {{words}} words.");
    Message user;
    user.role = Role::User;
    user.text = QCoreApplication::translate("Playground", "Explain {{topic}} and give one example.");
    draft.messages = {system, user};
    draft.variables = {{QStringLiteral("words"), QStringLiteral("120")},
                       {QStringLiteral("topic"), QCoreApplication::translate("Playground", "how HTTP caching works")}};
    draft.options.tags = {QStringLiteral("playground")};
    return draft;
}

} // namespace tollgate::ui
