// A configured provider: what the user typed, as a plain value. No secrets.
#pragma once

#include "core/base/headers.h"

#include <QString>

#include <optional>

namespace tollgate {

enum class ProviderType : quint8 {
    OpenAi,
    OpenAiResponses,
    OpenAiCompatible,
    Anthropic,
    Gemini,
    Ollama,
    Azure,
    Serverless,
    Simulator,
};

struct ProviderConfig {
    QString id;   // stable, lower case letters, digits, - and _: names the keychain entry; made from the first name
    QString name; // shown; unique without case
    ProviderType type = ProviderType::OpenAiCompatible;
    QString baseUrl;           // empty: the type's default
    QString keyEnv;            // environment variable to read the key from at send time; empty: keychain
    QString keyName = QStringLiteral("default"); // keychain entry "<id>/<keyName>"
    QString lastFour;          // of the stored key, for display; empty: none stored
    bool needsKey = true;      // false: may be sent without a key
    QString defaultModel;
    QStringList models;        // last known list, for pickers
    QList<Header> extraHeaders;
    QString caFile;
    QString proxy; // "", "system", "http://host:port", "socks5://host:port"
    QString apiVersion;
    QString deployment;
    int maxParallel = 24;
    bool enabled = true;
    qint64 addedWallMs = 0;
    friend bool operator==(const ProviderConfig &, const ProviderConfig &) = default;

    QString credentialName() const { return id + u'/' + keyName; }
};

QString providerTypeName(ProviderType type); // "openai", "openai-compatible", ... as in cli.md
std::optional<ProviderType> providerTypeFromName(QStringView name);
QString providerTypeTitle(ProviderType type); // "OpenAI Chat Completions"
QString defaultBaseUrl(ProviderType type);

} // namespace tollgate
