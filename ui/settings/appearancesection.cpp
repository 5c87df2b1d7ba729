#include "ui/settings/appearancesection.h"

#include "ui/theme/theme.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/toggle.h"

#include <QHeaderView>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

namespace tollgate::ui {

AppearanceSection::AppearanceSection(Services &services, QWidget *parent)
    : FormSection(services, tr("Appearance"), parent), m_theme(new SegmentedControl(services.theme, tr("Theme"), this)),
      m_size(new QSpinBox(this)), m_density(new SegmentedControl(services.theme, tr("Density"), this)),
      m_contrast(new Toggle(services.theme, tr("Increase contrast"), this)), m_motion(new Toggle(services.theme, tr("Reduce motion"), this)),
      m_problem(new SafeLabel(services.theme, {}, FontRole::Small, "danger.text", QFont::Normal, this))
{
    addChoices();
    m_problem->hide();
    content()->addWidget(m_problem);
    addPreview();
    connect(m_theme, &SegmentedControl::chosen, this, [this](const QString &id) { apply([&id](SettingsData &edited) { edited.theme = id; }); });
    connect(m_size, &QSpinBox::valueChanged, this,
            [this](int percent) { apply([percent](SettingsData &edited) { edited.textSizePercent = percent; }); });
    connect(m_density, &SegmentedControl::chosen, this,
            [this](const QString &id) { apply([&id](SettingsData &edited) { edited.density = id; }); });
    connect(m_contrast, &QAbstractButton::clicked, this, [this](bool on) { apply([on](SettingsData &edited) { edited.increaseContrast = on; }); });
    connect(m_motion, &QAbstractButton::clicked, this, [this](bool on) { apply([on](SettingsData &edited) { edited.reduceMotion = on; }); });
    connect(&services.settings, &Settings::changed, this, &AppearanceSection::showSettings);
    connect(&services.theme, &Theme::changed, this, &AppearanceSection::fitPreview);
    showSettings();
}

void AppearanceSection::addChoices()
{
    addHeading(tr("Colours"), tr("every choice here applies at once"));
    m_theme->addSegment(QStringLiteral("system"), tr("System"));
    m_theme->addSegment(QStringLiteral("light"), tr("Light"));
    m_theme->addSegment(QStringLiteral("dark"), tr("Dark"));
    addRow(tr("Theme"), m_theme, tr("System follows the desktop. Ctrl+Shift+D switches between light and dark."));
    addRow(tr("Increase contrast"), m_contrast, tr("Stronger borders and texts."));
    addHeading(tr("Size"));
    m_size->setRange(90, 150);
    m_size->setSingleStep(10);
    m_size->setSuffix(tr("%"));
    m_size->setFixedWidth(120);
    m_size->setKeyboardTracking(false); // not at every digit
    addRow(tr("Text size"), m_size, tr("90 to 150. Ctrl+plus and Ctrl+minus change it, Ctrl+0 makes it normal."));
    m_density->addSegment(QStringLiteral("compact"), tr("Compact"));
    m_density->addSegment(QStringLiteral("normal"), tr("Normal"));
    m_density->addSegment(QStringLiteral("roomy"), tr("Roomy"));
    addRow(tr("Density"), m_density, tr("Rows of tables and lists are 24, 26 or 30 px high."));
    addHeading(tr("Motion"));
    addRow(tr("Reduce motion"), m_motion, tr("No transitions and no blinking caret. The desktop’s own setting is followed as well."));
}

void AppearanceSection::addPreview()
{
    addHeading(tr("Preview"));
    const QStringList rows[] = {{QStringLiteral("gpt-5-mini"), QStringLiteral("412 ms"), QStringLiteral("$0.0006")},
                                {QStringLiteral("claude-haiku-4-5"), QStringLiteral("1.84 s"), QStringLiteral("$0.0042")},
                                {QStringLiteral("llama3.1:8b"), QStringLiteral("6.21 s"), QStringLiteral("$0")}};
    m_preview = new QTableWidget(int(std::size(rows)), 3, this);
    m_preview->setHorizontalHeaderLabels({tr("Model"), tr("Latency"), tr("Cost")});
    for (int row = 0; row < m_preview->rowCount(); ++row) {
        for (int column = 0; column < 3; ++column) {
            auto *item = new QTableWidgetItem(rows[row][column]);
            item->setTextAlignment(Qt::AlignVCenter | (column ? Qt::AlignRight : Qt::AlignLeft));
            m_preview->setItem(row, column, item);
        }
    }
    m_preview->horizontalHeaderItem(0)->setTextAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    for (const int column : {1, 2})
        m_preview->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignVCenter | Qt::AlignRight);
    m_preview->setAccessibleName(tr("Preview of a table"));
    m_preview->setProperty("framed", true);
    m_preview->setShowGrid(false);
    m_preview->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_preview->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_preview->setSelectionMode(QAbstractItemView::SingleSelection);
    m_preview->setTabKeyNavigation(false);
    m_preview->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_preview->verticalHeader()->hide();
    m_preview->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_preview->horizontalHeader()->setHighlightSections(false);
    m_preview->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_preview->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    content()->addWidget(m_preview);
    fitPreview();
}

void AppearanceSection::fitPreview()
{
    const Theme &theme = services().theme;
    for (int row = 0; row < m_preview->rowCount(); ++row) {
        m_preview->setRowHeight(row, theme.rowHeight());
        for (int column = 0; column < 3; ++column)
            m_preview->item(row, column)->setFont(column ? theme.digitsFont(FontRole::Small) : theme.font(FontRole::Small));
    }
    m_preview->setFixedHeight(m_preview->horizontalHeader()->sizeHint().height() + m_preview->rowCount() * theme.rowHeight() + 2);
}

void AppearanceSection::showSettings()
{
    const std::shared_ptr<const SettingsData> values = services().settings.snapshot();
    m_theme->setCurrent(values->theme);
    m_density->setCurrent(values->density);
    m_contrast->setChecked(values->increaseContrast);
    m_motion->setChecked(values->reduceMotion);
    const QSignalBlocker quiet(m_size);
    m_size->setValue(values->textSizePercent);
}

void AppearanceSection::apply(const std::function<void(SettingsData &)> &edit)
{
    const Result<void> saved = services().settings.update(edit);
    m_problem->setVisible(!saved);
    m_problem->setText(saved ? QString() : saved.error().text());
    if (!saved)
        showSettings(); // back to what holds
}

} // namespace tollgate::ui
