// What a model accepts, by wire and id pattern (providers.md), corrected by what its provider refused before. Pure; any thread.
#pragma once

#include "core/chat/chatrequest.h"
#include "core/chat/failure.h"
#include "core/settings/settings.h"

#include <array>
#include <optional>

namespace tollgate {

enum class Setting : quint8 { Temperature, TopP, MaxTokens, Seed, Stop, ReasoningEffort, JsonObject, JsonSchema, Tools, Images };
inline constexpr int settingCount = 10;

QString settingName(Setting setting); // as on the command line: "temperature", "reasoning_effort", ...
std::optional<Setting> settingFromName(QStringView name);
// From the field a provider named: "top_p", "generationConfig.topP", "output_config.effort", ...
std::optional<Setting> settingFromField(QStringView field);

struct Capabilities {
    std::array<QString, settingCount> refusals; // a sentence that says why; empty: accepted, as far as is known
    QStringList efforts;                        // levels of reasoning effort; empty: not known
    double maxTemperature = 2;
    int maxStops = 4;

    const QString &whyNot(Setting setting) const { return refusals[size_t(setting)]; }
    bool accepts(Setting setting) const { return whyNot(setting).isEmpty(); }
};

Capabilities capabilitiesOf(const ProviderConfig &config, const QString &model, const QList<RefusedSetting> &refused);

// True when a refusal means "this model has no such setting", not "this value is out of range".
bool saysUnsupported(const Failure &failure);
// Settings an answer keeps its meaning without: they may be left out of a second attempt, and the user is told.
bool mayBeLeftOut(Setting setting);
// Unsets it; false when it was not set.
bool leaveOut(Parameters &parameters, Setting setting);

} // namespace tollgate
