#include "ui/settings/appearancesection.h"

#include "ui/theme/theme.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QSpinBox>
#include <QVBoxLayout>

namespace tollgate::ui {

AppearanceSection::AppearanceSection(Services &services, QWidget *parent)
    : FormSection(services, tr("Appearance"), parent), m_theme(new SegmentedControl(services.theme, tr("Theme"), this)),
      m_size(new QSpinBox(this)), m_problem(new SafeLabel(services.theme, {}, FontRole::Small, "danger.text", QFont::Normal, this))
{
    addHeading(tr("Appearance"), tr("applies at once"));
    m_theme->addSegment(QStringLiteral("system"), tr("System"));
    m_theme->addSegment(QStringLiteral("light"), tr("Light"));
    m_theme->addSegment(QStringLiteral("dark"), tr("Dark"));
    addRow(tr("Theme"), m_theme, tr("System follows the desktop. Ctrl+Shift+D switches between light and dark."));
    m_size->setRange(90, 150);
    m_size->setSingleStep(10);
    m_size->setSuffix(tr("%"));
    m_size->setFixedWidth(120);
    m_size->setKeyboardTracking(false); // not at every digit
    addRow(tr("Text size"), m_size, tr("90 to 150. Ctrl+plus and Ctrl+minus change it, Ctrl+0 makes it normal."));
    content()->addWidget(m_problem);
    connect(m_theme, &SegmentedControl::chosen, this, [this](const QString &id) { apply([&id](SettingsData &edited) { edited.theme = id; }); });
    connect(m_size, &QSpinBox::valueChanged, this,
            [this](int percent) { apply([percent](SettingsData &edited) { edited.textSizePercent = percent; }); });
    connect(&services.settings, &Settings::changed, this, &AppearanceSection::showSettings);
    showSettings();
}

void AppearanceSection::showSettings()
{
    const std::shared_ptr<const SettingsData> values = services().settings.snapshot();
    m_theme->setCurrent(values->theme);
    const QSignalBlocker quiet(m_size);
    m_size->setValue(values->textSizePercent);
}

void AppearanceSection::apply(const std::function<void(SettingsData &)> &edit)
{
    const Result<void> saved = services().settings.update(edit);
    m_problem->setText(saved ? QString() : saved.error().text());
}

} // namespace tollgate::ui
