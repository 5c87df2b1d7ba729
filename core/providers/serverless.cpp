#include "core/providers/serverless.h"

#include "core/base/json.h"
#include "core/providers/extrafields.h"
#include "core/providers/serverlessdecoder.h"
#include "core/providers/serverlesserror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

Error usageError(const QString &what, const QString &why = {}, const QString &fix = {})
{
    return Error{ErrorKind::Usage, what, why, fix};
}

// Path and query as they were typed: to a function "/run/" and "/run" may be two places.
QByteArray typedTarget(const QString &baseUrl)
{
    const QByteArray url = baseUrl.toLatin1();
    const qsizetype authority = url.indexOf("://") + 3;
    const auto start = std::find_if(url.begin() + authority, url.end(), [](char c) { return c == '/' || c == '?'; });
    const QByteArray target = url.mid(start - url.begin());
    return target.startsWith('/') ? target : '/' + target;
}

// Addresses stand in settings, logs and other people's logs, so a key is no part of one. Empty: none was found.
QByteArray keyInQuery(const QByteArray &target, const QString &host)
{
    static constexpr const char *names[] = {"key",   "api_key", "apikey",       "api-key", "x-api-key", "subscription-key",
                                            "token", "secret",  "access_token", "sig"};
    const qsizetype question = target.indexOf('?');
    if (question < 0)
        return {};
    for (const QByteArray &pair : target.mid(question + 1).split('&')) {
        const QByteArray name = pair.left(pair.indexOf('=') < 0 ? pair.size() : pair.indexOf('=')).toLower();
        // Azure Functions calls its key "code", which means anything elsewhere.
        if (std::find(std::begin(names), std::end(names), name) != std::end(names)
            || (name == "code" && host.endsWith(u".azurewebsites.net")))
            return name;
    }
    return {};
}

QString speakerOf(Role role)
{
    return role == Role::Assistant ? QStringLiteral("Assistant: ") : QStringLiteral("User: "); // read by a model, so not translated
}

std::optional<Error> firstTrouble(const ChatRequest &request)
{
    for (const Message &message : request.messages) {
        if (!message.images.isEmpty())
            return usageError(tr("An image cannot be sent"), tr("A serverless endpoint takes text only."), tr("Remove the image."));
        if (message.role == Role::Tool || !message.toolCalls.isEmpty())
            return usageError(tr("Tool calls cannot be sent"), tr("A serverless endpoint takes text only."),
                              tr("Remove the tool calls and their results."));
    }
    if (serverlessPrompt(request.messages).isEmpty())
        return usageError(tr("There is nothing to send"), {}, tr("Write a prompt."));
    return std::nullopt;
}

// Everything but the prompt is unknown to the endpoint, unless the user's own fields say it.
QStringList droppedParameters(const Parameters &p)
{
    QStringList dropped;
    const auto drop = [&dropped](bool isSet, const char *name) {
        if (isSet)
            dropped.append(QString::fromLatin1(name));
    };
    drop(p.temperature.has_value(), "temperature");
    drop(p.topP.has_value(), "top_p");
    drop(p.maxTokens.has_value(), "max_tokens");
    drop(p.seed.has_value(), "seed");
    drop(!p.stop.isEmpty(), "stop");
    drop(!p.reasoningEffort.isEmpty(), "reasoning_effort");
    drop(p.responseFormat != ResponseFormat::Text, "response_format");
    drop(!p.tools.isEmpty(), "tools");
    drop(!p.toolChoice.isEmpty(), "tool_choice");
    return dropped;
}

} // namespace

QString serverlessPrompt(const QList<Message> &messages)
{
    const auto isTurn = [](const Message &message) { return message.role != Role::System && !message.text.isEmpty(); };
    const bool isConversation = std::count_if(messages.begin(), messages.end(), isTurn) > 1;
    QStringList parts;
    for (const Message &message : messages) {
        if (message.role == Role::System && !message.text.isEmpty())
            parts.append(message.text);
    }
    for (const Message &message : messages) {
        if (isTurn(message))
            parts.append(isConversation ? speakerOf(message.role) + message.text : message.text);
    }
    return parts.join(QStringLiteral("\n\n"));
}

Result<EncodedRequest> ServerlessProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<EncodedRequest> encoded = requestFor(config, {}, "x-api-key");
    if (!encoded.ok())
        return encoded;
    encoded->target = typedTarget(config.baseUrl);
    if (const QByteArray name = keyInQuery(encoded->target, encoded->endpoint.host); !name.isEmpty())
        return usageError(tr("The address of %1 carries a key").arg(config.name),
                          tr("\"%1\" would be shown wherever the address is.").arg(QString::fromLatin1(name)),
                          tr("Take it out, store it as the provider's key, and name the header it goes into (x-functions-key, "
                             "x-api-key, Authorization)."));
    if (const std::optional<Error> error = firstTrouble(request))
        return *error;
    QByteArray body;
    JsonWriter(body).beginObject().member("prompt", serverlessPrompt(request.messages)).endObject();
    Result<QByteArray> whole = withExtraFields(std::move(body), config, request.parameters);
    if (!whole.ok())
        return whole.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", "application/json");
    encoded->body = std::move(whole).value();
    encoded->droppedParameters = droppedParameters(request.parameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> ServerlessProvider::decoder(const ProviderConfig &, bool, int status, const Headers &headers) const
{
    return std::make_unique<ServerlessDecoder>(status, headers.value("Content-Length").toLongLong(), requestId(headers));
}

Failure ServerlessProvider::classifyError(const ProviderConfig &, int status, const Headers &headers, QByteArrayView body,
                                          qint64 nowWallMs) const
{
    return classifyServerlessError(status, headers, body, nowWallMs);
}

Result<EncodedRequest> ServerlessProvider::encodeModelList(const ProviderConfig &config, QByteArrayView) const
{
    return usageError(tr("%1 has no list of models").arg(config.name),
                      tr("A serverless endpoint knows nothing but prompts, and every prompt may cost."), tr("Send a prompt to try it."));
}

Result<ModelPage> ServerlessProvider::decodeModelList(const ProviderConfig &config, QByteArrayView) const
{
    return usageError(tr("%1 has no list of models").arg(config.name));
}

QString ServerlessProvider::requestId(const Headers &headers) const
{
    // API Gateway, Lambda function URLs, Azure Functions, Cloud Run.
    for (const char *name : {"x-request-id", "x-amzn-requestid", "apigw-requestid", "x-ms-request-id", "x-cloud-trace-context"}) {
        const QByteArray value = headers.value(name);
        if (!value.isEmpty())
            return plainExcerpt(value);
    }
    return {};
}

} // namespace tollgate
