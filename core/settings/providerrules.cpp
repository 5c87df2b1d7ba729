#include "core/base/json.h"
#include "core/settings/settings.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

using Problem = std::optional<QString>;

QString tr(const char *text)
{
    return QCoreApplication::translate("ProviderConfig", text);
}

bool isLowerOrDigit(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
}

// Names keychain entries and files: nothing that a shell, a path or a URL reads differently.
bool isIdentifier(QStringView text)
{
    return !text.isEmpty() && text.size() <= 64
        && std::all_of(text.begin(), text.end(), [](QChar c) { return isLowerOrDigit(c) || c == u'-' || c == u'_'; });
}

bool isVariableName(QStringView text)
{
    const auto start = [](QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_'; };
    return !text.isEmpty() && text.size() <= 128 && start(text.front())
        && std::all_of(text.begin(), text.end(), [start](QChar c) { return start(c) || (c >= u'0' && c <= u'9'); });
}

bool isPlainLine(QStringView text, qsizetype longest)
{
    return text.size() <= longest
        && std::none_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7F; });
}

// The outline only; net's parseBaseUrl() holds the strict grammar and is asked before anything is sent.
bool looksLikeUrl(QStringView text, std::initializer_list<QStringView> schemes)
{
    const auto scheme = std::find_if(schemes.begin(), schemes.end(), [text](QStringView s) { return text.startsWith(s); });
    if (scheme == schemes.end() || text.size() > 2048)
        return false;
    const QStringView rest = text.sliced(scheme->size());
    const auto fits = [](QChar c) { return c > u' ' && c < QChar(0x7F) && c != u'\\' && c != u'@' && c != u'#'; };
    return !rest.isEmpty() && rest.front() != u'/' && rest.front() != u'?' && std::all_of(rest.begin(), rest.end(), fits);
}

bool isProxy(QStringView text)
{
    if (text == u"none" || text == u"system")
        return true;
    if (!looksLikeUrl(text, {u"http://", u"socks5://"}))
        return false;
    const QStringView rest = text.sliced(text.indexOf(u"://") + 3);
    bool ok = false;
    const int port = rest.sliced(rest.lastIndexOf(u':') + 1).toInt(&ok);
    return rest.lastIndexOf(u':') > 0 && ok && port >= 1 && port <= 65535 && !rest.contains(u'/') && !rest.contains(u'?');
}

// Fields that the wire writes itself, and those that would put a secret into the settings file.
constexpr QByteArrayView ourHeaders[] = {"host",       "content-length", "transfer-encoding", "connection", "content-type", "accept",
                                         "accept-encoding", "expect",    "upgrade",           "te",         "trailer",      "keep-alive"};
constexpr QByteArrayView secretHeaders[] = {"authorization",       "x-api-key",    "api-key",         "x-goog-api-key", "apikey",
                                            "x-auth-token",        "x-auth-key",   "x-access-token",  "x-api-token",    "cookie",
                                            "proxy-authorization", "ocp-apim-subscription-key"};

template <size_t N>
bool listed(const QByteArrayView (&list)[N], QByteArrayView name)
{
    return std::any_of(std::begin(list), std::end(list), [name](QByteArrayView n) { return n.compare(name, Qt::CaseInsensitive) == 0; });
}

Problem headerProblem(const QList<Header> &headers)
{
    if (headers.size() > 32)
        return tr("At most 32 extra headers are allowed");
    for (const Header &header : headers) {
        const QString shown = QString::fromLatin1(header.name);
        if (!Headers::isSafe(header.name, header.value) || header.value.size() > 4096)
            return tr("Header \"%1\" is not a valid header").arg(shown);
        if (listed(ourHeaders, header.name))
            return tr("Header \"%1\" is set by Tollgate itself").arg(shown);
        if (listed(secretHeaders, header.name))
            return tr("Header \"%1\" carries a secret: store it as the provider's key").arg(shown);
    }
    return std::nullopt;
}

