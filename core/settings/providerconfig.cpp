#include "core/settings/providerconfig.h"

#include <QCoreApplication>

#include <algorithm>
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

const StoredKey *ProviderConfig::storedKey(QStringView keyCalled) const
{
    const auto found = std::find_if(keys.begin(), keys.end(), [keyCalled](const StoredKey &key) { return key.name == keyCalled; });
    return found == keys.end() ? nullptr : &*found;
}

QString ProviderConfig::activeLastFour() const
{
    const StoredKey *const active = storedKey(keyName);
    return active ? active->lastFour : QString();
}

void ProviderConfig::setKey(const QString &keyCalled, const QString &lastFour)
{
    for (StoredKey &known : keys) {
        if (known.name == keyCalled) {
            known.lastFour = lastFour;
            return;
        }
    }
    keys.append({keyCalled, lastFour});
}

void ProviderConfig::forgetKey(const QString &keyCalled)
{
    keys.removeIf([&keyCalled](const StoredKey &key) { return key.name == keyCalled; });
}

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
