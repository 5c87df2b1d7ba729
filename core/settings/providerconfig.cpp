#include "core/settings/providerconfig.h"

#include <QCoreApplication>

#include <array>

namespace tollgate {

namespace {

struct TypeRow {
    ProviderType type;
    const char *name;
    const char *title;
    const char *baseUrl; // providers.md; empty: the user must say
};

constexpr std::array rows{
    TypeRow{ProviderType::OpenAi, "openai", QT_TRANSLATE_NOOP("ProviderType", "OpenAI Chat Completions"),
            "https://api.openai.com/v1"},
    TypeRow{ProviderType::OpenAiResponses, "openai-responses", QT_TRANSLATE_NOOP("ProviderType", "OpenAI Responses"),
            "https://api.openai.com/v1"},
    TypeRow{ProviderType::OpenAiCompatible, "openai-compatible", QT_TRANSLATE_NOOP("ProviderType", "OpenAI-compatible"), ""},
    TypeRow{ProviderType::Anthropic, "anthropic", QT_TRANSLATE_NOOP("ProviderType", "Anthropic Messages"),
            "https://api.anthropic.com"},
    TypeRow{ProviderType::Gemini, "gemini", QT_TRANSLATE_NOOP("ProviderType", "Google Gemini"),
            "https://generativelanguage.googleapis.com"},
    TypeRow{ProviderType::Ollama, "ollama", QT_TRANSLATE_NOOP("ProviderType", "Ollama"), "http://127.0.0.1:11434"},
    TypeRow{ProviderType::Azure, "azure", QT_TRANSLATE_NOOP("ProviderType", "Azure OpenAI"), ""},
    TypeRow{ProviderType::Serverless, "serverless", QT_TRANSLATE_NOOP("ProviderType", "Serverless endpoint"), ""},
    TypeRow{ProviderType::Simulator, "simulator", QT_TRANSLATE_NOOP("ProviderType", "Simulator"), ""},
};

const TypeRow &rowOf(ProviderType type)
{
    Q_ASSERT(size_t(type) < rows.size() && rows[size_t(type)].type == type);
    return rows[size_t(type)];
}

} // namespace

QString providerTypeName(ProviderType type)
{
    return QString::fromLatin1(rowOf(type).name);
}

std::optional<ProviderType> providerTypeFromName(QStringView name)
{
    for (const TypeRow &row : rows) {
        if (name == QLatin1String(row.name))
            return row.type;
    }
    return std::nullopt;
}

QString providerTypeTitle(ProviderType type)
{
    return QCoreApplication::translate("ProviderType", rowOf(type).title);
}

QString defaultBaseUrl(ProviderType type)
{
    return QString::fromLatin1(rowOf(type).baseUrl);
}

} // namespace tollgate
