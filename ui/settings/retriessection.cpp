#include "ui/settings/retriessection.h"

namespace tollgate::ui {

RetriesSection::RetriesSection(Services &services, QWidget *parent) : FormSection(services, tr("Retries and timeouts"), parent)
{
    addHeading(tr("Retries"), tr("a request that may have reached the model is never sent again by itself"));
    addNumber(tr("Attempts"), &SettingsData::attempts, 1, 10, 1, {}, tr("The first one included. A single run can set its own."));
    addHeading(tr("Timeouts"), tr("how long each phase may take"));
    addNumber(tr("Connect"), &SettingsData::connectTimeoutMs, 1, 120, 1000, tr(" s"), tr("Until the provider’s computer answers."));
    addNumber(tr("TLS"), &SettingsData::tlsTimeoutMs, 1, 120, 1000, tr(" s"), tr("Until the connection is encrypted."));
    addNumber(tr("First byte"), &SettingsData::firstByteTimeoutMs, 1, 3600, 1000, tr(" s"),
              tr("Until the answer begins. Long reasoning without streaming needs more."));
    addNumber(tr("Idle"), &SettingsData::idleTimeoutMs, 1, 3600, 1000, tr(" s"), tr("Between two pieces of an answer."));
    addNumber(tr("Total"), &SettingsData::totalTimeoutSeconds, 1, 86'400, 1, tr(" s"), tr("The whole request, retries and waiting included."));
    load();
}

} // namespace tollgate::ui
