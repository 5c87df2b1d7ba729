#include "ui/settings/providerssection.h"

#include "core/engine/engine.h"
#include "core/providers/catalog.h"
#include "core/settings/settings.h"
#include "ui/settings/providerform.h"
#include "ui/settings/providerrowdelegate.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/failurewords.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwords.h"

#include <QComboBox>
#include <QListWidget>
#include <QMenu>
#include <QResizeEvent>
#include <QVBoxLayout>

namespace tollgate::ui {

ProvidersSection::ProvidersSection(Services &services, QWidget *parent)
    : QWidget(parent), m_services(services)
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_side = makeSide();
    row->addWidget(m_side);
    m_sideLine = makeHairline(this, Qt::Vertical, "line");
    row->addWidget(m_sideLine);
    auto *right = new QVBoxLayout;
    right->setSpacing(0);
    m_narrow = makeNarrowBar();
    right->addWidget(m_narrow);
    m_form = new ProviderForm(services, this);
    right->addWidget(m_form, 1);
    m_empty = makeSurface("base", this);
    auto *emptyColumn = new QVBoxLayout(m_empty);
    emptyColumn->setContentsMargins(24, 24, 24, 24);
    emptyColumn->addWidget(new SafeLabel(services.theme, tr("No providers yet"), FontRole::Body, "text.primary", QFont::DemiBold, m_empty));
    emptyColumn->addWidget(new SafeLabel(services.theme, tr("Add one with the plus button: its key, its address, its models."), FontRole::Body,
                                         "text.secondary", QFont::Normal, m_empty));
    emptyColumn->addStretch(1);
    right->addWidget(m_empty, 1);
    row->addLayout(right, 1);

    connect(m_form, &ProviderForm::saved, this, [this](const QString &id) {
        m_draft.reset();
        m_current = id;
        rebuild();
    });
    connect(m_form, &ProviderForm::removed, this, [this](const QString &id) {
        m_tests.remove(id);
        m_draft.reset();
        m_current.clear();
        rebuild();
        choose(shownProviders().isEmpty() ? QString() : shownProviders().first().id);
    });
    connect(m_form, &ProviderForm::tested, this, [this](const QString &id, const ProviderTest &result) {
        State state;
        if (result.failure) {
            const bool soft = result.failure->kind == FailureKind::Unreachable || result.failure->kind == FailureKind::Ambiguous;
            state = {soft ? QStringLiteral("warning") : QStringLiteral("error"), soft ? "warning.text" : "danger.text", shortWords(*result.failure), {}};
        } else {
            state = {QStringLiteral("success"), "success.text", tr("Connected"), formatDurationMs(double(result.took.count()))};
        }
        m_tests.insert(id, state);
        rebuild();
    });
    connect(&services.settings, &Settings::changed, this, [this] {
        rebuild();
        // Somebody else's edit shows, unless this form holds newer ones.
        const ProviderConfig *known = m_services.settings.snapshot()->provider(m_form->loaded().id);
        if (!m_form->isDirty() && known && *known != m_form->loaded())
            m_form->load(*known, false);
    });
    rebuild();
    choose(shownProviders().isEmpty() ? QString() : shownProviders().first().id);
    arrange();
}

