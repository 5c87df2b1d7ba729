#include "core/chat/tokenestimate.h"

#include <algorithm>
#include <cmath>

namespace tollgate {

namespace {

// Average UTF-8 bytes of English and code per token, and tokens per ideograph, kana or Hangul syllable, of a family's tokenizer.
struct Family {
    QLatin1String part; // found in the model's name
    double bytesPerToken;
    double tokensPerIdeograph;
};

constexpr Family other{QLatin1String(""), 3.8, 1.0};

const Family &familyOf(QStringView model)
{
    static constexpr Family families[] = {
        {QLatin1String("claude"), 3.5, 1.1},  {QLatin1String("gpt-4-"), 4.0, 1.1},   {QLatin1String("gpt-3"), 4.0, 1.1},
        {QLatin1String("gpt"), 4.2, 0.8},     {QLatin1String("gemini"), 4.1, 0.7},   {QLatin1String("gemma"), 4.1, 0.7},
        {QLatin1String("llama"), 4.1, 0.9},   {QLatin1String("mixtral"), 3.5, 1.4},  {QLatin1String("mistral"), 3.8, 1.0},
        {QLatin1String("deepseek"), 3.9, 0.6}, {QLatin1String("qwen"), 3.9, 0.7},    {QLatin1String("command"), 3.9, 0.9},
    };
    for (const Family &family : families) {
        if (model.contains(family.part, Qt::CaseInsensitive))
            return family;
    }
    return other;
}

bool isIdeographic(char32_t c)
{
    return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x20000 && c <= 0x3FFFF);
}

double tokensOf(QStringView text, const Family &family)
{
    qint64 asciiBytes = 0;
    qint64 otherBytes = 0;
    qint64 ideographs = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t c = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            c = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        if (c < 0x80)
            ++asciiBytes;
        else if (isIdeographic(c))
            ++ideographs;
        else
            otherBytes += c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
    // Other scripts: a token holds about as many bytes as in English, but more of them are common two-letter pieces.
    return double(asciiBytes) / family.bytesPerToken + double(otherBytes) / 3.2
        + double(ideographs) * family.tokensPerIdeograph;
}

// Role markers around a message, and the marker that opens the answer, in the chat formats of today's models.
constexpr double perMessage = 4;
constexpr double perConversation = 3;
constexpr double perToolCall = 8;
constexpr double perTool = 10;
// A 1024 x 1024 picture: 765 tokens at OpenAI, about 1400 at Anthropic, 1290 at Gemini. Dimensions are not decoded for an estimate.
constexpr double perImage = 1100;

} // namespace

qint64 estimateTokens(QStringView text, QStringView model)
{
    if (text.isEmpty())
        return 0;
    return std::max<qint64>(1, std::llround(std::ceil(tokensOf(text, familyOf(model)))));
}

qint64 estimateInputTokens(const ChatRequest &request, QStringView model)
{
    const Family &family = familyOf(model);
    double tokens = perConversation;
    for (const Message &message : request.messages) {
        tokens += perMessage + tokensOf(message.text, family) + tokensOf(message.reasoning, family);
        tokens += double(message.images.size()) * perImage;
        tokens += double(message.opaqueJson.size()) / family.bytesPerToken;
        for (const ToolCall &call : message.toolCalls)
            tokens += perToolCall + tokensOf(call.name, family) + tokensOf(call.arguments, family);
    }
    for (const ToolDefinition &tool : request.parameters.tools) {
        tokens += perTool + tokensOf(tool.name, family) + tokensOf(tool.description, family)
            + double(tool.parametersSchema.size()) / family.bytesPerToken;
    }
    if (request.parameters.responseFormat == ResponseFormat::JsonSchema)
        tokens += perTool + double(request.parameters.jsonSchema.size()) / family.bytesPerToken;
    return std::llround(std::ceil(tokens));
}

} // namespace tollgate
