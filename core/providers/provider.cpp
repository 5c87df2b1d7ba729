#include "core/providers/provider.h"

#include "core/providers/azure.h"
#include "core/providers/ollama.h"
#include "core/providers/openai.h"
#include "core/providers/responses.h"
#include "core/providers/serverless.h"

namespace tollgate {

const Provider *providerFor(ProviderType type)
{
    static const OpenAiProvider openAi; // all are stateless
    static const ResponsesProvider responses;
    static const AzureProvider azure;
    static const OllamaProvider ollama;
    static const ServerlessProvider serverless;
    switch (type) {
    case ProviderType::OpenAi:
    case ProviderType::OpenAiCompatible:
    case ProviderType::Simulator:
        return &openAi;
    case ProviderType::Azure:
        return &azure;
    case ProviderType::Ollama:
        return &ollama;
    case ProviderType::Serverless:
        return &serverless;
    case ProviderType::OpenAiResponses:
        return &responses;
    case ProviderType::Anthropic:
    case ProviderType::Gemini:
        break;
    }
    return nullptr;
}

QList<ProviderType> builtProviderTypes()
{
    return {ProviderType::OpenAi,     ProviderType::OpenAiResponses, ProviderType::OpenAiCompatible, ProviderType::Ollama, ProviderType::Azure,
            ProviderType::Serverless, ProviderType::Simulator};
}

} // namespace tollgate
