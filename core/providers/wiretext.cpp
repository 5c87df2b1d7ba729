#include "core/providers/wiretext.h"

#include "core/net/endpoint.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// Not control characters, nor those that turn the direction of text or break its line unseen.
bool isShown(QChar c)
{
    if ((c >= u'\x2028' && c <= u'\x202e') || (c >= u'\x2066' && c <= u'\x2069'))
        return false;
    return c == u'\n' || c == u'\t' || (c >= u' ' && c != u'\x7f' && !(c >= u'\x80' && c <= u'\x9f'));
}

// These decide how a message is framed, or carry the key: a second value would make two readers disagree.
bool isReserved(QByteArrayView name)
{
    static constexpr const char *names[] = {"host",       "content-length", "transfer-encoding", "connection",   "accept-encoding",
                                            "keep-alive", "upgrade",        "expect",            "content-type", "te",
                                            "trailer"};
    for (const char *reserved : names) {
        if (name.compare(reserved, Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

Result<void> placeKey(const ProviderConfig &config, QByteArrayView wanted, EncodedRequest &request)
{
    request.secretHeader = config.keyHeader.isEmpty() ? wanted.toByteArray() : config.keyHeader.toLatin1();
    request.secretPrefix = request.secretHeader.compare("Authorization", Qt::CaseInsensitive) == 0 ? "Bearer " : "";
    if (!Headers::isSafe(request.secretHeader, "k") || isReserved(request.secretHeader))
        return Error{ErrorKind::Usage, tr("%1: the key cannot be sent").arg(config.name),
                     tr("\"%1\" is no header that can carry a key.").arg(plainText(config.keyHeader)),
                     tr("Edit the provider's key header.")};
    return {};
}

Result<void> addExtraHeaders(const ProviderConfig &config, EncodedRequest &request)
{
    const QString what = tr("%1: an extra header cannot be sent").arg(config.name);
    for (const Header &header : config.extraHeaders) {
        const QString name = plainExcerpt(header.name);
        if (!Headers::isSafe(header.name, header.value))
            return Error{ErrorKind::Usage, what, tr("\"%1\" has characters that HTTP does not allow.").arg(name),
                         tr("Edit the provider's extra headers.")};
        if (isReserved(header.name))
            return Error{ErrorKind::Usage, what, tr("\"%1\" is set by Tollgate itself.").arg(name),
                         tr("Remove it from the provider's extra headers.")};
        if (header.name.compare(request.secretHeader, Qt::CaseInsensitive) == 0)
            return Error{ErrorKind::Usage, what, tr("\"%1\" carries the API key.").arg(name),
                         tr("Remove it and store the key instead.")};
        request.headers.set(header.name, header.value);
    }
    return {};
}

} // namespace

QString plainText(const QString &text)
{
    // Nearly every id and name: nothing to take out, and too short to need cutting.
    if (text.size() <= failureTextBytes / 3 && std::all_of(text.begin(), text.end(), [](QChar c) { return isShown(c) && !c.isSurrogate(); }))
        return text.trimmed();
    QString shown;
    shown.reserve(qMin<qsizetype>(text.size(), failureTextBytes));
    for (const QChar c : text) {
        if (isShown(c))
            shown.append(c);
        if (shown.size() > failureTextBytes)
            break;
    }
    shown = shown.trimmed();
    // A UTF-16 unit is at most three bytes of UTF-8, so the loop ends after few steps.
    while (shown.toUtf8().size() > failureTextBytes) {
        const qsizetype excess = shown.toUtf8().size() - failureTextBytes;
        shown.chop(qMax<qsizetype>(1, excess / 3));
    }
    if (!shown.isEmpty() && shown.back().isHighSurrogate())
        shown.chop(1);
    return shown;
}

QString plainExcerpt(QByteArrayView bytes)
{
    if (bytes.size() <= failureTextBytes)
        return plainText(QString::fromUtf8(bytes));
    qsizetype end = failureTextBytes;
    while (end > failureTextBytes - 4 && (uchar(bytes[end]) & 0xc0) == 0x80)
        --end; // not inside a character
    return plainText(QString::fromUtf8(bytes.first(end)));
}

Result<EncodedRequest> requestFor(const ProviderConfig &config, QByteArrayView path, QByteArrayView keyHeader)
{
    const QString base = config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl;
    if (base.isEmpty())
        return Error{ErrorKind::Usage, tr("%1 has no base URL").arg(config.name), {}, tr("Enter the provider's base URL.")};
    Result<ParsedUrl> url = parseBaseUrl(base);
    if (!url.ok())
        return url.error();
    EncodedRequest request;
    request.endpoint = url->endpoint;
    request.endpoint.caFile = config.caFile;
    request.endpoint.proxy = config.proxy;
    // The address of an API page is often copied whole, so the last part may be there already.
    QByteArray prefix = url->path;
    for (const QByteArrayView page : {path, QByteArrayView("/chat/completions"), QByteArrayView("/responses")}) {
        if (prefix.endsWith(page)) {
            prefix.chop(page.size());
            break;
        }
    }
    request.target = prefix;
    request.target += path;
    if (!url->query.isEmpty())
        request.target += '?' + url->query;
    request.headers.set("User-Agent", "Tollgate/" TOLLGATE_VERSION);
    if (Result<void> placed = placeKey(config, keyHeader, request); !placed.ok())
        return placed.error();
    if (Result<void> added = addExtraHeaders(config, request); !added.ok())
        return added.error();
    return request;
}

Failure providerFailure(FailureKind kind, const QString &message, int httpStatus)
{
    Failure failure;
    failure.kind = kind;
    failure.message = message;
    failure.httpStatus = httpStatus;
    return failure;
}

} // namespace tollgate
