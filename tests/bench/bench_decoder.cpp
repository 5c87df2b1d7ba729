// Decoding speed of streamed answers, wire by wire: MB/s of SSE in 64 KB pieces and in 1-byte pieces of a 10 MB answer, and their
// ratio. Bars: at least 150 MB/s, and at most 4 times the time.
#include "core/providers/provider.h"

#include <QCoreApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace tollgate;

namespace {

class Counter final : public DecoderSink
{
public:
    void deltaDecoded(const Delta &delta) override { m_characters += delta.text.size(); }
    qint64 characters() const { return m_characters; }

private:
    qint64 m_characters = 0;
};

// One token of a few letters per event, as providers send it; every 50th outside Latin.
const char *wordAt(int i)
{
    return i % 50 ? " river" : " größte\\n";
}

QByteArray chatAnswer(qsizetype bytes)
{
    QByteArray body;
    body.reserve(bytes + 1024);
    const QByteArray head = "data: {\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\","
                            "\"created\":1795500000,\"model\":\"gpt-5.4-mini-2026-03-17\",\"service_tier\":\"default\","
                            "\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,\"delta\":{";
    for (int i = 0; body.size() < bytes; ++i)
        body += head + "\"content\":\"" + wordAt(i) + "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";
    body += head + "},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    return body;
}

QByteArray responsesAnswer(qsizetype bytes)
{
    QByteArray body;
    body.reserve(bytes + 1024);
    QByteArray text;
    const QByteArray item = "\"item_id\":\"msg_67ccd3acc8d48190a77525dc6de64b4104becb25c45c1d41\",\"output_index\":0,\"content_index\":0";
    for (int i = 0; body.size() + text.size() < bytes; ++i) {
        body += "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":"
            + QByteArray::number(i + 4) + ',' + item + ",\"delta\":\"" + wordAt(i) + "\",\"logprobs\":[],\"obfuscation\":\"kX9qB2w\"}\n\n";
        text += wordAt(i);
    }
    body += "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"status\":\"completed\","
            "\"model\":\"gpt-5.4\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" + text
        + "\"}]}],\"usage\":{\"input_tokens\":9,\"output_tokens\":9}}}\n\n";
    return body;
}

QByteArray geminiAnswer(qsizetype bytes)
{
    QByteArray body;
    body.reserve(bytes + 1024);
    for (int i = 0; body.size() < bytes; ++i)
        body += QByteArray("data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"") + wordAt(i)
            + "\"}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 120,\"candidatesTokenCount\": "
            + QByteArray::number(i + 1) + ",\"totalTokenCount\": " + QByteArray::number(i + 121)
            + ",\"promptTokensDetails\": [{\"modality\": \"TEXT\",\"tokenCount\": 120}]},\"modelVersion\": \"gemini-3.6-flash\","
              "\"responseId\": \"kX9qaB2wHJ\"}\r\n\r\n";
    body += "data: {\"candidates\": [{\"finishReason\": \"STOP\"}]}\r\n\r\n";
    return body;
}

double secondsFor(ProviderType type, const QByteArray &body, qsizetype piece)
{
    ProviderConfig config;
    config.type = type;
    const std::unique_ptr<ReplyDecoder> decoder =
        providerFor(config.type)->decoder(config, true, 200, Headers{{"Content-Type", "text/event-stream"}});
    Counter sink;
    const auto start = std::chrono::steady_clock::now();
    for (qsizetype at = 0; at < body.size(); at += piece)
        decoder->feed(QByteArrayView(body).sliced(at, std::min(piece, body.size() - at)), sink);
    const DecodeEnd end = decoder->finish(true, sink);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (end.kind != DecodeEnd::Kind::Complete || sink.characters() != decoder->completion().text.size())
        std::fprintf(stderr, "the answer was not decoded whole: %s\n", qPrintable(end.failure.message));
    return took.count();
}

double median(ProviderType type, const QByteArray &body, qsizetype piece, int rounds)
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i)
        times.push_back(secondsFor(type, body, piece));
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

// True when both bars are met.
bool measure(ProviderType type, const QByteArray &body)
{
    const double megabytes = double(body.size()) / 1e6;
    secondsFor(type, body, 65'536); // warm
    const double blocks = median(type, body, 65'536, 15);
    const double bytes = median(type, body, 1, 7);
    const bool met = megabytes / blocks >= 150 && bytes / blocks <= 4;
    std::printf("%-18s %10.1f %10.1f %10.1f %10.1f %8.2f   %s\n", qPrintable(providerTypeName(type)), blocks * 1e3, megabytes / blocks,
                bytes * 1e3, megabytes / bytes, bytes / blocks, met ? "met" : "MISSED");
    return met;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    constexpr qsizetype size = 10'000'000;
    std::printf("%-18s %10s %10s %10s %10s %8s   %s\n", "10 MB of SSE", "64 KB ms", "MB/s", "1 byte ms", "MB/s", "ratio",
                "150 MB/s, ratio 4");
    bool met = measure(ProviderType::OpenAi, chatAnswer(size));
    met = measure(ProviderType::OpenAiResponses, responsesAnswer(size)) && met;
    met = measure(ProviderType::Gemini, geminiAnswer(size)) && met;
    return met ? 0 : 1;
}
