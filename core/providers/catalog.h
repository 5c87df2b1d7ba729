// Presets a user can choose from: OpenAI, Gemini, Mistral, Groq, DeepSeek, OpenRouter, vLLM, llama.cpp, ... with their base URLs, where to
// get a key, and usual models. Data only.
#pragma once

#include "core/settings/providerconfig.h"

#include <QStringList>

namespace tollgate {

struct ProviderPreset {
    QString name; // "Mistral"
    ProviderType type;
    QString baseUrl;
    QString keyUrl;      // page where a key is made; empty: none needed
    QString keyVariable; // customary environment variable: "MISTRAL_API_KEY"
    bool needsKey = true;
    QStringList models; // starting list, before the provider was asked
};

const QList<ProviderPreset> &providerPresets();
ProviderConfig configFromPreset(const ProviderPreset &preset, const QList<ProviderConfig> &taken);

// The name under which requests are listed where a wire has no models; empty: it has.
QString impliedModel(ProviderType type);

// Which documented dialect of the OpenAI wire a base URL speaks.
enum class Dialect : quint8 { OpenAi, Mistral, Groq, DeepSeek, OpenRouter, Generic };
Dialect dialectOf(const ProviderConfig &config);

} // namespace tollgate
