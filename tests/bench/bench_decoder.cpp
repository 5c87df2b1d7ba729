// Decoding speed of every wire's answers: MB/s in 64 KB pieces and in 1-byte pieces of a 10 MB answer, and their ratio. A serverless
// endpoint does not stream: its one document of 10 MB is held to the ratio, and ten documents of 1 MB, nearer to what platforms let
// through, to the speed (a document of 10 MB spends its time in memory that is touched for the first time).
// Bars: at least 150 MB/s, and at most 4 times the time. With an argument, only wires whose name begins so.
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

constexpr int answerBytes = 10'000'000;

// One token of a few letters per event, as providers send it; every 50th outside Latin.
const char *tokenOf(int i)
{
    return i % 50 ? " river" : " größte\\n";
}

QByteArray openAiAnswer()
{
    QByteArray body;
    body.reserve(answerBytes + 1024);
    const QByteArray head = "data: {\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\","
                            "\"created\":1795500000,\"model\":\"gpt-5.4-mini-2026-03-17\",\"service_tier\":\"default\","
                            "\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,\"delta\":{";
    for (int i = 0; body.size() < answerBytes; ++i)
        body += head + "\"content\":\"" + tokenOf(i) + "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";
    body += head + "},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    return body;
}

QByteArray responsesAnswer()
{
    QByteArray body;
    body.reserve(answerBytes + 1024);
    QByteArray text;
    const QByteArray item = "\"item_id\":\"msg_67ccd3acc8d48190a77525dc6de64b4104becb25c45c1d41\",\"output_index\":0,\"content_index\":0";
    for (int i = 0; body.size() + text.size() < answerBytes; ++i) {
        body += "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":"
            + QByteArray::number(i + 4) + ',' + item + ",\"delta\":\"" + tokenOf(i) + "\",\"logprobs\":[],\"obfuscation\":\"kX9qB2w\"}\n\n";
        text += tokenOf(i);
    }
    body += "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"status\":\"completed\","
            "\"model\":\"gpt-5.4\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" + text
        + "\"}]}],\"usage\":{\"input_tokens\":9,\"output_tokens\":9}}}\n\n";
    return body;
}

QByteArray anthropicAnswer()
{
    QByteArray body = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":"
                      "\"assistant\",\"content\":[],\"model\":\"claude-opus-5-5\",\"stop_reason\":null,\"usage\":{\"input_tokens\":20,"
                      "\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                      "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
    body.reserve(answerBytes + 1024);
    for (int i = 0; body.size() < answerBytes; ++i)
        body += QByteArray("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
                           "\"text\":\"") + tokenOf(i) + "\"}}\n\n";
    body += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":"
            "\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":12}}\n\n"
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    return body;
}