QWidget *ProvidersSection::makeSide()
{
    const Theme &theme = m_services.theme;
    QFrame *side = makeSurface("panel", this);
    side->setFixedWidth(theme.size("pane.providerList"));
    side->setProperty("pane", tr("Providers"));
    auto *column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Pane, tr("Providers"), side);
    auto *add = new IconButton(theme, QStringLiteral("new"), tr("Add a provider"), {}, header);
    add->setObjectName(QStringLiteral("add"));
    auto *menu = new QMenu(add);
    fillAddMenu(menu);
    add->setMenu(menu);
    add->setPopupMode(QToolButton::InstantPopup);
    header->add(add);
    column->addWidget(header);
    m_list = new QListWidget(side);
    m_list->setAccessibleName(tr("Providers"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setItemDelegate(new ProviderRowDelegate(theme, m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMouseTracking(true);
    connect(m_list, &QListWidget::currentRowChanged, this, &ProvidersSection::userChose);
    column->addWidget(m_list, 1);
    column->addWidget(makeHairline(side));
    auto *note = new QWidget(side);
    auto *noteRow = new QHBoxLayout(note);
    noteRow->setContentsMargins(14, 10, 14, 12);
    noteRow->setSpacing(10);
    auto *lock = new IconLabel(theme, QStringLiteral("lock"), 16, "success.text", note);
    noteRow->addWidget(lock, 0, Qt::AlignTop);
    auto *words = new SafeLabel(theme, tr("Keys are stored in the system keychain (Secret Service), never in Tollgate files or logs."), FontRole::Small,
                                "text.secondary", QFont::Normal, note);
    words->setWordWrap(true);
    noteRow->addWidget(words, 1);
    column->addWidget(note);
    if (m_services.probeKeychain) {
        m_services.probeKeychain(this, [lock, words](KeychainState state) {
            if (state == KeychainState::Available || state == KeychainState::Locked)
                return;
            lock->setIcon(QStringLiteral("warning"), "warning.text");
            words->setText(keychainLine(state));
        });
    }
    return side;
}

QWidget *ProvidersSection::makeNarrowBar()
{
    const Theme &theme = m_services.theme;
    QFrame *bar = makeSurface("header", this);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(24, 6, 12, 6);
    row->setSpacing(8);
    row->addWidget(new SafeLabel(theme, tr("Provider"), FontRole::Body, "text.secondary", QFont::Normal, bar));
    m_combo = new QComboBox(bar);
    m_combo->setAccessibleName(tr("Provider"));
    m_combo->setMinimumWidth(220);
    connect(m_combo, &QComboBox::activated, this, &ProvidersSection::userChose);
    row->addWidget(m_combo);
    auto *add = new IconButton(theme, QStringLiteral("new"), tr("Add a provider"), {}, bar);
    auto *menu = new QMenu(add);
    fillAddMenu(menu);
    add->setMenu(menu);
    add->setPopupMode(QToolButton::InstantPopup);
    row->addWidget(add);
    row->addStretch(1);
    return bar;
}

void ProvidersSection::fillAddMenu(QMenu *menu)
{
    const QList<ProviderPreset> &presets = providerPresets();
    for (qsizetype i = 0; i < presets.size(); ++i) {
        if (!builtProviderTypes().contains(presets[i].type) || (presets[i].type == ProviderType::Simulator && !m_services.demoProfile))
            continue;
        QAction *action = menu->addAction(presets[i].name);
        connect(action, &QAction::triggered, this, [this, i] { addProvider(int(i)); });
    }
}

QList<ProviderConfig> ProvidersSection::shownProviders() const
{
    QList<ProviderConfig> list = m_services.settings.snapshot()->providers;
    if (m_draft)
        list.append(*m_draft);
    return list;
}

ProvidersSection::State ProvidersSection::stateOf(const ProviderConfig &config) const
{
    if (m_draft && config.id == m_draft->id)
        return {QStringLiteral("edit"), "text.secondary", tr("Not saved yet"), {}};
    if (!config.enabled)
        return {QStringLiteral("power"), "text.tertiary", tr("Off"), {}};
    const auto tested = m_tests.constFind(config.id);
    if (tested != m_tests.constEnd())
        return *tested;
    if (config.type == ProviderType::Simulator)
        return {QStringLiteral("simulator"), "text.secondary", tr("Built in, no key needed"), {}};
    if (!config.keyEnv.isEmpty())
        return {QStringLiteral("key"), "text.secondary", tr("Key from %1").arg(config.keyEnv), {}};
    if (!config.needsKey)
        return {QStringLiteral("key"), "text.secondary", tr("No key needed"), {}};
    if (!config.hasStoredKey())
        return {QStringLiteral("key"), "text.secondary", tr("No key yet"), {}};
    return {QStringLiteral("key"), "text.secondary", tr("Key ending in %1").arg(config.activeLastFour()), {}};
}

void ProvidersSection::rebuild()
{
    m_rebuilding = true;
    m_list->clear();
    m_combo->clear();
    const QStringList used = m_services.theme.modelOrder();
    int row = 0;
    for (const ProviderConfig &config : shownProviders()) {
        const State state = stateOf(config);
        auto *item = new QListWidgetItem(config.name, m_list);
        item->setData(ProviderRowDelegate::Id, config.id);
        item->setData(ProviderRowDelegate::StateIcon, state.iconName);
        item->setData(ProviderRowDelegate::StateToken, QByteArray(state.token));
        item->setData(ProviderRowDelegate::StateText, state.text);
        item->setData(ProviderRowDelegate::Time, state.time);
        // The colour of its model, once that has one; asking here would give one away.
        item->setData(ProviderRowDelegate::Model, used.contains(config.defaultModel) ? config.defaultModel : QString());
        item->setData(Qt::AccessibleTextRole, config.name + QStringLiteral(", ") + state.text + (state.time.isEmpty() ? QString() : QStringLiteral(", ") + state.time));
        m_combo->addItem(config.name);
        if (config.id == m_current) {
            m_list->setCurrentRow(row);
            m_combo->setCurrentIndex(row);
        }
        ++row;
    }
    m_rebuilding = false;
    showEmpty();
}

void ProvidersSection::showEmpty()
{
    const bool empty = shownProviders().isEmpty();
    m_empty->setVisible(empty);
    m_form->setVisible(!empty);
}

void ProvidersSection::choose(const QString &id)
{
    m_current = id;
    for (const ProviderConfig &config : shownProviders()) {
        if (config.id == id)
            m_form->load(config, m_draft && m_draft->id == id);
    }
    rebuild();
}

bool ProvidersSection::mayLeaveForm()
{
    if (!isDirty())
        return true;
    Question question;
    question.iconName = QStringLiteral("save");
    question.title = tr("Save the changes to %1?").arg(changesOf());
    question.text = tr("They are not applied yet.");
    question.safe = tr("Keep editing");
    question.act = tr("Save");
    question.third = tr("Discard changes");
    switch (QuestionDialog::ask(m_services.theme, question, this)) {
    case QuestionDialog::Answer::Safe: return false;
    case QuestionDialog::Answer::Third: m_draft.reset(); return true;
    case QuestionDialog::Answer::Act: break;
    }
    return save() && !isDirty(); // a key goes to the keychain first, which answers later
}

void ProvidersSection::userChose(int row)
{
    if (m_rebuilding || row < 0 || row >= m_list->count())
        return;
    const QString id = m_list->item(row)->data(ProviderRowDelegate::Id).toString();
    if (id == m_current)
        return;
    if (!mayLeaveForm()) {
        rebuild(); // the selection goes back
        return;
    }
    // Queued: the list is still in the middle of its change.
    QMetaObject::invokeMethod(this, [this, id] { choose(id); }, Qt::QueuedConnection);
}

void ProvidersSection::addProvider(int preset)
{
    if (!m_draft && !mayLeaveForm())
        return;
    m_draft = configFromPreset(providerPresets()[preset], m_services.settings.snapshot()->providers);
    choose(m_draft->id);
    m_form->setFocus();
    if (m_draft->needsKey)
        m_form->replaceKey();
    else
        m_form->focusName();
}

bool ProvidersSection::isDirty() const { return !m_form->isHidden() && m_form->isDirty(); }
bool ProvidersSection::save() { return m_form->save(); }
void ProvidersSection::revert() { m_form->revert(); }
QString ProvidersSection::changesOf() const { return m_form->loaded().name; }

void ProvidersSection::testCurrent()
{
    if (!m_form->isHidden())
        m_form->test();
}

void ProvidersSection::open(const QString &detail)
{
    const QString wanted = detail.section(u'/', 0, 0);
    const ProviderConfig *config = m_services.settings.snapshot()->provider(wanted);
    if (config && config->id != m_current && mayLeaveForm())
        choose(wanted);
    if (config && m_current == wanted && detail.section(u'/', 1) == QLatin1String("key"))
        m_form->replaceKey();
}

void ProvidersSection::arrange()
{
    const bool narrow = window()->width() < 1200;
    m_side->setVisible(!narrow);
    m_sideLine->setVisible(!narrow);
    m_narrow->setVisible(narrow);
}

void ProvidersSection::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange();
}

} // namespace tollgate::ui
