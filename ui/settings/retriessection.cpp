#include "ui/settings/retriessection.h"

#include "core/engine/retrypolicy.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/safelabel.h"

namespace tollgate::ui {

RetriesSection::RetriesSection(Services &services, QWidget *parent) : FormSection(services, tr("Retries"), parent)
{
    const RetryPolicy policy;
    const auto time = [](Milliseconds value) { return formatDurationMs(double(value.count())); };
    addHeading(tr("Retries"), tr("a request that may have reached the model is never sent again by itself"));
    addNumber(tr("Attempts"), &SettingsData::attempts, 1, 10, 1, {}, tr("The first one included. A single run can set its own."));
    addHeading(tr("What is tried again"));
    const auto rule = [this, &services](const QString &what, const QString &how) {
        auto *label = new SafeLabel(services.theme, how, FontRole::Body, "text.primary", QFont::Normal, this);
        label->setElideMode(Qt::ElideNone);
        addRow(what, label);
    };
    rule(tr("Rate limit (429)"), tr("After the time the provider names, if that is at most %1; without one, once").arg(time(policy.maxRetryAfter)));
    rule(tr("Overloaded (503, 529)"), tr("After a random part of 1 s, then 2 s, 4 s, at most %1").arg(time(policy.cap)));
    rule(tr("No connection"), tr("After a random part of %1, then 1 s, 2 s, at most %2").arg(time(policy.base), time(policy.cap)));
    rule(tr("Server error (500, 502, 504)"), tr("Once"));
    rule(tr("Everything else"), tr("Not at all: a wrong key, a refused request, an answer that broke off"));
    load();
}

} // namespace tollgate::ui
