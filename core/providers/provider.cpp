#include "core/providers/provider.h"

#include "core/providers/gemini.h"
#include "core/providers/openai.h"
#include "core/providers/responses.h"

namespace tollgate {

const Provider *providerFor(ProviderType type)
{
    static const OpenAiProvider openAi; // all are stateless
    static const ResponsesProvider responses;
    static const GeminiProvider gemini;
    switch (type) {
    case ProviderType::OpenAi:
    case ProviderType::OpenAiCompatible:
    case ProviderType::Simulator:
        return &openAi;
    case ProviderType::OpenAiResponses:
        return &responses;
    case ProviderType::Gemini:
        return &gemini;
    case ProviderType::Anthropic:
    case ProviderType::Ollama:
    case ProviderType::Azure:
    case ProviderType::Serverless:
        break;
    }
    return nullptr;
}

QList<ProviderType> builtProviderTypes()
{
    return {ProviderType::OpenAi, ProviderType::OpenAiResponses, ProviderType::OpenAiCompatible, ProviderType::Gemini,
            ProviderType::Simulator};
}

} // namespace tollgate
