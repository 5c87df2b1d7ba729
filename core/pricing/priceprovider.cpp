#include "core/pricing/pricetable.h"

#include <QUrl>

namespace tollgate {

namespace {

QString hostOf(const ProviderConfig &config)
{
    return QUrl(config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl, QUrl::StrictMode).host().toLower();
}

bool belongsTo(const QString &host, QStringView domain)
{
    return host == domain || (host.size() > domain.size() && host.endsWith(domain) && host[host.size() - domain.size() - 1] == u'.');
}

bool isLoopback(const QString &host)
{
    return host == u"localhost" || host == u"::1" || host.startsWith(u"127.");
}

// A server of one's own is told by the port that its documentation gives it: any other port may be a proxy to something paid.
QString localServer(const ProviderConfig &config)
{
    switch (QUrl(config.baseUrl, QUrl::StrictMode).port()) {
    case 11434: return QStringLiteral("ollama");
    case 8000: return QStringLiteral("vllm");
    case 8080: return QStringLiteral("llamacpp");
    default: return {};
    }
}

QString byHost(const ProviderConfig &config)
{
    static constexpr struct {
        QStringView domain;
        QStringView provider;
    } rows[] = {
        {u"api.openai.com", u"openai"},     {u"openai.azure.com", u"azure"},
        {u"mistral.ai", u"mistral"},        {u"api.groq.com", u"groq"},
        {u"api.deepseek.com", u"deepseek"}, {u"openrouter.ai", u"openrouter"},
        {u"api.anthropic.com", u"anthropic"}, {u"generativelanguage.googleapis.com", u"gemini"},
    };
    const QString host = hostOf(config);
    for (const auto &row : rows) {
        if (belongsTo(host, row.domain))
            return row.provider.toString();
    }
    return isLoopback(host) ? localServer(config) : QString();
}

} // namespace

QString priceProviderOf(const ProviderConfig &config)
{
    switch (config.type) {
    case ProviderType::Simulator: return QStringLiteral("simulator");
    case ProviderType::Azure: return QStringLiteral("azure");
    case ProviderType::Serverless: return {};
    // One's own machines, wherever they stand; ollama.com is a paid service without a token price.
    case ProviderType::Ollama: return belongsTo(hostOf(config), u"ollama.com") ? QString() : QStringLiteral("ollama");
    case ProviderType::OpenAi:
    case ProviderType::OpenAiResponses:
    case ProviderType::OpenAiCompatible:
    case ProviderType::Anthropic:
    case ProviderType::Gemini: break;
    }
    return byHost(config);
}

std::optional<Price> PriceTable::find(const ProviderConfig &config, const QString &model, qint64 wallMs) const
{
    // What the user priced for this very provider goes first: the only price there can be where nobody knows whose prices hold.
    if (std::optional<Price> own = find(config.id, model, wallMs); own && own->user)
        return own;
    std::optional<Price> price = find(priceProviderOf(config), model, wallMs);
    if (!price || price->regions.isEmpty())
        return price;
    // OpenAI's regional hosts: eu.api.openai.com, us.api.openai.com.
    const QString host = hostOf(config);
    if (host.endsWith(u".api.openai.com"))
        price->multiplier = price->regions.value(host.section(u'.', 0, 0));
    return price;
}

} // namespace tollgate
