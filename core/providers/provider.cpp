#include "core/providers/provider.h"

#include "core/providers/anthropic.h"
#include "core/providers/azure.h"
#include "core/providers/gemini.h"
#include "core/providers/ollama.h"
#include "core/providers/openai.h"
#include "core/providers/responses.h"
#include "core/providers/serverless.h"

namespace tollgate {

const Provider *providerFor(ProviderType type)
{
    static const OpenAiProvider openAi; // all are stateless
    static const ResponsesProvider responses;
    static const AnthropicProvider anthropic;
    static const GeminiProvider gemini;
    static const OllamaProvider ollama;
    static const AzureProvider azure;
    static const ServerlessProvider serverless;
    switch (type) {
    case ProviderType::OpenAi:
    case ProviderType::OpenAiCompatible:
    case ProviderType::Simulator:
        return &openAi;
    case ProviderType::OpenAiResponses:
        return &responses;
    case ProviderType::Anthropic:
        return &anthropic;
    case ProviderType::Gemini:
        return &gemini;
    case ProviderType::Ollama:
        return &ollama;
    case ProviderType::Azure:
        return &azure;
    case ProviderType::Serverless:
        return &serverless;
    }
    return nullptr;
}

QList<ProviderType> builtProviderTypes()
{
    return {ProviderType::OpenAi, ProviderType::OpenAiResponses, ProviderType::OpenAiCompatible,
            ProviderType::Anthropic, ProviderType::Gemini, ProviderType::Ollama,
            ProviderType::Azure, ProviderType::Serverless, ProviderType::Simulator};
}

} // namespace tollgate
