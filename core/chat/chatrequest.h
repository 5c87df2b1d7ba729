// What a front door asks of the engine: a plain value. Everything unset is "model default" and is not sent.
#pragma once

#include "core/chat/message.h"

#include <QByteArray>
#include <QHash>
#include <QStringList>

#include <chrono>
#include <optional>

namespace tollgate {

enum class ResponseFormat : quint8 { Text, JsonObject, JsonSchema };
enum class CachePolicy : quint8 { Use, Refresh, Bypass };
enum class Source : quint8 { Playground, Cli, Gateway, Job };

struct ToolDefinition {
    QString name;
    QString description;
    QByteArray parametersSchema; // JSON text
    friend bool operator==(const ToolDefinition &, const ToolDefinition &) = default;
};

struct Parameters {
    std::optional<double> temperature; // 0 to 2
    std::optional<double> topP;        // 0 to 1
    std::optional<qint64> maxTokens;   // output limit, reasoning included
    std::optional<qint64> seed;
    QStringList stop;        // at most 4
    QString reasoningEffort; // "low", "medium", "high", ... empty: model default
    ResponseFormat responseFormat = ResponseFormat::Text;
    QByteArray jsonSchema; // JSON text, for JsonSchema
    QString schemaName;    // letters, digits, _ and -, at most 64
    QList<ToolDefinition> tools;
    QString toolChoice;   // "", "auto", "none", "required", or a tool's name
    QByteArray extraBody; // JSON object merged into the body as is; empty: none
    friend bool operator==(const Parameters &, const Parameters &) = default;
};

struct ChatRequest {
    QString provider; // name of a configured provider
    QString model;    // empty: the provider's default model
    QList<Message> messages;
    Parameters parameters;
    bool stream = true;
    CachePolicy cache = CachePolicy::Use;
    std::chrono::seconds ttl{3600};
    int maxAttempts = 3;                  // 1 to 10
    std::chrono::milliseconds timeout{0}; // total; 0: the setting's default (600 s)
    bool allowOverBudget = false;
    bool keepPayload = false; // may the ledger keep prompt and answer
    Source source = Source::Cli;
    QString client;   // gateway client, empty elsewhere
    QStringList tags; // at most 8; a word or key=value
    // Values of environment variables of the calling process that a provider's --key-env may name. Never stored.
    QHash<QString, QByteArray> environment;
};

QString sourceName(Source source);           // "playground", "cli", "gateway", "job"
QString cachePolicyName(CachePolicy policy); // "use", "refresh", "bypass"
std::optional<CachePolicy> cachePolicyFromName(QStringView name);

// Checks ranges that hold for every wire; the first problem in words, or nothing.
std::optional<QString> firstProblem(const ChatRequest &request);

} // namespace tollgate
