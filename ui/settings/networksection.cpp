#include "ui/settings/networksection.h"

#include "ui/settings/certificateedit.h"
#include "ui/settings/proxyedit.h"

namespace tollgate::ui {

NetworkSection::NetworkSection(Services &services, QWidget *parent) : FormSection(services, tr("Network"), parent)
{
    addHeading(tr("Proxy"), tr("for providers that do not say otherwise"));
    auto *proxy = new ProxyEdit(services.theme, false, this);
    connect(proxy, &ProxyEdit::edited, this, &NetworkSection::noteEdit);
    addField(tr("Proxy"), proxy, tr("HTTP proxies are asked to CONNECT, so they see the host’s name and nothing else."),
             {[proxy](const SettingsData &values) { proxy->setValue(values.proxy); },
              [proxy](SettingsData &values) { values.proxy = proxy->value(); },
              [proxy](const SettingsData &values) { return values.proxy != proxy->value(); }, [proxy] { return proxy->problem(); }});

    addHeading(tr("Certificates"));
    auto *authorities = new CertificateEdit(services.theme, this);
    connect(authorities, &CertificateEdit::edited, this, &NetworkSection::noteEdit);
    addField(tr("Own authorities"), authorities, tr("A PEM file, trusted besides the system’s."),
             {[authorities](const SettingsData &values) { authorities->setPath(values.caFile); },
              [authorities](SettingsData &values) { values.caFile = authorities->path(); },
              [authorities](const SettingsData &values) { return values.caFile != authorities->path(); },
              [authorities] { return authorities->problem(); }});

    addHeading(tr("Deadlines"), tr("how long each phase of a request may take"));
    addNumber(tr("Connect"), &SettingsData::connectTimeoutMs, 1, 120, 1000, tr(" s"), tr("Until the provider’s computer answers."));
    addNumber(tr("TLS"), &SettingsData::tlsTimeoutMs, 1, 120, 1000, tr(" s"), tr("Until the connection is encrypted."));
    addNumber(tr("First byte"), &SettingsData::firstByteTimeoutMs, 1, 3600, 1000, tr(" s"),
              tr("Until the answer begins. Long reasoning without streaming needs more."));
    addNumber(tr("Idle"), &SettingsData::idleTimeoutMs, 1, 3600, 1000, tr(" s"), tr("Between two pieces of an answer."));
    addNumber(tr("Total"), &SettingsData::totalTimeoutSeconds, 1, 86'400, 1, tr(" s"), tr("The whole request, retries and waiting included."));
    load();
}

} // namespace tollgate::ui
