#include "ui/settings/formsection.h"

#include "core/engine/engine.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/toggle.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

namespace tollgate::ui {

SaveBar::SaveBar(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_remark(new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this)),
      m_revert(new Button(theme, tr("Revert"), ButtonKind::Default, {}, this)),
      m_save(new Button(theme, tr("Save"), ButtonKind::Primary, {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHairline(this, Qt::Horizontal, "line"));
    QFrame *bar = makeSurface("panel", this);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(24, 7, 24, 7);
    row->setSpacing(8);
    m_save->setShortcutHint(QKeySequence(QStringLiteral("Ctrl+S")));
    row->addWidget(m_remark, 1);
    row->addWidget(m_revert);
    row->addWidget(m_save);
    column->addWidget(bar);
    setDirty(false);
}

void SaveBar::setDirty(bool dirty)
{
    m_revert->setEnabled(dirty);
    m_save->setEnabled(dirty);
}

void SaveBar::setRemark(const QString &text, bool problem)
{
    m_remark->setText(text);
    m_remark->setToolTip(text.toHtmlEscaped());
    m_remark->setToken(problem ? "danger.text" : "text.secondary");
}

void SaveBar::setQuietRemark(int running, const QString &before)
{
    QString text = before.isEmpty() ? QString() : before + u' ';
    text += tr("Changes apply to new requests.");
    if (running == 1)
        text += u' ' + tr("1 running request keeps the old settings.");
    else if (running > 1)
        text += u' ' + tr("%1 running requests keep the old settings.").arg(running);
    setRemark(text);
}

FormSection::FormSection(Services &services, const QString &title, QWidget *parent)
    : QWidget(parent), m_services(services), m_content(new QVBoxLayout), m_bar(new SaveBar(services.theme, this))
{
    setAccessibleName(title);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(new HeaderBar(services.theme, HeaderKind::Pane, title, this));
    auto *area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    area->setProperty("pane", title);
    QFrame *page = makeSurface("base");
    page->setMaximumWidth(services.theme.size("size.formMaxWidth") + 48);
    auto *outer = new QVBoxLayout(page);
    outer->setContentsMargins(24, 20, 24, 20);
    outer->addLayout(m_content);
    outer->addStretch(1);
    m_content->setSpacing(8);
    area->setWidget(page);
    area->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(area, 1);
    column->addWidget(m_bar);
    m_bar->hide(); // shown with the first row that is saved
    showQuietRemark();
    connect(m_bar->saveButton(), &QPushButton::clicked, this, [this] { save(); });
    connect(m_bar->revertButton(), &QPushButton::clicked, this, [this] { revert(); });
    connect(&services.settings, &Settings::changed, this, [this] {
        if (!m_dirty)
            load();
    });
}

void FormSection::showQuietRemark(const QString &before)
{
    m_bar->setQuietRemark(m_services.engine.figures().inFlight, before);
}

void FormSection::addHeading(const QString &title, const QString &remark)
{
    const Theme &theme = m_services.theme;
    if (m_grid) { // not above the first one
        m_content->addSpacing(6);
        m_content->addWidget(makeHairline(this));
        m_content->addSpacing(6);
    }
    auto *row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(new SafeLabel(theme, title, FontRole::Body, "text.primary", QFont::DemiBold, this));
    row->addWidget(new SafeLabel(theme, remark, FontRole::Small, "text.tertiary", QFont::Normal, this), 1);
    m_content->addLayout(row);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(8);
    m_grid->setColumnMinimumWidth(0, 152);
    m_grid->setColumnStretch(2, 1);
    m_content->addLayout(m_grid);
}

void FormSection::addText(const QString &text)
{
    auto *label = new SafeLabel(m_services.theme, text, FontRole::Body, "text.secondary", QFont::Normal, this);
    label->setWordWrap(true);
    if (m_grid)
        m_grid->addWidget(label, m_grid->rowCount(), 0, 1, 3);
    else
        m_content->addWidget(label);
}

void FormSection::addRow(const QString &label, QWidget *control, const QString &hint)
{
    Q_ASSERT(m_grid);
    const int row = m_grid->rowCount();
    auto *name = new SafeLabel(m_services.theme, label, FontRole::Body, "text.secondary", QFont::Normal, this);
    name->setBuddy(control);
    if (control->accessibleName().isEmpty())
        control->setAccessibleName(label);
    control->setAccessibleDescription(hint);
    // The label and the hint stand beside the first line of a control of several.
    name->setMinimumHeight(m_services.theme.controlHeight());
    m_grid->addWidget(name, row, 0, Qt::AlignTop);
    m_grid->addWidget(control, row, 1, Qt::AlignLeft | Qt::AlignTop);
    if (control->sizePolicy().verticalPolicy() == QSizePolicy::Fixed)
        control->setMinimumHeight(qMax(control->minimumHeight(), qMin(m_services.theme.controlHeight(), control->maximumHeight())));
    if (!hint.isEmpty()) {
        auto *words = new SafeLabel(m_services.theme, hint, FontRole::Small, "text.tertiary", QFont::Normal, this);
        words->setWordWrap(true);
        words->setMinimumHeight(m_services.theme.controlHeight());
        m_grid->addWidget(words, row, 2, Qt::AlignTop);
    }
    m_entries.append({label, hint, control});
}

void FormSection::addField(const QString &label, QWidget *control, const QString &hint, SettingField field)
{
    m_fields.push_back(std::move(field));
    addRow(label, control, hint);
    m_bar->show();
}

QSpinBox *FormSection::addNumber(const QString &label, int SettingsData::*member, int least, int most, int unit, const QString &suffix,
                                 const QString &hint)
{
    auto *spin = new QSpinBox(this);
    spin->setRange(least, most);
    spin->setSuffix(suffix);
    spin->setGroupSeparatorShown(true);
    spin->setFixedWidth(120);
    // A value that is no whole number of steps is left as it is until it is edited.
    m_fields.push_back({[spin, member, unit](const SettingsData &values) { spin->setValue(values.*member / unit); },
                        [spin, member, unit](SettingsData &values) {
                            if (values.*member / unit != spin->value())
                                values.*member = spin->value() * unit;
                        },
                        [spin, member, unit](const SettingsData &values) { return values.*member / unit != spin->value(); }, {}});
    connect(spin, &QSpinBox::valueChanged, this, &FormSection::noteEdit);
    addRow(label, spin, hint);
    m_bar->show();
    return spin;
}

Toggle *FormSection::addSwitch(const QString &label, bool SettingsData::*member, const QString &hint)
{
    auto *toggle = new Toggle(m_services.theme, label, this);
    m_fields.push_back({[toggle, member](const SettingsData &values) { toggle->setChecked(values.*member); },
                        [toggle, member](SettingsData &values) { values.*member = toggle->isChecked(); },
                        [toggle, member](const SettingsData &values) { return values.*member != toggle->isChecked(); }, {}});
    connect(toggle, &QAbstractButton::toggled, this, &FormSection::noteEdit);
    addRow(label, toggle, hint);
    m_bar->show();
    return toggle;
}

void FormSection::load()
{
    m_loading = true;
    const std::shared_ptr<const SettingsData> values = m_services.settings.snapshot();
    for (const SettingField &field : m_fields)
        field.load(*values);
    m_loading = false;
    noteEdit();
}

void FormSection::noteEdit()
{
    if (m_loading)
        return;
    const std::shared_ptr<const SettingsData> values = m_services.settings.snapshot();
    m_dirty = std::any_of(m_fields.cbegin(), m_fields.cend(), [&](const SettingField &field) { return field.differs(*values); });
    m_bar->setDirty(m_dirty);
    if (m_dirty)
        showQuietRemark();
}

bool FormSection::hasProblem()
{
    for (const SettingField &field : m_fields) {
        if (const std::optional<QString> problem = field.problem ? field.problem() : std::nullopt) {
            m_bar->setRemark(*problem, true);
            return true;
        }
    }
    return false;
}

bool FormSection::save()
{
    if (hasProblem())
        return false;
    const Result<void> saved = m_services.settings.update([this](SettingsData &edited) {
        for (const SettingField &field : m_fields)
            field.apply(edited);
    });
    if (!saved) {
        m_bar->setRemark(saved.error().text(), true);
        return false;
    }
    load();
    showQuietRemark(tr("Saved."));
    return true;
}

void FormSection::revert()
{
    showQuietRemark();
    load();
}

} // namespace tollgate::ui