QByteArray geminiAnswer()
{
    QByteArray body;
    body.reserve(answerBytes + 1024);
    for (int i = 0; body.size() < answerBytes; ++i)
        body += QByteArray("data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"") + tokenOf(i)
            + "\"}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 120,\"candidatesTokenCount\": "
            + QByteArray::number(i + 1) + ",\"totalTokenCount\": " + QByteArray::number(i + 121)
            + ",\"promptTokensDetails\": [{\"modality\": \"TEXT\",\"tokenCount\": 120}]},\"modelVersion\": \"gemini-3.6-flash\","
              "\"responseId\": \"kX9qaB2wHJ\"}\r\n\r\n";
    body += "data: {\"candidates\": [{\"finishReason\": \"STOP\"}]}\r\n\r\n";
    return body;
}

QByteArray azureAnswer()
{
    QByteArray body;
    body.reserve(answerBytes + 1024);
    const QByteArray head = "data: {\"choices\":[{\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":\"safe\"},"
                            "\"violence\":{\"filtered\":false,\"severity\":\"safe\"}},\"delta\":{";
    const QByteArray tail = ",\"index\":0,\"logprobs\":null}],\"created\":1795500000,\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\","
                            "\"model\":\"gpt-5.4-mini-2026-03-17\",\"object\":\"chat.completion.chunk\",\"system_fingerprint\":\"fp_44709d6fcb\"}\n\n";
    for (int i = 0; body.size() < answerBytes; ++i)
        body += head + "\"content\":\"" + tokenOf(i) + "\"},\"finish_reason\":null" + tail;
    body += head + "},\"finish_reason\":\"stop\"" + tail + "data: [DONE]\n\n";
    return body;
}

QByteArray ollamaAnswer()
{
    QByteArray body;
    body.reserve(answerBytes + 1024);
    const QByteArray head = "{\"model\":\"llama3.2\",\"created_at\":\"2026-11-23T10:00:00.123456789Z\",\"message\":{\"role\":\"assistant\",\"content\":\"";
    for (int i = 0; body.size() < answerBytes; ++i)
        body += head + tokenOf(i) + "\"},\"done\":false}\n";
    body += head + "\"},\"done_reason\":\"stop\",\"done\":true,\"prompt_eval_count\":14,\"eval_count\":3}\n";
    return body;
}

QByteArray serverlessAnswer(int bytes)
{
    QByteArray body = "{\"response\":\"";
    for (int i = 0; body.size() < bytes; ++i)
        body += tokenOf(i);
    return body + "\",\"tokens\":123}";
}
QByteArray bigServerlessAnswer()
{
    return serverlessAnswer(answerBytes);
}
QByteArray usualServerlessAnswer()
{
    return serverlessAnswer(answerBytes / 10);
}

struct Wire {
    const char *name;
    ProviderType type;
    const char *contentType;
    QByteArray (*answer)();
    int answers = 1; // decoded one after the other
    bool isHeldToSpeed = true;
    bool isHeldToRatio = true;
};

constexpr Wire wires[] = {
    {"openai", ProviderType::OpenAi, "text/event-stream", openAiAnswer},
    {"openai-responses", ProviderType::OpenAiResponses, "text/event-stream", responsesAnswer},
    {"anthropic", ProviderType::Anthropic, "text/event-stream", anthropicAnswer},
    {"gemini", ProviderType::Gemini, "text/event-stream", geminiAnswer},
    {"azure", ProviderType::Azure, "text/event-stream", azureAnswer},
    {"ollama", ProviderType::Ollama, "application/x-ndjson", ollamaAnswer},
    {"serverless", ProviderType::Serverless, "application/json", bigServerlessAnswer, 1, false, true},
    {"serverless, 1 MB", ProviderType::Serverless, "application/json", usualServerlessAnswer, 10, true, false},
};

void decode(const Wire &wire, const QByteArray &body, qsizetype piece)
{
    ProviderConfig config;
    config.type = wire.type;
    const std::unique_ptr<ReplyDecoder> decoder = providerFor(config.type)->decoder(
        config, true, 200, Headers{{"Content-Type", wire.contentType}, {"Content-Length", QByteArray::number(body.size())}});
    Counter sink;
    for (qsizetype at = 0; at < body.size(); at += piece)
        decoder->feed(QByteArrayView(body).sliced(at, std::min(piece, body.size() - at)), sink);
    const DecodeEnd end = decoder->finish(true, sink);
    if (end.kind != DecodeEnd::Kind::Complete || sink.characters() != decoder->completion().text.size())
        std::fprintf(stderr, "%s: the answer was not decoded whole: %s\n", wire.name, qPrintable(end.failure.message));
}

double secondsFor(const Wire &wire, const QByteArray &body, qsizetype piece)
{
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < wire.answers; ++i)
        decode(wire, body, piece);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return took.count();
}

double median(const Wire &wire, const QByteArray &body, qsizetype piece, int rounds)
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i)
        times.push_back(secondsFor(wire, body, piece));
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

bool measure(const Wire &wire)
{
    const QByteArray body = wire.answer();
    const double megabytes = double(body.size()) * wire.answers / 1e6;
    secondsFor(wire, body, 65'536); // warm
    const double blocks = median(wire, body, 65'536, 15);
    const double bytes = median(wire, body, 1, 7);
    const bool met = (!wire.isHeldToSpeed || megabytes / blocks >= 150) && (!wire.isHeldToRatio || bytes / blocks <= 4);
    std::printf("%-18s %8.1f ms %8.1f MB/s %8.1f ms %8.1f MB/s %8.2f   %s\n", wire.name, blocks * 1e3, megabytes / blocks, bytes * 1e3,
                megabytes / bytes, bytes / blocks, met ? "met" : "MISSED");
    std::fflush(stdout);
    return met;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QByteArray wanted = argc > 1 ? QByteArray(argv[1]) : QByteArray();
    std::printf("%-18s %25s %25s %8s\n", "10 MB answers", "64 KB pieces", "1-byte pieces", "ratio");
    bool met = true;
    for (const Wire &wire : wires) {
        if (QByteArrayView(wire.name).startsWith(wanted))
            met = measure(wire) && met;
    }
    return met ? 0 : 1;
}
