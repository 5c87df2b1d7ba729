#include "core/providers/provider.h"

#include "core/providers/anthropic.h"
#include "core/providers/openai.h"
#include "core/providers/responses.h"

namespace tollgate {

const Provider *providerFor(ProviderType type)
{
    static const OpenAiProvider openAi; // all are stateless
    static const ResponsesProvider responses;
    static const AnthropicProvider anthropic;
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
    case ProviderType::Ollama:
    case ProviderType::Azure:
    case ProviderType::Serverless:
        break;
    }
    return nullptr;
}

QList<ProviderType> builtProviderTypes()
{
    return {ProviderType::OpenAi, ProviderType::OpenAiResponses, ProviderType::OpenAiCompatible, ProviderType::Anthropic,
            ProviderType::Simulator};
}

} // namespace tollgate
