#include "core/providers/azure.h"

#include "core/base/json.h"
#include "core/providers/extrafields.h"
#include "core/providers/openaibody.h"
#include "core/providers/openaidecoder.h"
#include "core/providers/openaierror.h"
#include "core/providers/openaimodels.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QUrl>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

bool isDated(const QString &version)
{
    static const QRegularExpression date(QStringLiteral("\\A[0-9]{4}-[0-9]{2}-[0-9]{2}(-[A-Za-z0-9]+)?\\z"));
    return date.match(version).hasMatch();
}

// Takes api-version out of a query.
QString takeVersion(QString &query)
{
    QString version;
    QStringList rest;
    for (const QString &pair : query.split(u'&', Qt::SkipEmptyParts)) {
        if (pair.startsWith(u"api-version=", Qt::CaseInsensitive))
            version = pair.section(u'=', 1);
        else
            rest.append(pair);
    }
    query = rest.join(u'&');
    return version;
}

// The deployment that a path names: ".../deployments/NAME/...".
QString deploymentIn(const QString &path)
{
    static const QRegularExpression pattern(QStringLiteral("\\A/deployments/([^/]+)(/.*)?\\z"));
    return QUrl::fromPercentEncoding(pattern.match(path).captured(1).toLatin1());
}

// A request to `path` at the address, with its version.
Result<EncodedRequest> azureRequest(const ProviderConfig &config, const AzureAddress &address, const QString &path)
{
    ProviderConfig placed = config;
    placed.baseUrl = address.base;
    Result<EncodedRequest> request = requestFor(placed, path.toLatin1(), "api-key");
    if (!request.ok())
        return request;
    QString query = address.query;
    if (!address.apiVersion.isEmpty())
        query += (query.isEmpty() ? QStringLiteral("api-version=") : QStringLiteral("&api-version=")) + address.apiVersion;
    if (!query.isEmpty())
        request->target += '?' + query.toLatin1();
    return request;
}

// "Filtered: hate (high), violence (medium)" from the details that Azure adds to a blocked prompt; empty: none.
QString filteredCategories(JsonValue root)
{
    const JsonValue error = root["error"];
    const JsonValue inner = error["innererror"].isObject() ? error["innererror"] : error["inner_error"];
    const JsonValue result = inner["content_filter_result"].isObject() ? inner["content_filter_result"] : inner["content_filter_results"];
    QStringList names;
    result.forEachMember([&names](QByteArrayView name, JsonValue category) {
        if (!category["filtered"].boolean().value_or(false) || names.size() >= 20)
            return;
        const QString severity = plainExcerpt(category["severity"].utf8()).left(40);
        const QString shown = plainExcerpt(name).left(40).replace(u'_', u' ');
        names.append(severity.isEmpty() ? shown : QStringLiteral("%1 (%2)").arg(shown, severity));
    });
    return names.isEmpty() ? QString() : tr("Filtered: %1").arg(names.join(QStringLiteral(", ")));
}

} // namespace

Result<AzureAddress> azureAddress(const ProviderConfig &config)
{
    if (config.baseUrl.isEmpty())
        return Error{ErrorKind::Usage, tr("%1 has no base URL").arg(config.name), {},
                     tr("Enter the resource's address, such as https://NAME.openai.azure.com.")};
    const qsizetype question = config.baseUrl.indexOf(u'?');
    AzureAddress address;
    address.base = question < 0 ? config.baseUrl : config.baseUrl.left(question);
    address.query = question < 0 ? QString() : config.baseUrl.mid(question + 1);
    const QString versionInUrl = takeVersion(address.query);
    while (address.base.endsWith(u'/'))
        address.base.chop(1);
    // What follows "/openai" is ours to write; what precedes it is a gateway's. Never inside the host.
    static const QRegularExpression openAi(QStringLiteral("\\A(/.*?)?/openai((/v1|/models|/deployments/[^/]+)(/.*)?)?\\z"));
    const qsizetype pathStart = address.base.indexOf(u'/', address.base.indexOf(u"://") + 3);
    QString tail;
    if (pathStart > 0) {
        const QRegularExpressionMatch match = openAi.match(address.base.mid(pathStart));
        if (match.hasMatch()) {
            tail = match.captured(2);
            address.base.truncate(pathStart + match.captured(1).size());
        }
    }
    const QString deploymentInUrl = deploymentIn(tail);
    address.apiVersion = config.apiVersion.isEmpty() ? versionInUrl : config.apiVersion;
    address.deployment = config.deployment.isEmpty() ? deploymentInUrl : config.deployment;
    address.classic = isDated(address.apiVersion);
    if (!address.classic && !deploymentInUrl.isEmpty())
        return Error{ErrorKind::Usage, tr("%1 has no API version").arg(config.name),
                     tr("An address with /deployments/ needs a dated one."), tr("Enter the API version, such as 2024-10-21.")};
    static const QRegularExpression plain(QStringLiteral("\\A[A-Za-z0-9._-]*\\z"));
    if (!plain.match(address.apiVersion).hasMatch())
        return Error{ErrorKind::Usage, tr("The API version of %1 cannot be sent").arg(config.name), {},
                     tr("Write it like 2024-10-21, preview or v1.")};
    return address;
}

