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
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"

#include <QComboBox>
#include <QDateTime>
#include <QListWidget>
#include <QMenu>
#include <QResizeEvent>

namespace tollgate::ui {

void ProvidersSection::connectForm()
{
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
    connect(m_form, &ProviderForm::testing, this, [this](const QString &id) {
        m_testing.insert(id);
        rebuild();
    });
    connect(m_form, &ProviderForm::tested, this, [this](const QString &id, const ProviderTest &result) {
        m_testing.remove(id);
        m_tests.insert(id, {result, QDateTime::currentDateTime().toString(QStringLiteral("HH:mm"))});
        rebuild();
    });
    connect(&m_services.settings, &Settings::changed, this, &ProvidersSection::settingsChanged);
    connect(m_keychain, &KeychainWatch::changed, this, [this] {
        showKeychain();
        rebuild();
    });
}

void ProvidersSection::settingsChanged()
{
    rebuild();
    // Somebody else's edit shows, unless this form holds newer ones.
    const ProviderConfig *known = m_services.settings.snapshot()->provider(m_form->loaded().id);
    if (!m_form->isDirty() && known && *known != m_form->loaded())
        m_form->load(*known, false);
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

ProvidersSection::State ProvidersSection::stateOfTest(const ProviderConfig &config, const ProviderTest &result) const
{
    if (!result.failure) {
        const bool keyless = config.keyEnv.isEmpty() && !config.hasStoredKey() && !config.needsKey && config.type != ProviderType::Simulator;
        return {QStringLiteral("success"), "success.text", keyless ? tr("Connected, no key") : tr("Connected"),
                formatDurationMs(double(result.took.count()))};
    }
    switch (result.failure->kind) {
    case FailureKind::Unreachable:
    case FailureKind::Ambiguous:
    case FailureKind::RateLimited:
    case FailureKind::Overloaded: return {QStringLiteral("warning"), "warning.text", shortWords(*result.failure), {}};
    default: return {QStringLiteral("error"), "danger.text", shortWords(*result.failure), {}};
    }
}

ProvidersSection::State ProvidersSection::stateOf(const ProviderConfig &config) const
{
    if (m_testing.contains(config.id))
        return {QStringLiteral("test"), "text.secondary", tr("Testing\u2026"), {}};
    if (m_draft && config.id == m_draft->id)
        return {QStringLiteral("edit"), "text.secondary", tr("Not saved yet"), {}};
    if (!config.enabled)
        return {QStringLiteral("power"), "text.tertiary", tr("Off"), {}};
    // A key that cannot be had now says more than a test that was.
    const bool fromKeychain = config.keyEnv.isEmpty() && config.hasStoredKey();
    if (fromKeychain && m_keychain->isBad())
        return {*m_keychain->state() == KeychainState::Locked ? QStringLiteral("lock") : QStringLiteral("warning"), "warning.text",
                keychainRow(*m_keychain->state()), {}};
    const auto tested = m_tests.constFind(config.id);
    if (tested != m_tests.constEnd())
        return stateOfTest(config, tested->result);
    if (config.type == ProviderType::Simulator)
        return {QStringLiteral("simulator"), "text.secondary", tr("Built in, no key needed"), {}};
    if (!config.keyEnv.isEmpty())
        return {QStringLiteral("variables"), "text.secondary", tr("Key from %1").arg(config.keyEnv), {}};
    if (config.hasStoredKey())
        return {QStringLiteral("key"), "text.secondary",
                config.activeLastFour().isEmpty() ? tr("Key stored, not tested") : tr("Key ending in %1").arg(config.activeLastFour()), {}};
    if (!config.needsKey)
        return {QStringLiteral("key"), "text.secondary", tr("No key needed"), {}};
    return {QStringLiteral("key"), "text.secondary", tr("No key yet"), {}};
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
        item->setData(Qt::AccessibleTextRole, QString(config.name + QStringLiteral(", ") + state.text
                                                      + (state.time.isEmpty() ? QString() : QStringLiteral(", ") + state.time)));
        m_combo->addItem(m_services.theme.icon(state.iconName, state.token), config.name + QStringLiteral(" \u2013 ") + state.text);
        if (config.id == m_current) {
            m_list->setCurrentRow(row);
            m_combo->setCurrentIndex(row);
        }
        ++row;
    }
    m_rebuilding = false;
    m_testAll->setEnabled(row > 0 && m_testing.isEmpty());
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
        if (config.id != id)
            continue;
        m_form->load(config, m_draft && m_draft->id == id);
        if (const auto tested = m_tests.constFind(id); tested != m_tests.constEnd())
            m_form->showTest(tested->result, tested->at);
    }
    rebuild();
}

void ProvidersSection::testAll()
{
    for (const ProviderConfig &config : m_services.settings.snapshot()->providers) {
        if (config.enabled && !m_testing.contains(config.id))
            testOne(config);
    }
    rebuild();
}

void ProvidersSection::testOne(const ProviderConfig &config)
{
    // As it is saved; what stands in the form is tested by its own button.
    m_testing.insert(config.id);
    m_services.engine.test(config, {}, {}, this, [this, id = config.id](const ProviderTest &result) {
        m_testing.remove(id);
        m_tests.insert(id, {result, QDateTime::currentDateTime().toString(QStringLiteral("HH:mm"))});
        if (id == m_current && !m_form->isDirty())
            m_form->showTest(result, m_tests[id].at);
        rebuild();
    });
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

QList<SearchEntry> ProvidersSection::searchEntries() const
{
    QList<SearchEntry> entries;
    if (!m_form->isHidden())
        entries = m_form->searchEntries();
    entries.append({tr("Test all"), tr("providers connection"), m_testAll});
    return entries;
}

void ProvidersSection::testCurrent()
{
    if (!m_form->isHidden())
        m_form->test();
}

void ProvidersSection::open(const QString &detail)
{
    const QString wanted = detail.section(u'/', 0, 0);
    const std::shared_ptr<const SettingsData> settings = m_services.settings.snapshot();
    const ProviderConfig *config = settings->provider(wanted);
    if (config && config->id != m_current && mayLeaveForm())
        choose(config->id);
    if (config && m_current == config->id && detail.section(u'/', 1) == QLatin1String("key"))
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
