#include "core/providers/capabilities.h"

#include "core/providers/catalog.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

namespace tollgate {

namespace {

constexpr const char *names[settingCount] = {"temperature", "top_p",       "max_tokens",  "seed",  "stop",
                                             "reasoning_effort", "json_object", "json_schema", "tools", "images"};

struct Field {
    QLatin1String name; // lower case, without _
    Setting setting;
};

// The last part of a field's path, as the wires of providers.md spell it.
constexpr Field fields[] = {
    {QLatin1String("temperature"), Setting::Temperature},
    {QLatin1String("topp"), Setting::TopP},
    {QLatin1String("maxtokens"), Setting::MaxTokens},
    {QLatin1String("maxcompletiontokens"), Setting::MaxTokens},
    {QLatin1String("maxoutputtokens"), Setting::MaxTokens},
    {QLatin1String("numpredict"), Setting::MaxTokens},
    {QLatin1String("seed"), Setting::Seed},
    {QLatin1String("randomseed"), Setting::Seed},
    {QLatin1String("stop"), Setting::Stop},
    {QLatin1String("stopsequences"), Setting::Stop},
    {QLatin1String("reasoningeffort"), Setting::ReasoningEffort},
    {QLatin1String("reasoning"), Setting::ReasoningEffort},
    {QLatin1String("effort"), Setting::ReasoningEffort},
    {QLatin1String("summary"), Setting::ReasoningEffort}, // OpenAI: reasoning.summary, for verified organisations only
    {QLatin1String("thinking"), Setting::ReasoningEffort},
    {QLatin1String("thinkinglevel"), Setting::ReasoningEffort},
    {QLatin1String("thinkingconfig"), Setting::ReasoningEffort},
    {QLatin1String("think"), Setting::ReasoningEffort},
    {QLatin1String("responseformat"), Setting::JsonSchema},
    {QLatin1String("jsonschema"), Setting::JsonSchema},
    {QLatin1String("responsejsonschema"), Setting::JsonSchema},
    {QLatin1String("responseschema"), Setting::JsonSchema},
    {QLatin1String("tools"), Setting::Tools},
};

QString tr(const char *text)
{
    return QCoreApplication::translate("Capabilities", text);
}

bool matches(const QString &model, const char *pattern)
{
    return QRegularExpression(QLatin1String(pattern), QRegularExpression::CaseInsensitiveOption).match(model).hasMatch();
}

class Builder
{
public:
    Builder(const ProviderConfig &config, QString model) : m_config(config), m_model(std::move(model)) {}

    Capabilities build()
    {
        switch (m_config.type) {
        case ProviderType::OpenAi:
        case ProviderType::Azure: openAi(); break;
        case ProviderType::OpenAiResponses: responses(); break;
        case ProviderType::OpenAiCompatible: compatible(); break;
        case ProviderType::Anthropic: anthropic(); break;
        case ProviderType::Gemini: gemini(); break;
        case ProviderType::Ollama: ollama(); break;
        case ProviderType::Serverless: serverless(); break;
        case ProviderType::Simulator: m_made.efforts = {QStringLiteral("low"), QStringLiteral("medium"), QStringLiteral("high")}; break;
        }
        return std::move(m_made);
    }

private:
    bool is(const char *pattern) const { return matches(m_model, pattern); }
    void refuse(std::initializer_list<Setting> settings, const QString &why)
    {
        for (const Setting setting : settings)
            m_made.refusals[size_t(setting)] = why;
    }
    void refuseForModel(std::initializer_list<Setting> settings)
    {
        for (const Setting setting : settings)
            refuse({setting}, tr("%1 does not take this setting.").arg(m_model));
    }
    void efforts(const char *words) { m_made.efforts = QString::fromLatin1(words).split(u' '); }

