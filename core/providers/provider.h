// A wire format: how a request becomes bytes and how bytes become an answer. Stateless and pure; one object per wire serves all
// providers of that type. Decoders hold one answer's state. Nothing here does I/O.
#pragma once

#include "core/base/result.h"
#include "core/base/headers.h"
#include "core/chat/chatrequest.h"
#include "core/chat/completion.h"
#include "core/chat/failure.h"
#include "core/net/endpoint.h"
#include "core/net/ratelimits.h"
#include "core/settings/providerconfig.h"

#include <memory>

namespace tollgate {

// A request ready for the transport, key excluded.
struct EncodedRequest {
    QByteArray method = "POST";
    Endpoint endpoint;
    QByteArray target; // path and query
    Headers headers;
    QByteArray body;
    QByteArray secretHeader = "Authorization"; // where the key goes; empty: this wire sends none
    QByteArray secretPrefix = "Bearer ";
    QStringList droppedParameters; // set by the user but unknown to this wire: told to the user, never silently
};

// What the decoder tells as it goes; on the engine thread, from inside feed() and finish().
class DecoderSink
{
public:
    virtual ~DecoderSink() = default;
    virtual void deltaDecoded(const Delta &delta) = 0;
};

// How an answer ended, by its own protocol.
struct DecodeEnd {
    enum class Kind : quint8 { Complete, Incomplete, Failed, Queued };
    Kind kind = Kind::Incomplete;
    Failure failure; // Failed and Incomplete
};

// Decodes one 2xx answer. Fed with the body as it arrives, in any split; the decoder buffers what it must. When an error object
// comes inside a 2xx answer or a stream, end() is Failed with what the provider said.
class ReplyDecoder
{
public:
    virtual ~ReplyDecoder() = default;
    // False when nothing more is wanted: the protocol's end marker or an error was seen, or a cap was passed. The transport then
    // drains to the end of the HTTP message (so that the connection can be kept) or closes. What it drains may still be fed: no
    // delta comes of it, but a usage that follows the end marker is taken.
    virtual bool feed(QByteArrayView bytes, DecoderSink &sink) = 0;
    // The HTTP body is over (true: whole by its framing; false: cut). Decides how the answer ended.
    virtual DecodeEnd finish(bool httpComplete, DecoderSink &sink) = 0;
    // What has been decoded so far: text, usage, ids. Usage merges by replacement, as each wire demands.
    virtual const Completion &completion() const = 0;
    // True once the protocol's own end marker was seen: the answer can be delivered before the HTTP end.
    virtual bool sawEnd() const = 0;
    // True once one whole event, line or document of the protocol was decoded; keep-alive comments and blank lines are none.
    virtual bool sawEvent() const { return sawEnd() || sawContent(); }
    // True once content (text, reasoning, tool call) was decoded: from here no retry.
    bool sawContent() const
    {
        const Completion &c = completion();
        return !c.text.isEmpty() || !c.reasoning.isEmpty() || !c.toolCalls.isEmpty() || !c.refusal.isEmpty();
    }
};

struct ModelInfo {
    QString id;
    QString displayName;
    std::optional<qint64> contextTokens;
    std::optional<qint64> maxOutputTokens;
    qint64 createdUnix = 0;
    // Prices told by the provider itself (OpenRouter), USD per token as decimal strings; empty: not told.
    QString inputUsdPerToken;
    QString outputUsdPerToken;
};
struct ModelPage {
    QList<ModelInfo> models;
    QByteArray nextPage; // pass to encodeModelList; empty: that was all
};

class Provider
{
public:
    virtual ~Provider() = default;

    // Everything but the key. The model is request.model, already resolved. Fails (Usage) on what this wire cannot say.
    virtual Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request) const = 0;
    // A decoder for a 2xx answer; never null. `streamed` is what was asked, the headers say what came. A status this wire does not
    // use (204, 206; 202 where nothing queues) gives a decoder whose end is Failed with Protocol.
    virtual std::unique_ptr<ReplyDecoder> decoder(const ProviderConfig &config, bool streamed, int status, const Headers &headers) const = 0;
    // Classifies an answer outside 2xx by status, headers and body (body may be cut at 64 KiB).
    virtual Failure classifyError(const ProviderConfig &config, int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs) const = 0;

    // False: there is nothing to ask this wire but prompts. encodeModelList() fails, and a test opens a connection and sends nothing.
    virtual bool listsModels() const { return true; }
    virtual Result<EncodedRequest> encodeModelList(const ProviderConfig &config, QByteArrayView page) const = 0;
    virtual Result<ModelPage> decodeModelList(const ProviderConfig &config, QByteArrayView body) const = 0;
    // The id support asks for: "x-request-id" and the like.
    virtual QString requestId(const Headers &headers) const = 0;
    virtual RateLimits rateLimits(const Headers &headers, qint64 nowWallMs) const { return parseRateLimits(headers, nowWallMs); }
};

// The wire for a type; null for types that are not built yet. Lives for ever.
const Provider *providerFor(ProviderType type);
QList<ProviderType> builtProviderTypes();

} // namespace tollgate
