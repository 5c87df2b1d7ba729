// The OpenAI Chat Completions wire as bytes: reading a request, writing an answer, its stream events and errors. Pure.
#pragma once

#include "core/base/json.h"
#include "core/simulator/texts.h"

#include <QByteArray>

#include <memory>
#include <optional>

namespace tollgate {

// An error in OpenAI's shape.
struct WireError {
    int status = 400;
    QByteArray type = "invalid_request_error";
    QByteArray code;  // empty: null
    QByteArray param; // empty: null
    QByteArray message;

    QByteArray toJson() const;
};

// What an answer to a status without a scripted body says.
WireError fittingError(int status);

// What the simulator reads of a request.
struct ChatCall {
    QByteArray model;
    bool stream = false;
    bool includeUsage = false;
    qint64 promptTokens = 0;
    quint64 promptHash = 0;
    std::optional<qint64> maxTokens;
    // Views into the document; valid until it parses again.
    bool wantsJson = false;
    JsonValue schema;
    QByteArrayView tool; // name of the function to call; empty: none
    JsonValue toolParameters;
};

// Empty when the request is fine.
std::optional<WireError> readChatCall(JsonValue body, ChatCall &call);

// The whole answer to one request, decided; how fast and how broken it arrives is not its business.
struct ChatAnswer {
    QByteArray id; // "chatcmpl-..."
    QByteArray model;
    qint64 created = 0; // Unix seconds
    qint64 promptTokens = 0;
    qint64 cachedTokens = 0;
    std::shared_ptr<const TokenText> reasoning; // may be null
    std::shared_ptr<const TokenText> content;   // the text, or the arguments of the tool call
    qsizetype reasoningTokens = 0;              // of `reasoning`, when cut by max_tokens
    qsizetype contentTokens = 0;
    QByteArray tool; // function called; empty: a text
    QByteArray callId;
    QByteArray finishReason; // empty: null
    bool includeUsage = false;

    qsizetype tokens() const { return reasoningTokens + contentTokens; }

    // Not streamed: the whole object.
    QByteArray toJson() const;
    // Streamed: the first event, `perEvent` tokens in each of the next, the finish reason, usage if asked for, and [DONE].
    qsizetype eventCount(qsizetype perEvent = 1) const;
    qsizetype tokenEvents(qsizetype perEvent = 1) const; // those that carry tokens
    void appendEvent(QByteArray &out, qsizetype index, qsizetype perEvent = 1) const;

private:
    void appendHead(QByteArray &out) const;
    void appendTokens(QByteArray &out, qsizetype index, qsizetype perEvent) const;
    void appendUsage(QByteArray &out) const;
};

// JSON that a schema allows, as far as the simulator understands it: types, properties, enum, items; plausible otherwise.
QByteArray jsonForSchema(JsonValue schema, quint64 choice);

} // namespace tollgate
