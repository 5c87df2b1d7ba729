#include "core/providers/provider.h"

#include "core/providers/openai.h"

namespace tollgate {

const Provider *providerFor(ProviderType type)
{
    static const OpenAiProvider openAi; // stateless
    switch (type) {
    case ProviderType::OpenAi:
    case ProviderType::OpenAiCompatible:
    case ProviderType::Simulator:
        return &openAi;
    case ProviderType::OpenAiResponses:
    case ProviderType::Anthropic:
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
    return {ProviderType::OpenAi, ProviderType::OpenAiCompatible, ProviderType::Simulator};
}

} // namespace tollgate