Result<EncodedRequest> AzureProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    const Result<AzureAddress> address = azureAddress(config);
    if (!address.ok())
        return address.error();
    ChatRequest placed = request;
    if (!address->deployment.isEmpty())
        placed.model = address->deployment;
    if (address->classic && (placed.model == u"." || placed.model == u".."))
        return Error{ErrorKind::Usage, tr("\"%1\" is not the name of a deployment").arg(placed.model), {}, tr("Name the deployment.")};
    Result<OpenAiBody> body = openAiBody(Dialect::OpenAi, placed);
    if (!body.ok())
        return body.error();
    const QString path = address->classic
        ? QStringLiteral("/openai/deployments/%1/chat/completions").arg(QString::fromLatin1(QUrl::toPercentEncoding(placed.model)))
        : QStringLiteral("/openai/v1/chat/completions");
    Result<EncodedRequest> encoded = azureRequest(config, *address, path);
    if (!encoded.ok())
        return encoded;
    // The request's own extra fields are in already: they decide about what else is written.
    Result<QByteArray> whole = withExtraFields(std::move(body->json), config, Parameters());
    if (!whole.ok())
        return whole.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", body->streamed ? "text/event-stream" : "application/json");
    encoded->body = std::move(whole).value();
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> AzureProvider::decoder(const ProviderConfig &, bool streamed, int status, const Headers &headers) const
{
    return std::make_unique<OpenAiDecoder>(Dialect::OpenAi,
                                           JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

Failure AzureProvider::classifyError(const ProviderConfig &, int status, const Headers &headers, QByteArrayView body,
                                     qint64 nowWallMs) const
{
    Failure failure = classifyOpenAiError(Dialect::OpenAi, status, headers, body, nowWallMs);
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    if (!root.ok())
        return failure;
    if (failure.kind == FailureKind::Filtered) {
        if (const QString categories = filteredCategories(*root); !categories.isEmpty())
            failure.message = plainText(failure.message + u'\n' + categories);
    } else if (failure.providerCode == u"DeploymentNotFound") {
        failure.message = plainText(failure.message + u'\n'
                                    + tr("A deployment is asked for by its own name, which need not be that of its model."));
    }
    return failure;
}

Result<EncodedRequest> AzureProvider::encodeModelList(const ProviderConfig &config, QByteArrayView) const
{
    const Result<AzureAddress> address = azureAddress(config);
    if (!address.ok())
        return address.error();
    Result<EncodedRequest> encoded =
        azureRequest(config, *address, address->classic ? QStringLiteral("/openai/models") : QStringLiteral("/openai/v1/models"));
    if (encoded.ok()) {
        encoded->method = "GET";
        encoded->headers.set("Accept", "application/json");
    }
    return encoded;
}

Result<ModelPage> AzureProvider::decodeModelList(const ProviderConfig &, QByteArrayView body) const
{
    return openAiModels(Dialect::OpenAi, body);
}

QString AzureProvider::requestId(const Headers &headers) const
{
    for (const char *name : {"apim-request-id", "x-request-id", "x-ms-request-id"}) {
        const QByteArray value = headers.value(name);
        if (!value.isEmpty())
            return plainExcerpt(value);
    }
    return {};
}

} // namespace tollgate
