#include "core/providers/catalog.h"

#include "core/net/endpoint.h"
#include "core/settings/settings.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

// Names of services are not translated.
QString name(const char *text)
{
    return QString::fromLatin1(text);
}

QStringList list(std::initializer_list<const char *> words)
{
    QStringList result;
    for (const char *word : words)
        result.append(QString::fromLatin1(word));
    return result;
}

ProviderPreset hosted(const char *title, ProviderType type, const char *baseUrl, const char *keyUrl, const char *variable,
                      const QStringList &models)
{
    return {name(title), type, name(baseUrl), name(keyUrl), name(variable), true, models};
}

ProviderPreset local(const char *title, ProviderType type, const char *baseUrl, const QStringList &models = {})
{
    return {name(title), type, name(baseUrl), {}, {}, false, models};
}

// Ids are those of resources/prices that answer chats; the first is the default, so a cheap one stands there.
QList<ProviderPreset> makePresets()
{
    constexpr ProviderType compatible = ProviderType::OpenAiCompatible;
    QList<ProviderPreset> presets;
    presets << hosted("OpenAI", ProviderType::OpenAi, "https://api.openai.com/v1", "https://platform.openai.com/api-keys",
                      "OPENAI_API_KEY",
                      list({"gpt-6-luna", "gpt-6-sol", "gpt-6.1-sol", "gpt-6-astra", "gpt-5.6", "gpt-5.6-sol", "gpt-5.6-terra",
                            "gpt-5.6-luna", "gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.2", "gpt-5.1", "gpt-5",
                            "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "o3",
                            "o4-mini"}));
    presets << hosted("Anthropic", ProviderType::Anthropic, "https://api.anthropic.com", "https://platform.claude.com/settings/keys",
                      "ANTHROPIC_API_KEY",
                      list({"claude-haiku-4-5", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1",
                            "claude-sonnet-5", "claude-opus-5", "claude-fable-5", "claude-opus-4-8", "claude-opus-4-7",
                            "claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5", "claude-sonnet-4-5"}));
    presets << hosted("OpenAI (Responses)", ProviderType::OpenAiResponses, "https://api.openai.com/v1",
                      "https://platform.openai.com/api-keys", "OPENAI_API_KEY", presets.front().models);
    presets << hosted("Google Gemini", ProviderType::Gemini, "https://generativelanguage.googleapis.com",
                      "https://aistudio.google.com/apikey", "GEMINI_API_KEY",
                      list({"gemini-3.6-flash", "gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.5-flash", "gemini-3.5-flash-lite",
                            "gemini-3.1-pro-preview", "gemini-3.1-flash-lite", "gemini-3-flash-preview", "gemini-2.5-pro",
                            "gemini-2.5-flash", "gemini-2.5-flash-lite"}));
    presets << hosted("Mistral", compatible, "https://api.mistral.ai/v1", "https://console.mistral.ai/api-keys", "MISTRAL_API_KEY",
                      list({"mistral-small-latest", "mistral-medium-latest", "mistral-large-latest", "magistral-small-latest",
                            "magistral-medium-latest", "ministral-8b-latest", "ministral-3-14b-2512", "ministral-3-3b-2512",
                            "codestral-latest", "devstral-latest", "devstral-small-latest", "open-mistral-nemo"}));
    presets << hosted("Groq", compatible, "https://api.groq.com/openai/v1", "https://console.groq.com/keys", "GROQ_API_KEY",
                      list({"openai/gpt-oss-20b", "openai/gpt-oss-120b", "llama-3.1-8b-instant", "llama-3.3-70b-versatile",
                            "meta-llama/llama-4-scout-17b-16e-instruct", "meta-llama/llama-4-maverick-17b-128e-instruct",
                            "moonshotai/kimi-k2-instruct-0905", "qwen/qwen3-32b"}));
    presets << hosted("DeepSeek", compatible, "https://api.deepseek.com", "https://platform.deepseek.com/api_keys",
                      "DEEPSEEK_API_KEY", list({"deepseek-v4-flash", "deepseek-v4-pro"}));
    presets << hosted("OpenRouter", compatible, "https://openrouter.ai/api/v1", "https://openrouter.ai/settings/keys",
                      "OPENROUTER_API_KEY",
                      list({"openai/gpt-5-mini", "openai/gpt-5.2", "openai/gpt-5", "openai/gpt-5-nano", "openai/gpt-4.1",
                            "openai/gpt-oss-120b", "openai/gpt-oss-20b", "anthropic/claude-haiku-4.5", "anthropic/claude-sonnet-4.6",
                            "anthropic/claude-opus-4.7", "google/gemini-3-flash-preview", "google/gemini-3.1-pro-preview",
                            "google/gemini-2.5-flash", "google/gemini-2.5-pro", "deepseek/deepseek-v3.2",
                            "mistralai/mistral-large-2512", "qwen/qwen3-coder", "x-ai/grok-4", "z-ai/glm-5.1",
                            "moonshotai/kimi-k2.5", "minimax/minimax-m2.5"}));
    // Deployments are named by whoever made them, and resources too.
    presets << hosted("Azure OpenAI", ProviderType::Azure, "", "https://portal.azure.com/", "AZURE_OPENAI_API_KEY", {});
    presets << local("Ollama (local)", ProviderType::Ollama, "http://127.0.0.1:11434");
    presets << local("vLLM", compatible, "http://127.0.0.1:8000/v1") << local("llama.cpp", compatible, "http://127.0.0.1:8080/v1");
    // Whether such a server wants a key only its owner knows; an empty base URL has to be filled in.
    presets << ProviderPreset{QCoreApplication::translate("Provider", "Other, OpenAI-compatible"), compatible, {}, {}, {}, false, {}};
    presets << ProviderPreset{QCoreApplication::translate("Provider", "Serverless endpoint"), ProviderType::Serverless, {}, {}, {}, false,
                              {impliedModel(ProviderType::Serverless)}};
    presets << local("Simulator", ProviderType::Simulator, "", list({"sim-fast", "sim-large", "sim-reasoner"}));
    return presets;
}