    void openAi()
    {
        const bool oSeries = is("^o[134]([-.]|$)");
        const bool firstFive = is("^gpt-5(-mini|-nano|-pro)?(-\\d{4}-\\d\\d-\\d\\d)?$");
        if (oSeries || firstFive)
            refuseForModel({Setting::Temperature, Setting::TopP});
        if (is("^(o3|o4-mini)([-.]|$)"))
            refuseForModel({Setting::Stop});
        if (is("^(gpt-3|gpt-4|chatgpt)"))
            refuseForModel({Setting::ReasoningEffort});
        if (is("^(gpt-3\\.5|gpt-4-0|gpt-4$|o1-mini|o1-preview)"))
            refuseForModel({Setting::JsonSchema, Setting::Images});
        efforts(oSeries ? "low medium high" : firstFive ? "minimal low medium high" : "none minimal low medium high xhigh max");
    }
    void responses()
    {
        openAi();
        refuse({Setting::Seed, Setting::Stop}, tr("The Responses API has no such setting."));
    }
    void compatible()
    {
        const QString missing = tr("%1 has no such setting.").arg(m_config.name);
        switch (dialectOf(m_config)) {
        case Dialect::OpenAi: openAi(); break;
        case Dialect::DeepSeek:
            refuse({Setting::Seed, Setting::Images}, missing);
            if (m_model == u"deepseek-reasoner")
                refuse({Setting::Temperature, Setting::TopP}, tr("%1 ignores it while it thinks.").arg(m_model));
            efforts("none high max");
            break;
        case Dialect::Mistral:
            m_made.maxTemperature = 1.5;
            efforts("none minimal low medium high xhigh");
            break;
        case Dialect::Groq: efforts("none default low medium high"); break;
        case Dialect::OpenRouter: efforts("none minimal low medium high xhigh"); break;
        case Dialect::Generic: break;
        }
    }
    void anthropic()
    {
        m_made.maxTemperature = 1;
        refuse({Setting::Seed}, tr("Anthropic has no seed."));
        if (m_config.apiVersion >= u"2026-10-21")
            refuse({Setting::Temperature, Setting::TopP}, tr("API version %1 does not take it.").arg(m_config.apiVersion));
        else if (is("^claude-(opus|sonnet|haiku|fable|mythos)-([5-9]|4-[789])"))
            refuseForModel({Setting::Temperature, Setting::TopP});
        if (is("^claude-(2|3-(opus|sonnet|haiku|5))"))
            refuseForModel({Setting::ReasoningEffort, Setting::JsonSchema});
        refuse({Setting::JsonObject}, tr("Anthropic has JSON by schema only."));
        efforts("low medium high xhigh max");
    }
    void gemini()
    {
        m_made.maxStops = 5;
        if (is("^(models/)?gemini-(1|2\\.0)"))
            refuseForModel({Setting::ReasoningEffort});
        efforts("minimal low medium high");
    }
    void ollama() { efforts("none low medium high max"); }
    void serverless()
    {
        refuse({Setting::Temperature, Setting::TopP, Setting::MaxTokens, Setting::Seed, Setting::Stop, Setting::ReasoningEffort,
                Setting::JsonObject, Setting::JsonSchema, Setting::Tools, Setting::Images},
               tr("A serverless endpoint takes the prompt only."));
    }

    const ProviderConfig &m_config;
    const QString m_model;
    Capabilities m_made;
};

} // namespace

QString settingName(Setting setting)
{
    return QString::fromLatin1(names[size_t(setting)]);
}

std::optional<Setting> settingFromName(QStringView name)
{
    const auto found = std::find_if(std::begin(names), std::end(names), [name](const char *known) { return name == QLatin1String(known); });
    return found == std::end(names) ? std::nullopt : std::optional(Setting(found - std::begin(names)));
}

std::optional<Setting> settingFromField(QStringView field)
{
    // "stop[0]" and "$.generationConfig.stopSequences[1]" name their list.
    QString last = field.sliced(field.lastIndexOf(u'.') + 1).toString().toLower().remove(u'_');
    last = last.section(u'[', 0, 0);
    const auto found = std::find_if(std::begin(fields), std::end(fields), [&last](const Field &known) { return last == known.name; });
    return found == std::end(fields) ? std::nullopt : std::optional(found->setting);
}

Capabilities capabilitiesOf(const ProviderConfig &config, const QString &model, const QList<RefusedSetting> &refused)
{
    Capabilities made = Builder(config, model).build();
    for (const RefusedSetting &one : refused) {
        if (one.providerId != config.id || one.model != model)
            continue;
        if (const auto setting = settingFromName(one.setting); setting && made.accepts(*setting))
            made.refusals[size_t(*setting)] = tr("%1 refused it for %2.").arg(config.name, model);
    }
    return made;
}

bool saysUnsupported(const Failure &failure)
{
    if (failure.kind != FailureKind::Rejected || failure.parameter.isEmpty())
        return false;
    if (failure.providerCode == u"unsupported_parameter" || failure.providerCode == u"unsupported_value")
        return true;
    static const QRegularExpression words(QStringLiteral("unsupported|not supported|n[o']t support|not permitted|not allowed|deprecated|"
                                                         "unknown (field|name|parameter)|unrecognized|extra inputs"),
                                          QRegularExpression::CaseInsensitiveOption);
    return words.match(failure.message).hasMatch();
}

bool mayBeLeftOut(Setting setting)
{
    switch (setting) {
    case Setting::Temperature:
    case Setting::TopP:
    case Setting::Seed:
    case Setting::ReasoningEffort: return true;
    default: return false; // the answer would be another kind of answer, or longer than asked for
    }
}

bool leaveOut(Parameters &parameters, Setting setting)
{
    const Parameters before = parameters;
    switch (setting) {
    case Setting::Temperature: parameters.temperature.reset(); break;
    case Setting::TopP: parameters.topP.reset(); break;
    case Setting::MaxTokens: parameters.maxTokens.reset(); break;
    case Setting::Seed: parameters.seed.reset(); break;
    case Setting::Stop: parameters.stop.clear(); break;
    case Setting::ReasoningEffort: parameters.reasoningEffort.clear(); break;
    default: break;
    }
    return !(parameters == before);
}

} // namespace tollgate