Problem keyHeaderProblem(const ProviderConfig &config)
{
    if (config.keyHeader.isEmpty())
        return std::nullopt;
    const QByteArray name = config.keyHeader.toUtf8();
    if (name.size() > 64 || !Headers::isSafe(name, "x"))
        return tr("The key's header must be a name like x-api-key");
    if (listed(ourHeaders, name) || name.compare("cookie", Qt::CaseInsensitive) == 0 || name.toLower().startsWith("proxy-"))
        return tr("The header \"%1\" cannot carry a key").arg(config.keyHeader);
    for (const Header &header : config.extraHeaders) {
        if (name.compare(header.name, Qt::CaseInsensitive) == 0)
            return tr("The header \"%1\" carries the key and cannot be an extra header as well").arg(config.keyHeader);
    }
    return std::nullopt;
}

Problem keysProblem(const ProviderConfig &config)
{
    if (!isIdentifier(config.keyName))
        return keyNameProblem(config.keyName);
    if (config.keys.size() > 32)
        return tr("At most 32 keys can be stored for one provider");
    for (qsizetype i = 0; i < config.keys.size(); ++i) {
        const StoredKey &key = config.keys[i];
        if (const Problem problem = keyNameProblem(key.name))
            return problem;
        if (key.lastFour.size() > 4 || !isPlainLine(key.lastFour, 4))
            return tr("Only the last 4 characters of a key may be kept");
        if (std::any_of(config.keys.begin(), config.keys.begin() + i, [&key](const StoredKey &k) { return k.name == key.name; }))
            return tr("Two keys are named \"%1\"").arg(key.name);
    }
    return keyHeaderProblem(config);
}

Problem extraBodyProblem(const QByteArray &body)
{
    if (body.isEmpty())
        return std::nullopt;
    if (body.size() > 64 * 1024)
        return tr("The extra body fields are larger than 64 KiB");
    JsonDocument document;
    const Result<JsonValue> value = document.parse(body);
    if (!value || !value->isObject())
        return tr("The extra body fields must be one JSON object, like {\"user\": \"me\"}");
    if (hasDuplicateKeys(*value))
        return tr("The extra body fields name a member twice");
    return std::nullopt;
}

// Digits, and a point with digits after it where `decimals` allows. Ends of the range in whole USD: typos, not prices, lie beyond.
bool isPrice(QStringView text, qsizetype decimals, qint64 highest)
{
    if (text.isEmpty())
        return true;
    const qsizetype point = text.indexOf(u'.');
    const QStringView whole = point < 0 ? text : text.first(point);
    const QStringView part = point < 0 ? QStringView() : text.sliced(point + 1);
    const auto digits = [](QStringView s) { return std::all_of(s.begin(), s.end(), [](QChar c) { return c >= u'0' && c <= u'9'; }); };
    if (whole.isEmpty() || whole.size() > 12 || !digits(whole) || !digits(part) || part.size() > decimals || (point >= 0 && part.isEmpty()))
        return false;
    const qint64 usd = whole.toLongLong();
    return usd < highest || (usd == highest && std::all_of(part.begin(), part.end(), [](QChar c) { return c == u'0'; }));
}

