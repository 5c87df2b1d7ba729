#include "core/providers/serverlessdecoder.h"

#include "core/chat/tokenestimate.h"
#include "core/providers/serverlesserror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

constexpr qsizetype maxDocument = 32 * 1024 * 1024; // reliability.md section 2.1
constexpr qint64 maxTokens = 1'000'000'000'000;     // above any context window by far; keeps sums and products in range

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

} // namespace

ServerlessDecoder::ServerlessDecoder(int status, qint64 announced, const QString &requestId) : m_status(status)
{
    // Room for the biggest answer that a function's platform lets through, so that it is not moved while it grows.
    m_body.reserve(qsizetype(std::clamp<qint64>(announced, 0, 8 * 1024 * 1024)));
    m_completion.requestId = requestId;
}

bool ServerlessDecoder::feed(QByteArrayView bytes, DecoderSink &)
{
    if (m_tooLarge || m_body.size() + bytes.size() > maxDocument) {
        m_tooLarge = true;
        m_body.clear();
        return false;
    }
    m_body.append(bytes);
    return true;
}

DecodeEnd ServerlessDecoder::finish(bool httpComplete, DecoderSink &sink)
{
    DecodeEnd end = endOf(httpComplete, sink);
    if (end.kind != DecodeEnd::Kind::Complete && end.failure.phase == Phase::Route)
        end.failure.phase = Phase::Stream;
    m_body.clear();
    return end;
}

DecodeEnd ServerlessDecoder::endOf(bool httpComplete, DecoderSink &sink)
{
    if (m_tooLarge)
        return protocol(tr("The answer is larger than 32 MiB."));
    if (m_status != 200 && m_status != 202)
        return protocol(tr("The answer has the status %1, which this provider does not use.").arg(m_status) + u'\n' + plainExcerpt(m_body));
    if (!httpComplete) {
        Failure failure = providerFailure(FailureKind::Ambiguous, tr("The connection ended before an answer came."));
        failure.phase = Phase::FirstByte;
        return {DecodeEnd::Kind::Incomplete, failure};
    }
    const bool isEmpty = m_body.trimmed().isEmpty();
    if (m_status == 202 && isEmpty)
        return queued({});
    if (isEmpty)
        return protocol(tr("The answer is empty."));
    JsonDocument document;
    const Result<JsonValue> root = document.parse(m_body);
    if (!root.ok() || !root->isObject())
        return protocol(tr("The answer is not a JSON object:") + u'\n' + plainExcerpt(m_body));
    // What stands there twice could be read, and priced, either way.
    if (hasDuplicateKeys(*root))
        return protocol(tr("A field of the answer is there twice:") + u'\n' + plainExcerpt(m_body));
    m_sawDocument = true;
    return takeDocument(*root, sink);
}

DecodeEnd ServerlessDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    if (isServerlessError(root))
        return {DecodeEnd::Kind::Failed, serverlessErrorInside(root)};
    if (m_status == 202)
        return queued(root);
    const JsonValue response = root["response"];
    if (!response.isString())
        return protocol(tr("The answer holds no \"response\":") + u'\n' + plainExcerpt(m_body));
    Delta delta;
    delta.text = response.string();
    if (!delta.text.isEmpty()) {
        m_completion.append(delta);
        sink.deltaDecoded(delta);
    }
    takeUsage(root);
    m_completion.finishReason = FinishReason::Stop;
    m_completion.complete = true;
    return {DecodeEnd::Kind::Complete, {}};
}

DecodeEnd ServerlessDecoder::queued(JsonValue root)
{
    m_completion.responseId = plainExcerpt(root["message_id"].utf8()).left(256);
    DecodeEnd end;
    end.kind = DecodeEnd::Kind::Queued;
    end.failure = providerFailure(FailureKind::Queued, tr("The endpoint accepted the request; the answer comes later."), m_status);
    return end;
}

void ServerlessDecoder::takeUsage(JsonValue root)
{
    const bool cached = root["cached"].boolean().value_or(false);
    const qint64 total = std::clamp<qint64>(root["tokens"].integer().value_or(0), 0, maxTokens);
    if (!cached && total == 0)
        return; // a function that counts nothing says 0, and an answer without tokens does not exist
    Usage &usage = m_completion.usage;
    usage.present = true;
    if (!cached) {
        usage.visibleOutput = std::min(total, estimateTokens(m_completion.text, {}));
        usage.uncachedInput = total - usage.visibleOutput;
        usage.estimated = true;
    }
    JsonWriter writer(m_completion.rawUsage);
    writer.beginObject();
    for (const char *name : {"tokens", "cached"}) {
        if (const JsonValue value = root[name]; value.isNumber() || value.isBool())
            writer.key(name).raw(value.toJson());
    }
    writer.endObject();
}

DecodeEnd ServerlessDecoder::protocol(const QString &message) const
{
    return {DecodeEnd::Kind::Failed, providerFailure(FailureKind::Protocol, plainText(message), m_status)};
}

} // namespace tollgate
