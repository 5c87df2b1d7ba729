#include "ui/settings/settingspage.h"

#include "ui/settings/appearancesection.h"
#include "ui/settings/cachesection.h"
#include "ui/settings/networksection.h"
#include "ui/settings/providerssection.h"
#include "ui/settings/retriessection.h"
#include "ui/settings/settingssearch.h"
#include "ui/settings/storagesection.h"
#include "ui/theme/theme.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/searchfield.h"

#include <QAction>
#include <QListWidget>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace tollgate::ui {

SettingsPage::SettingsPage(Services &services, QWidget *parent)
    : QWidget(parent), m_services(services), m_nav(new QListWidget(this)), m_stack(new QStackedWidget(this)),
      m_search(new SettingsSearch(services.theme, this, [this] { return allSettings(); }))
{
    const Theme &theme = services.theme;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Page, tr("Settings"), this);
    header->add(m_search->field());
    column->addWidget(header);
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    QFrame *side = makeSurface("panel", this);
    side->setFixedWidth(theme.size("pane.settingsNav"));
    side->setProperty("pane", tr("Sections"));
    auto *sideColumn = new QVBoxLayout(side);
    sideColumn->setContentsMargins(8, 10, 8, 8);
    m_nav->setParent(side);
    m_nav->setProperty("nav", true);
    m_nav->setAccessibleName(tr("Settings sections"));
    m_nav->setIconSize({16, 16});
    m_nav->setFrameShape(QFrame::NoFrame);
    m_nav->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    sideColumn->addWidget(m_nav);
    row->addWidget(side);
    row->addWidget(makeHairline(this, Qt::Vertical, "line"));
    row->addWidget(m_stack, 1);
    column->addLayout(row, 1);

    addSection(QStringLiteral("providers"), tr("Providers and keys"), QStringLiteral("key"), new ProvidersSection(services));
    addSection(QStringLiteral("network"), tr("Network"), QStringLiteral("globe"), new NetworkSection(services));
    addSection(QStringLiteral("cache"), tr("Cache"), QStringLiteral("cache"), new CacheSection(services));
    addSection(QStringLiteral("retries"), tr("Retries"), QStringLiteral("replay"), new RetriesSection(services));
    addSection(QStringLiteral("storage"), tr("Storage"), QStringLiteral("storage"), new StorageSection(services));
    addSection(QStringLiteral("appearance"), tr("Appearance"), QStringLiteral("theme"), new AppearanceSection(services));
    m_nav->setCurrentRow(0);
    tintIcons();
    connect(m_nav, &QListWidget::currentRowChanged, this, &SettingsPage::sectionChosen);
    connect(m_search, &SettingsSearch::chosen, this, &SettingsPage::goTo);
    setFocusProxy(m_nav);
    makeActions();
}

void SettingsPage::makeActions()
{
    auto *find = new QAction(tr("Search settings"), this);
    find->setShortcut(QKeySequence::Find);
    find->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    find->setProperty("menu", QStringLiteral("Edit"));
    connect(find, &QAction::triggered, this, [this] {
        m_search->field()->setFocus(Qt::ShortcutFocusReason);
        m_search->field()->selectAll();
    });
    addAction(find);
    auto *save = new QAction(tr("Save"), this);
    save->setShortcut(QKeySequence(QStringLiteral("Ctrl+S")));
    save->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    save->setProperty("menu", QStringLiteral("File"));
    connect(save, &QAction::triggered, this, [this] {
        auto *section = dynamic_cast<SettingsSection *>(m_stack->currentWidget());
        if (section && section->isDirty())
            section->save();
    });
    addAction(save);
    auto *test = new QAction(tr("Test connection"), this);
    test->setShortcut(QKeySequence(QStringLiteral("Ctrl+T")));
    test->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(test, &QAction::triggered, this, [this] {
        if (auto *providers = qobject_cast<ProvidersSection *>(m_stack->currentWidget()))
            providers->testCurrent();
    });
    addAction(test);
}

