// Settings that a model does not take: left out when its provider said so before, or says so now (providers.md section 1: "on 400 with
// `param` naming it, drop it and tell the user").
#include "core/engine/flight.h"

#include "core/engine/road.h"
#include "core/engine/words.h"
#include "core/providers/capabilities.h"

#include <algorithm>

namespace tollgate {

void Flight::warn(const QString &words)
{
    decide(words);
    if (!m_warning.isEmpty())
        m_warning += u' ';
    m_warning += words;
}

void Flight::leaveOutRefusedSettings()
{
    QStringList left;
    for (const RefusedSetting &one : m_settings->refusedSettings) {
        if (one.providerId != m_config->id || one.model != m_request.model)
            continue;
        const auto setting = settingFromName(one.setting);
        if (setting && mayBeLeftOut(*setting) && leaveOut(m_request.parameters, *setting))
            left << one.setting;
    }
    if (!left.isEmpty())
        warn(engineWords("Not sent, because %1 refused it for %2 before: %3.")
                 .arg(m_config->name, m_request.model, left.join(QStringLiteral(", "))));
}

// Nothing was generated and nothing is charged for a refused setting, so that asking again without it is safe. True: it is under way.
bool Flight::tryWithout(const Failure &failure)
{
    const auto setting = settingFromField(failure.parameter);
    if (!setting || !mayBeLeftOut(*setting) || !saysUnsupported(failure) || m_history.contentDelivered
        || m_history.attempts >= std::clamp(m_request.maxAttempts, 1, 10) || !leaveOut(m_request.parameters, *setting))
        return false;
    Result<EncodedRequest> encoded = m_provider->encode(*m_config, m_request);
    if (!encoded.ok())
        return false;
    m_encoded = std::move(encoded).value();
    if (m_key.isValid())
        m_storeKey = keyOfRequest(); // the answer belongs to what was asked in the end
    warn(engineWords("%1 does not take %2 for %3: it was left out.").arg(m_config->name, settingName(*setting), m_request.model));
    rememberRefusal({m_config->id, m_request.model, settingName(*setting)});
    closeAttempt(failure);
    keepCostOfFailedAttempt();
    if (!isOver())
        enterBackingOff({true, Milliseconds(0), engineWords("%1 without %2").arg(failure.httpStatus).arg(settingName(*setting))}, failure);
    return true;
}

void Flight::rememberRefusal(const RefusedSetting &refused)
{
    const Result<void> written = m_road.world.settings.update([&refused](SettingsData &data) {
        if (data.refusedSettings.contains(refused))
            return;
        data.refusedSettings.append(refused);
        data.refusedSettings.remove(0, std::max<qsizetype>(data.refusedSettings.size() - 200, 0));
    });
    if (!written.ok()) // it is found out again next time
        decide(written.error().text());
}

} // namespace tollgate
