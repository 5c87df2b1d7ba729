// One chat request as the simulator reads it and the answer it decides on, whatever the wire: see simulatorwire.h for their bytes. Pure.
#pragma once

#include "core/base/json.h"
#include "core/simulator/texts.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>

namespace tollgate {

inline constexpr const char *simulatedModels[] = {"sim-fast", "sim-large", "sim-reasoner"};

// An error in OpenAI's words; a wire with words of its own goes by the status.
struct WireError {
    int status = 400;
    QByteArray type = "invalid_request_error";
    QByteArray code;  // may be empty
    QByteArray param; // may be empty
    QByteArray message;
};

// What an answer to a status without a scripted body says.
WireError fittingError(int status);
// A failure of the provider's that a status does not tell: inside a 200 or a stream.
WireError serverError();
WireError invalidRequest(QByteArrayView param, QByteArray message); // 400

// What the simulator reads of a request.
struct ChatCall {
    QByteArray model;
    bool stream = false;
    bool includeUsage = false;
    bool writesCache = false; // asks the provider to keep what it read of the prompt
    bool later = false;       // wants to be called back: the answer is only accepted
    bool keepsAnswers = false; // the endpoint answers a prompt it has answered before from a cache of its own
    qint64 promptTokens = 0;
    quint64 promptHash = 0;
    std::optional<qint64> maxTokens;
    // Views into the document; valid until it parses again.
    bool wantsJson = false;
    JsonValue schema;
    QByteArrayView tool; // name of the function to call; empty: none
    JsonValue toolParameters;
};

// Counts and hashes what a request says. Every wire reads with it, in the order system text, messages, so that one prompt gets one
// answer on all of them.
class CallReader
{
public:
    explicit CallReader(ChatCall &call); // the call's model is known by now
    void message(QByteArrayView role);   // one begins
    void text(QByteArrayView text);      // of it
    // Limits as every provider has them; `name` is the field in this wire's words. An absent or null value is fine.
    std::optional<WireError> maxTokens(JsonValue limit, QByteArrayView name);
    std::optional<WireError> temperature(JsonValue temperature, QByteArrayView name, double highest = 2) const;
    std::optional<WireError> tooLong(QByteArrayView name) const; // the whole prompt, once it is read

private:
    ChatCall &m_call;
    QString m_model;
};

// The whole answer to one request, decided; how it is written, how fast and how broken it arrives is not its business.
struct ChatAnswer {
    QByteArray id; // hex; wires put their prefix before it
    QByteArray model;
    qint64 created = 0; // Unix seconds
    qint64 promptTokens = 0;     // all
    qint64 cachedTokens = 0;     // of them, read from the provider's cache
    qint64 cacheWriteTokens = 0; // of them, written to it
    std::shared_ptr<const TokenText> reasoning; // may be null
    std::shared_ptr<const TokenText> content;   // the text, or the arguments of the tool call
    qsizetype reasoningTokens = 0;              // of `reasoning`, when cut by max_tokens
    qsizetype contentTokens = 0;
    QByteArray tool; // function called, escaped for JSON; empty: a text
    QByteArray callId; // hex
    QByteArray finishReason; // in OpenAI's words: stop, length, tool_calls; empty: none is told
    bool includeUsage = false;
    bool later = false;    // accepted, not answered
    bool repeated = false; // from the endpoint's own cache

    qsizetype tokens() const { return reasoningTokens + contentTokens; }
    QByteArrayView reasoningText() const { return reasoning ? reasoning->slice(0, reasoningTokens) : QByteArrayView(); } // escaped
    QByteArrayView text() const { return content->slice(0, contentTokens); }                                            // escaped
    QByteArray argumentsJson() const; // of the tool call, for wires that send an object; {} when a limit cut them
};

// JSON that a schema allows, as far as the simulator understands it: types, properties, enum, items; plausible otherwise.
QByteArray jsonForSchema(JsonValue schema, quint64 choice);

void appendNumber(QByteArray &out, qint64 number);

} // namespace tollgate