bool isTaken(const QString &wanted, const QList<ProviderConfig> &taken)
{
    for (const ProviderConfig &config : taken) {
        if (config.name.compare(wanted, Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

bool isHost(const QString &host, QLatin1String domain)
{
    return host == domain || (host.endsWith(domain) && host[host.size() - domain.size() - 1] == u'.');
}

} // namespace

const QList<ProviderPreset> &providerPresets()
{
    static const QList<ProviderPreset> presets = makePresets();
    return presets;
}

ProviderConfig configFromPreset(const ProviderPreset &preset, const QList<ProviderConfig> &taken)
{
    ProviderConfig config;
    config.name = preset.name;
    for (int number = 2; isTaken(config.name, taken); ++number)
        config.name = preset.name + u' ' + QString::number(number);
    config.id = providerIdFor(config.name, taken);
    config.type = preset.type;
    config.baseUrl = preset.baseUrl;
    config.needsKey = preset.needsKey;
    config.models = preset.models;
    config.defaultModel = preset.models.value(0);
    return config;
}

QString impliedModel(ProviderType type)
{
    return type == ProviderType::Serverless ? QStringLiteral("endpoint") : QString();
}

Dialect dialectOf(const ProviderConfig &config)
{
    if (config.type == ProviderType::OpenAi || config.type == ProviderType::Azure || config.type == ProviderType::Simulator)
        return Dialect::OpenAi;
    const QString base = config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl;
    const Result<ParsedUrl> url = parseBaseUrl(base, true);
    if (!url.ok())
        return Dialect::Generic;
    const QString &host = url->endpoint.host;
    if (isHost(host, QLatin1String("api.openai.com")))
        return Dialect::OpenAi;
    if (isHost(host, QLatin1String("mistral.ai")))
        return Dialect::Mistral;
    if (isHost(host, QLatin1String("api.groq.com")))
        return Dialect::Groq;
    if (isHost(host, QLatin1String("api.deepseek.com")))
        return Dialect::DeepSeek;
    return isHost(host, QLatin1String("openrouter.ai")) ? Dialect::OpenRouter : Dialect::Generic;
}

} // namespace tollgate
