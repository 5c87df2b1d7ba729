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

// A key in the keychain, by what may be shown of it.
struct StoredKey {
    QString name;     // like an id; keychain entry "<provider id>/<name>"
    QString lastFour; // empty: too short to show any of it
    friend bool operator==(const StoredKey &, const StoredKey &) = default;
};

// What a call of a serverless endpoint costs besides or instead of the table's rates (providers.md section 8). Decimal USD; empty: not set.
struct FunctionPrice {
    QString usdPerMillionTokens; // blended: the endpoint reports one count for prompt and completion
    QString usdPerGbSecond;      // of the function itself, for the time from the request's first byte to the answer's last
    QString usdPerCall;
    int memoryMib = 0;           // what the function is given
    friend bool operator==(const FunctionPrice &, const FunctionPrice &) = default;
};

struct ProviderConfig {
    QString id;   // stable, lower case letters, digits, - and _: names the keychain entry; made from the first name
    QString name; // shown; unique without case
    ProviderType type = ProviderType::OpenAiCompatible;
    QString baseUrl;           // empty: the type's default
    QString keyEnv;            // environment variable to read the key from at send time; empty: keychain
    QString keyName = QStringLiteral("default"); // of the key that is used
    QList<StoredKey> keys;     // known to be in the keychain, each name once; at most 32
    bool needsKey = true;      // false: may be sent without a key
    QString defaultModel;
    QStringList models;        // last known list, for pickers
    QStringList hiddenModels;  // of those, the ones that pickers do not offer
    QList<Header> extraHeaders;
    QString caFile;
    QString proxy; // "": as SettingsData::proxy; "none", "system", "http://host:port", "socks5://host:port"
    QString apiVersion; // anthropic: "2023-06-01" or "2026-10-21"; azure: a dated version means the classic URL style; empty: the wire's default
    QString deployment; // azure; empty: the model's name is the deployment's
    QString keyHeader;  // header that carries the key ("x-api-key", "Authorization", ...); empty: the wire's default
    QByteArray extraBody; // JSON object merged into every request body, below what the request itself says; empty: none
    FunctionPrice functionPrice; // serverless
    int maxParallel = 24;
    bool enabled = true;
    qint64 addedWallMs = 0;
    friend bool operator==(const ProviderConfig &, const ProviderConfig &) = default;

    QString credentialName() const { return credentialName(keyName); }
    QString credentialName(const QString &key) const { return id + u'/' + key; } // keychain entry
    const StoredKey *storedKey(QStringView name) const; // null: not known to be stored
    bool hasStoredKey() const { return storedKey(keyName); } // the one that is used
    QString activeLastFour() const; // of the one that is used; empty: not stored, or too short to show
    void setKey(const QString &name, const QString &lastFour); // adds it, or replaces what is shown of it; keyName stays
    void forgetKey(const QString &name); // keyName stays: another key is used only when somebody says so
};

QString providerTypeName(ProviderType type); // "openai", "openai-compatible", ... as in cli.md
std::optional<ProviderType> providerTypeFromName(QStringView name);
QString providerTypeTitle(ProviderType type); // "OpenAI Chat Completions"
QString defaultBaseUrl(ProviderType type);

} // namespace tollgate
