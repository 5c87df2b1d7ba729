// Decoding speed of streamed OpenAI answers: MB/s of SSE in 64 KB pieces and in 1-byte pieces of a 10 MB answer, and their ratio.
// Bars: at least 150 MB/s, and at most 4 times the time.
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
QByteArray answerOf(qsizetype bytes)
{
    QByteArray body;
    body.reserve(bytes + 1024);
    const QByteArray head = "data: {\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\","
                            "\"created\":1795500000,\"model\":\"gpt-5.4-mini-2026-03-17\",\"service_tier\":\"default\","
                            "\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,\"delta\":{";
    for (int i = 0; body.size() < bytes; ++i)
        body += head + (i % 50 ? "\"content\":\" river\"" : "\"content\":\" größte\\n\"")
            + "},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";
    body += head + "},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    return body;
}

double secondsFor(const QByteArray &body, qsizetype piece)
{
    ProviderConfig config;
    config.type = ProviderType::OpenAi;
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

double median(const QByteArray &body, qsizetype piece, int rounds)
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i)
        times.push_back(secondsFor(body, piece));
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QByteArray body = answerOf(10'000'000);
    const double megabytes = double(body.size()) / 1e6;
    secondsFor(body, 65'536); // warm
    const double blocks = median(body, 65'536, 15);
    const double bytes = median(body, 1, 7);
    std::printf("%-22s %10s %10s\n", "pieces of 10 MB SSE", "ms", "MB/s");
    std::printf("%-22s %10.1f %10.1f\n", "64 KB", blocks * 1e3, megabytes / blocks);
    std::printf("%-22s %10.1f %10.1f\n", "1 byte", bytes * 1e3, megabytes / bytes);
    std::printf("%-22s %10.2f   (bar: 4.00)\n", "ratio", bytes / blocks);
    std::printf("%-22s %10s\n", "150 MB/s in 64 KB", megabytes / blocks >= 150 ? "met" : "MISSED");
    return 0;
}
