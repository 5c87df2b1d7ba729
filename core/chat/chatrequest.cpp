#include "core/chat/chatrequest.h"

#include "core/base/json.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ChatRequest", text);
}

using Problem = std::optional<QString>;

bool isWordCharacter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'_' || c == u'-';
}

bool isPlainName(QStringView name)
{
    return !name.isEmpty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), isWordCharacter);
}

// A word or key=value, without white space or control characters.
bool isTag(QStringView tag)
{
    const auto fits = [](QChar c) { return !c.isSpace() && c.isPrint() && c != u','; };
    if (tag.isEmpty() || tag.size() > 128 || !std::all_of(tag.begin(), tag.end(), [&](QChar c) {
            return fits(c) || c.isSurrogate();
        }))
        return false;
    const qsizetype equals = tag.indexOf(u'=');
    return equals < 0 || (equals > 0 && equals < tag.size() - 1);
}

bool isJsonObject(const QByteArray &text)
{
    JsonDocument document;
    const Result<JsonValue> value = document.parse(text);
    return value && value->isObject();
}

bool inRange(const std::optional<double> &value, double low, double high)
{
    return !value || (std::isfinite(*value) && *value >= low && *value <= high);
}

Problem problemOf(const Message &message, qsizetype number)
{
    if (!message.toolCalls.isEmpty() && message.role != Role::Assistant)
        return tr("Message %1 has tool calls, but only an assistant message can have them").arg(number);
    if (message.role == Role::Tool && message.toolCallId.isEmpty())
        return tr("Message %1 is a tool result, but does not say which call it answers").arg(number);
    if (message.role != Role::Tool && !message.toolCallId.isEmpty())
        return tr("Message %1 names a tool call, but is not a tool result").arg(number);
    if (!message.images.isEmpty() && message.role != Role::User)
        return tr("Message %1 has images, but only a user message can have them").arg(number);
    for (const ImagePart &image : message.images) {
        if (!image.mimeType.startsWith(u"image/") || image.data.isEmpty())
            return tr("An image of message %1 is empty or not an image").arg(number);
    }
    for (const ToolCall &call : message.toolCalls) {
        if (call.id.isEmpty() || call.name.isEmpty())
            return tr("A tool call of message %1 has no id or no name").arg(number);
    }
    return std::nullopt;
}

Problem samplingProblem(const Parameters &p)
{
    if (!inRange(p.temperature, 0, 2))
        return tr("Temperature must be between 0 and 2");
    if (!inRange(p.topP, 0, 1))
        return tr("Top P must be between 0 and 1");
    if (p.maxTokens && *p.maxTokens < 1)
        return tr("The output limit must be at least 1 token");
    if (p.stop.size() > 4)
        return tr("At most 4 stop sequences are allowed");
    if (std::any_of(p.stop.begin(), p.stop.end(), [](const QString &s) { return s.isEmpty(); }))
        return tr("A stop sequence is empty");
    if (!p.reasoningEffort.isEmpty() && !isPlainName(p.reasoningEffort))
        return tr("Reasoning effort must be a single word such as low, medium or high");
    return std::nullopt;
}

Problem toolProblem(const Parameters &p)
{
    QStringList names;
    for (const ToolDefinition &tool : p.tools) {
        if (!isPlainName(tool.name))
            return tr("Tool name \"%1\" must be 1 to 64 letters, digits, _ or -").arg(tool.name);
        if (names.contains(tool.name))
            return tr("Tool \"%1\" is defined twice").arg(tool.name);
        if (!tool.parametersSchema.isEmpty() && !isJsonObject(tool.parametersSchema))
            return tr("The parameters of tool \"%1\" are not a JSON object").arg(tool.name);
        names.append(tool.name);
    }
    if (p.toolChoice.isEmpty() || p.toolChoice == u"auto" || p.toolChoice == u"none")
        return std::nullopt;
    if (p.toolChoice == u"required") {
        return names.isEmpty() ? Problem(tr("A tool call is required, but no tool is defined")) : std::nullopt;
    }
    return names.contains(p.toolChoice) ? std::nullopt
                                        : Problem(tr("Tool choice \"%1\" names no defined tool").arg(p.toolChoice));
}

Problem formatProblem(const Parameters &p)
{
    if (p.responseFormat == ResponseFormat::JsonSchema) {
        if (!isJsonObject(p.jsonSchema))
            return tr("The JSON schema is not a JSON object");
        if (!p.schemaName.isEmpty() && !isPlainName(p.schemaName))
            return tr("The schema name must be 1 to 64 letters, digits, _ or -");
    }
    if (!p.extraBody.isEmpty() && !isJsonObject(p.extraBody))
        return tr("The extra body is not a JSON object");
    return std::nullopt;
}

Problem conductProblem(const ChatRequest &request)
{
    if (request.maxAttempts < 1 || request.maxAttempts > 10)
        return tr("Attempts must be between 1 and 10");
    if (request.timeout.count() < 0)
        return tr("The timeout cannot be negative");
    if (request.cache != CachePolicy::Bypass && request.ttl.count() < 1)
        return tr("The cache lifetime must be at least 1 second");
    if (request.tags.size() > 8)
        return tr("At most 8 tags are allowed");
    for (const QString &tag : request.tags) {
        if (!isTag(tag))
            return tr("Tag \"%1\" must be a word or key=value without spaces or commas").arg(tag);
    }
    return std::nullopt;
}

} // namespace

QString sourceName(Source source)
{
    switch (source) {
    case Source::Playground: return QStringLiteral("playground");
    case Source::Cli: return QStringLiteral("cli");
    case Source::Gateway: return QStringLiteral("gateway");
    case Source::Job: return QStringLiteral("job");
    }
    return {};
}

QString cachePolicyName(CachePolicy policy)
{
    switch (policy) {
    case CachePolicy::Use: return QStringLiteral("use");
    case CachePolicy::Refresh: return QStringLiteral("refresh");
    case CachePolicy::Bypass: return QStringLiteral("bypass");
    }
    return {};
}

std::optional<CachePolicy> cachePolicyFromName(QStringView name)
{
    if (name == u"use")
        return CachePolicy::Use;
    if (name == u"refresh")
        return CachePolicy::Refresh;
    if (name == u"bypass")
        return CachePolicy::Bypass;
    return std::nullopt;
}

std::optional<QString> firstProblem(const ChatRequest &request)
{
    if (request.messages.isEmpty())
        return tr("There is no message to send");
    for (qsizetype i = 0; i < request.messages.size(); ++i) {
        if (const Problem problem = problemOf(request.messages[i], i + 1))
            return problem;
    }
    if (const Problem problem = samplingProblem(request.parameters))
        return problem;
    if (const Problem problem = toolProblem(request.parameters))
        return problem;
    if (const Problem problem = formatProblem(request.parameters))
        return problem;
    return conductProblem(request);
}

} // namespace tollgate
