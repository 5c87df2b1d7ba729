#include "core/providers/ollama.h"

#include "core/base/json.h"
#include "core/net/httpdate.h"
#include "core/providers/ollamabody.h"
#include "core/providers/ollamadecoder.h"
#include "core/providers/ollamaerror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr qsizetype maxModels = 20'000;
constexpr qsizetype maxIdLength = 512;

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// Both doors stand at one address, so the base URL of the OpenAI-compatible one is understood, and so is that of an API page.
Result<EncodedRequest> nativeRequest(const ProviderConfig &config, QByteArrayView path)
{
    ProviderConfig root = config;
    const qsizetype query = root.baseUrl.indexOf(u'?');
    QString tail = query < 0 ? QString() : root.baseUrl.mid(query);
    QString base = query < 0 ? root.baseUrl : root.baseUrl.left(query);
    while (base.endsWith(u'/'))
        base.chop(1);
    for (const QLatin1String known : {QLatin1String("/api/chat"), QLatin1String("/api/tags"), QLatin1String("/v1/chat/completions"),
                                      QLatin1String("/api"), QLatin1String("/v1")}) {
        if (base.endsWith(known)) {
            base.chop(known.size());
            break;
        }
    }
    root.baseUrl = base.isEmpty() ? QString() : base + tail;
    return requestFor(root, path);
}

// "llama3.2:latest (3.2B, Q4_K_M)"
QString displayNameOf(const QString &id, JsonValue details)
{
    QStringList parts;
    for (const char *name : {"parameter_size", "quantization_level"}) {
        const QString part = plainText(details[name].string()).left(40);
        if (!part.isEmpty())
            parts.append(part);
    }
    return parts.isEmpty() ? QString() : id + QStringLiteral(" (") + parts.join(QStringLiteral(", ")) + u')';
}

// Models that turn text into vectors answer no chat.
bool cannotChat(JsonValue details)
{
    return details["family"].utf8().endsWith("bert");
}

} // namespace

Result<EncodedRequest> OllamaProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<EncodedRequest> encoded = nativeRequest(config, "/api/chat");
    if (!encoded.ok())
        return encoded;
    Result<OllamaBody> body = ollamaBody(config, request);
    if (!body.ok())
        return body.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", body->streamed ? "application/x-ndjson" : "application/json");
    encoded->body = std::move(body->json);
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> OllamaProvider::decoder(const ProviderConfig &, bool streamed, int status, const Headers &headers) const
{
    return std::make_unique<OllamaDecoder>(JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

Failure OllamaProvider::classifyError(const ProviderConfig &, int status, const Headers &headers, QByteArrayView body,
                                      qint64 nowWallMs) const
{
    return classifyOllamaError(status, headers, body, nowWallMs);
}

Result<EncodedRequest> OllamaProvider::encodeModelList(const ProviderConfig &config, QByteArrayView) const
{
    Result<EncodedRequest> encoded = nativeRequest(config, "/api/tags");
    if (encoded.ok()) {
        encoded->method = "GET";
        encoded->headers.set("Accept", "application/json");
    }
    return encoded;
}

Result<ModelPage> OllamaProvider::decodeModelList(const ProviderConfig &, QByteArrayView body) const
{
    const QString what = tr("The model list cannot be read");
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    if (!root.ok())
        return Error{ErrorKind::Parse, what, tr("The answer is not JSON: %1").arg(plainExcerpt(body.first(qMin<qsizetype>(body.size(), 300)))),
                     tr("Check the base URL.")};
    if (!(*root)["error"].string().isEmpty())
        return Error{ErrorKind::Parse, what, ollamaErrorInside(*root).message, {}};
    const JsonValue list = (*root)["models"];
    // An Ollama without any model says null.
    if (!list.isArray() && !list.isNull())
        return Error{ErrorKind::Parse, what, tr("The answer has no list of models."), tr("Check the base URL.")};
    ModelPage page;
    list.forEach([&](JsonValue entry) {
        const QString id = entry["model"].isString() ? entry["model"].string() : entry["name"].string();
        if (id.isEmpty() || id.size() > maxIdLength || plainText(id) != id || page.models.size() >= maxModels)
            return;
        const JsonValue details = entry["details"];
        if (cannotChat(details))
            return;
        ModelInfo model;
        model.id = id;
        model.displayName = displayNameOf(id, details);
        if (const std::optional<qint64> tokens = details["context_length"].integer(); tokens && *tokens > 0)
            model.contextTokens = tokens;
        if (const std::optional<qint64> modified = parseRfc3339(entry["modified_at"].utf8()); modified && *modified > 0)
            model.createdUnix = *modified / 1000;
        page.models.append(model);
    });
    return page;
}

QString OllamaProvider::requestId(const Headers &headers) const
{
    // Ollama itself gives none; ollama.com and proxies do.
    return plainExcerpt(headers.value("x-request-id"));
}

} // namespace tollgate