void SettingsPage::addSection(const QString &id, const QString &title, const QString &iconName, QWidget *section)
{
    auto *item = new QListWidgetItem(title, m_nav);
    item->setData(Qt::UserRole, id);
    item->setData(Qt::UserRole + 1, iconName);
    m_stack->addWidget(section);
}

QList<SettingsHit> SettingsPage::allSettings() const
{
    QList<SettingsHit> hits;
    for (int i = 0; i < m_stack->count(); ++i) {
        const QString section = m_nav->item(i)->text();
        hits.append({i, {}, section, {}, m_stack->widget(i)});
        const auto *entries = dynamic_cast<const SettingsSection *>(m_stack->widget(i));
        if (!entries)
            continue;
        for (const SearchEntry &entry : entries->searchEntries())
            hits.append({i, section, entry.title, entry.words, entry.target});
    }
    return hits;
}

void SettingsPage::goTo(const SettingsHit &hit)
{
    m_nav->setCurrentRow(hit.section);
    if (m_row != hit.section || !hit.target)
        return;
    if (hit.target == m_stack->currentWidget()) {
        m_nav->setFocus();
        return;
    }
    for (QWidget *parent = hit.target->parentWidget(); parent; parent = parent->parentWidget()) {
        if (auto *area = qobject_cast<QScrollArea *>(parent)) {
            area->ensureWidgetVisible(hit.target, 24, 48);
            break;
        }
    }
    hit.target->setFocus(Qt::ShortcutFocusReason);
}

void SettingsPage::tintIcons()
{
    for (int i = 0; i < m_nav->count(); ++i) {
        QListWidgetItem *item = m_nav->item(i);
        item->setIcon(m_services.theme.icon(item->data(Qt::UserRole + 1).toString(), i == m_row ? "accent.text" : "text.secondary"));
    }
}

void SettingsPage::sectionChosen(int row)
{
    if (row == m_row || row < 0)
        return;
    if (!mayLeaveSection()) {
        const QSignalBlocker quiet(m_nav);
        m_nav->setCurrentRow(m_row);
        return;
    }
    m_row = row;
    m_stack->setCurrentIndex(row);
    tintIcons();
}

bool SettingsPage::mayLeaveSection()
{
    auto *section = dynamic_cast<SettingsSection *>(m_stack->currentWidget());
    if (!section || !section->isDirty())
        return true;
    Question question;
    question.iconName = QStringLiteral("save");
    const QString name = section->changesOf();
    question.title = name.isEmpty() ? tr("Save your changes?") : tr("Save the changes to %1?").arg(name);
    question.text = tr("They are not applied yet.");
    question.safe = tr("Keep editing");
    question.act = tr("Save");
    question.third = tr("Discard changes");
    switch (QuestionDialog::ask(m_services.theme, question, this)) {
    case QuestionDialog::Answer::Safe: return false;
    case QuestionDialog::Answer::Third: section->revert(); return true;
    case QuestionDialog::Answer::Act: break;
    }
    // A key goes to the keychain first, which answers later: the section stays open until it has.
    return section->save() && !section->isDirty();
}

bool SettingsPage::mayLeave()
{
    return mayLeaveSection();
}

QString SettingsPage::currentSection() const
{
    return m_nav->item(m_row)->data(Qt::UserRole).toString();
}

void SettingsPage::open(const QString &detail)
{
    const QString id = detail.section(u'/', 0, 0);
    for (int i = 0; i < m_nav->count(); ++i)
        if (m_nav->item(i)->data(Qt::UserRole).toString() == id)
            m_nav->setCurrentRow(i);
    if (currentSection() != id)
        return;
    if (auto *section = dynamic_cast<SettingsSection *>(m_stack->currentWidget()))
        section->open(detail.section(u'/', 1));
}

} // namespace tollgate::ui