Problem functionPriceProblem(const FunctionPrice &price)
{
    if (!isPrice(price.usdPerMillionTokens, 6, 1'000'000))
        return tr("The price per million tokens must be a number like 0.65, at most 6 decimals and 1000000 USD");
    if (!isPrice(price.usdPerGbSecond, 12, 1'000))
        return tr("The price per GB-second must be a number like 0.0000185, at most 12 decimals and 1000 USD");
    if (!isPrice(price.usdPerCall, 9, 1'000))
        return tr("The price per call must be a number like 0.0002, at most 9 decimals and 1000 USD");
    if (price.memoryMib < 0 || price.memoryMib > 1'048'576)
        return tr("The memory of the function must be between 0 and 1048576 MiB");
    if (!price.usdPerGbSecond.isEmpty() && price.memoryMib == 0)
        return tr("A price per GB-second needs the memory of the function");
    return std::nullopt;
}

Problem addressProblem(const ProviderConfig &config)
{
    const bool needsUrl = defaultBaseUrl(config.type).isEmpty() && config.type != ProviderType::Simulator;
    if (config.baseUrl.isEmpty() && needsUrl)
        return tr("A provider of this type needs a base URL");
    if (!config.baseUrl.isEmpty() && !looksLikeUrl(config.baseUrl, {u"https://", u"http://"}))
        return tr("The base URL must start with https:// or http:// and must not hold a name, a password, spaces or #");
    if (const Problem problem = config.proxy.isEmpty() ? std::nullopt : proxyProblem(config.proxy))
        return problem;
    if (const Problem problem = caFileProblem(config.caFile))
        return problem;
    const auto pathPart = [](QChar c) {
        return isLowerOrDigit(c.toLower()) || c == u'-' || c == u'_' || c == u'.';
    };
    if (config.apiVersion.size() > 64 || !std::all_of(config.apiVersion.begin(), config.apiVersion.end(), pathPart))
        return tr("The API version may hold letters, digits, points and dashes");
    if (config.deployment.size() > 128 || !std::all_of(config.deployment.begin(), config.deployment.end(), pathPart))
        return tr("The deployment may hold letters, digits, points and dashes");
    return std::nullopt;
}

} // namespace

std::optional<QString> keyNameProblem(const QString &name)
{
    if (!isIdentifier(name))
        return tr("The key's name must be 1 to 64 lower-case letters, digits, - and _");
    return std::nullopt;
}

std::optional<QString> proxyProblem(const QString &proxy)
{
    if (isProxy(proxy))
        return std::nullopt;
    if (proxy.contains(u'@'))
        return tr("The proxy's address holds a user name or password, which would stand readable in the settings file. "
                  "Use a proxy that lets this computer in without one");
    return tr("The proxy must be none, system, http://host:port or socks5://host:port");
}

std::optional<QString> caFileProblem(const QString &file)
{
    if (!file.isEmpty() && (!file.startsWith(u'/') || !isPlainLine(file, 4096)))
        return tr("The certificate file must be given by its whole path, beginning with /");
    return std::nullopt;
}

QString providerIdFor(const QString &name, const QList<ProviderConfig> &taken)
{
    QString id;
    // Decomposed, so that an accented letter leaves its plain one behind.
    for (const QChar c : name.normalized(QString::NormalizationForm_KD).toLower()) {
        if (c.isMark())
            continue;
        if (isLowerOrDigit(c))
            id += c;
        else if (!id.isEmpty() && !id.endsWith(u'-'))
            id += u'-';
    }
    id.truncate(40);
    while (id.endsWith(u'-'))
        id.chop(1);
    if (id.isEmpty())
        id = QStringLiteral("provider");
    const auto isTaken = [&taken](const QString &candidate) {
        return std::any_of(taken.begin(), taken.end(), [&](const ProviderConfig &p) { return p.id == candidate; });
    };
    QString unique = id;
    for (int n = 2; isTaken(unique); ++n)
        unique = id + u'-' + QString::number(n);
    return unique;
}

std::optional<QString> firstProblem(const ProviderConfig &config, const QList<ProviderConfig> &others)
{
    if (!isIdentifier(config.id))
        return tr("The provider's id must be lower-case letters, digits, - and _");
    if (config.name.isEmpty() || config.name != config.name.trimmed() || !isPlainLine(config.name, 64))
        return tr("The name must be 1 to 64 characters on one line, without spaces around it");
    for (const ProviderConfig &other : others) {
        if (other.name.compare(config.name, Qt::CaseInsensitive) == 0)
            return tr("Another provider is already named \"%1\"").arg(other.name);
        if (other.id == config.id)
            return tr("Another provider already has the id \"%1\"").arg(other.id);
    }
    if (const Problem problem = addressProblem(config))
        return problem;
    if (!config.keyEnv.isEmpty() && !isVariableName(config.keyEnv))
        return tr("\"%1\" is not the name of an environment variable").arg(config.keyEnv);
    if (const Problem problem = keysProblem(config))
        return problem;
    if (const Problem problem = extraBodyProblem(config.extraBody))
        return problem;
    if (const Problem problem = functionPriceProblem(config.functionPrice))
        return problem;
    if (!isPlainLine(config.defaultModel, 256)
        || std::any_of(config.models.begin(), config.models.end(), [](const QString &m) { return !isPlainLine(m, 256); }))
        return tr("A model's name must be one line of at most 256 characters");
    if (config.maxParallel < 1 || config.maxParallel > 1000)
        return tr("Parallel requests must be between 1 and 1000");
    return headerProblem(config.extraHeaders);
}

} // namespace tollgate
