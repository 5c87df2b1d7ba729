#include "ui/playground/firstrunview.h"

#include "core/engine/engine.h"
#include "core/providers/catalog.h"
#include "core/settings/settings.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QPointer>
#include <QSettings>
#include <QVBoxLayout>

namespace tollgate::ui {

struct FirstRunView::Pending {
    ProviderConfig config;
    SecretBytes key;
    QStringList variables; // still to be tried; empty: a typed key
};

namespace {

QStringList offeredVariables(const Services &services, const QList<ProviderPreset> &presets)
{
    QStringList result;
    for (const ProviderPreset &preset : presets)
        if (services.keyVariables.contains(preset.keyVariable) && !result.contains(preset.keyVariable))
            result.append(preset.keyVariable);
    return result;
}

// One's own server or resource: only its owner knows where it is.
bool asksForAddress(const ProviderPreset &preset)
{
    return !preset.needsKey || preset.baseUrl.isEmpty();
}

QWidget *titled(const Theme &theme, const QString &iconName, const QString &title, QWidget *parent)
{
    auto *box = new QWidget(parent);
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(new IconLabel(theme, iconName, 16, "accent.text", box));
    row->addWidget(new SafeLabel(theme, title, FontRole::Title, "text.primary", QFont::DemiBold, box), 1);
    return box;
}

SafeLabel *wrapped(const Theme &theme, const QString &text, FontRole role, const char *token, QWidget *parent)
{
    auto *label = new SafeLabel(theme, text, role, token, QFont::Normal, parent);
    label->setWordWrap(true);
    return label;
}

} // namespace

bool FirstRunView::isNeeded(const Services &services)
{
    return !services.demoProfile && services.settings.snapshot()->providers.isEmpty();
}

FirstRunView::FirstRunView(Services &services, const QList<ProviderPreset> &presets, QWidget *parent)
    : QScrollArea(parent), m_services(services)
{
    for (const ProviderPreset &preset : presets)
        if (preset.type != ProviderType::Simulator && builtProviderTypes().contains(preset.type))
            m_presets.append(preset);
    const Theme &theme = services.theme;
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    auto *page = makeSurface("base");
    auto *outer = new QHBoxLayout(page);
    outer->setContentsMargins(24, 24, 24, 24);
    outer->addStretch(1);
    // A widget, not a layout: only a widget stays in the middle at its maximum width.
    auto *body = new QWidget(page);
    body->setMaximumWidth(840);
    auto *column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    outer->addWidget(body, 1000);
    outer->addStretch(1);
    column->addStretch(1);

    auto *head = new QHBoxLayout;
    head->setSpacing(16);
    auto *mark = new QLabel(page);
    mark->setPixmap(theme.appIcon().pixmap(44, 44));
    head->addWidget(mark, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(new SafeLabel(theme, tr("Send your first request"), FontRole::Metric, "text.primary", QFont::DemiBold, page));
    words->addWidget(wrapped(theme, tr("Connect a provider with your own key, or start with the simulator. You can change this at any time."),
                             FontRole::Body, "text.secondary", page));
    head->addLayout(words, 1);
    column->addLayout(head);
    column->addSpacing(20);

    QFrame *card = makeSurface("card", page);
    auto *halves = new QHBoxLayout(card);
    halves->setContentsMargins(1, 1, 1, 1);
    halves->setSpacing(0);
    halves->addWidget(makeKeyHalf(), 1);
    halves->addWidget(makeHairline(card, Qt::Vertical));
    halves->addWidget(makeSimulatorHalf(), 1);
    column->addWidget(card);
    m_problem = new ErrorBlock(theme, page);
    m_problem->hide();
    connect(m_problem, &ErrorBlock::actionTriggered, this, [this](const QString &id) {
        if (id == QLatin1String("useForSession") && m_pending) {
            m_services.useKeyForSession(m_pending->config.credentialName(), m_pending->key);
            save({});
        } else if (id == QLatin1String("storeAgain") && m_pending) {
            storeKey();
        } else {
            m_key->setFocus();
        }
    });
    column->addSpacing(10);
    auto *below = new QVBoxLayout; // its spacing counts only what is shown
    below->setSpacing(10);
    below->addWidget(m_problem);
    m_variableBar = makeVariableBar();
    below->addWidget(m_variableBar);
    column->addLayout(below);
    column->addStretch(3);
    setWidget(page);
    presetChosen();
    setFocusProxy(m_key);
    m_watch = new KeychainWatch(m_services.probeKeychain, this);
    connect(m_watch, &KeychainWatch::changed, this, &FirstRunView::showKeychain);
    showKeychain();
}

void FirstRunView::showKeychain()
{
    const KeychainState state = m_watch->state().value_or(KeychainState::Available);
    const bool works = state == KeychainState::Available || state == KeychainState::Locked;
    m_keychain->setText(keychainLine(state));
    m_keychain->setToken(works ? "text.secondary" : "warning.text");
    m_keychainIcon->setIcon(works ? QStringLiteral("lock") : QStringLiteral("warning"), works ? "text.secondary" : "warning.text");
    m_fix->setVisible(state != KeychainState::Available);
}

FirstRunView::~FirstRunView() = default;

QWidget *FirstRunView::makeKeyHalf()
{
    const Theme &theme = m_services.theme;
    auto *half = new QWidget;
    auto *column = new QVBoxLayout(half);
    column->setContentsMargins(22, 20, 22, 22);
    column->setSpacing(4);
    column->addWidget(titled(theme, QStringLiteral("key"), tr("Use a provider key"), half));
    column->addWidget(wrapped(theme, tr("Requests go straight from this computer to the provider."), FontRole::Body, "text.secondary", half));
    column->addSpacing(12);
    auto *providerLabel = new SafeLabel(theme, tr("Provider"), FontRole::Small, "text.secondary", QFont::Normal, half);
    column->addWidget(providerLabel);
    m_provider = new QComboBox(half);
    m_provider->setAccessibleName(tr("Provider"));
    for (const ProviderPreset &preset : std::as_const(m_presets))
        m_provider->addItem(preset.name);
    connect(m_provider, &QComboBox::currentIndexChanged, this, &FirstRunView::presetChosen);
    column->addWidget(m_provider);
    m_addressRow = new QWidget(half);
    auto *address = new QVBoxLayout(m_addressRow);
    address->setContentsMargins(0, 8, 0, 0);
    address->setSpacing(4);
    address->addWidget(new SafeLabel(theme, tr("Base URL"), FontRole::Small, "text.secondary", QFont::Normal, m_addressRow));
    m_address = new QLineEdit(m_addressRow);
    m_address->setAccessibleName(tr("Base URL"));
    m_address->setPlaceholderText(QStringLiteral("http://127.0.0.1:8000/v1"));
    address->addWidget(m_address);
    column->addWidget(m_addressRow);
    column->addSpacing(8);
    m_keyLabel = new SafeLabel(theme, tr("API key"), FontRole::Small, "text.secondary", QFont::Normal, half);
    column->addWidget(m_keyLabel);
    m_key = new SecretEdit(theme, half);
    m_key->setAccessibleName(tr("API key"));
    connect(m_key, &QLineEdit::returnPressed, this, &FirstRunView::testAndSave);
    column->addWidget(m_key);
    auto *keep = new QHBoxLayout;
    keep->setSpacing(6);
    m_keychainIcon = new IconLabel(theme, QStringLiteral("lock"), 12, "text.secondary", half);
    keep->addWidget(m_keychainIcon, 0, Qt::AlignTop);
    m_keychain = wrapped(theme, keychainLine(KeychainState::Available), FontRole::Caption, "text.secondary", half);
    keep->addWidget(m_keychain, 1);
    m_fix = new Button(theme, tr("How to fix"), ButtonKind::Link, {}, half);
    m_fix->setCompact(true);
    m_fix->hide();
    connect(m_fix, &QPushButton::clicked, this, [this] {
        showKeychainHelp(m_services.theme, m_watch->state().value_or(KeychainState::Available), this);
    });
    keep->addWidget(m_fix, 0, Qt::AlignTop);
    column->addLayout(keep);
    column->addStretch(1);
    column->addSpacing(16);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    m_save = new Button(theme, tr("Test and save"), ButtonKind::Primary, {}, half);
    connect(m_save, &QPushButton::clicked, this, &FirstRunView::testAndSave);
    buttons->addWidget(m_save);
    m_makeKey = new Button(theme, tr("Get a key"), ButtonKind::Flat, {}, half);
    m_makeKey->setIconName(QStringLiteral("open-in"), true);
    connect(m_makeKey, &QPushButton::clicked, this,
            [this] { openLinkAfterAsking(m_services.theme, QUrl(m_presets[m_provider->currentIndex()].keyUrl), this); });
    buttons->addWidget(m_makeKey);
    m_progress = new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, half);
    buttons->addWidget(m_progress, 1);
    column->addLayout(buttons);
    return half;
}

QWidget *FirstRunView::makeSimulatorHalf()
{
    const Theme &theme = m_services.theme;
    auto *half = new QWidget;
    auto *column = new QVBoxLayout(half);
    column->setContentsMargins(22, 20, 22, 22);
    column->setSpacing(4);
    column->addWidget(titled(theme, QStringLiteral("simulator"), tr("Try the simulator"), half));
    column->addWidget(wrapped(theme, tr("Built in. No key, no cost, no network. Replies stream like a real model, so every screen has data."),
                              FontRole::Body, "text.secondary", half));
    column->addSpacing(12);
    column->addWidget(new SafeLabel(theme, tr("Speed"), FontRole::Small, "text.secondary", QFont::Normal, half));
    m_speed = new SegmentedControl(theme, tr("Speed"), half);
    m_speed->addSegment(QStringLiteral("instant"), tr("Instant"));
    m_speed->addSegment(QStringLiteral("typical"), tr("Typical, 0.4 s"));
    m_speed->addSegment(QStringLiteral("slow"), tr("Slow, 2 s"));
    m_speed->setStretched(true);
    m_speed->setCurrent(QStringLiteral("typical"));
    column->addWidget(m_speed);
    column->addSpacing(8);
    column->addWidget(new SafeLabel(theme, tr("Failures"), FontRole::Small, "text.secondary", QFont::Normal, half));
    m_failures = new SegmentedControl(theme, tr("Failures"), half);
    m_failures->addSegment(QStringLiteral("none"), tr("None"));
    m_failures->addSegment(QStringLiteral("limits"), tr("5% rate limits"));
    m_failures->addSegment(QStringLiteral("mixed"), tr("20% mixed"));
    m_failures->setStretched(true);
    column->addWidget(m_failures);
    column->addWidget(wrapped(theme, tr("Failures let you watch retries. The simulator opens the demo profile: its prices are invented and its "
                                        "history is kept apart from yours."),
                              FontRole::Caption, "text.secondary", half));
    column->addStretch(1);
    column->addSpacing(16);
    auto *buttons = new QHBoxLayout;
    m_start = new Button(theme, tr("Start with the simulator"), ButtonKind::Default, {}, half);
    connect(m_start, &QPushButton::clicked, this, &FirstRunView::startSimulator);
    buttons->addWidget(m_start);
    buttons->addStretch(1);
    column->addLayout(buttons);
    return half;
}

QWidget *FirstRunView::makeVariableBar()
{
    const Theme &theme = m_services.theme;
    QFrame *bar = makeSurface("card");
    bar->setMaximumWidth(840);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(16, 8, 12, 8);
    row->setSpacing(10);
    row->addWidget(new IconLabel(theme, QStringLiteral("info"), 16, "accent.text", bar));
    const QStringList names = offeredVariables(m_services, m_presets);
    const QString joined = names.size() < 2 ? names.join(QString())
                                            : tr("%1 and %2").arg(names.mid(0, names.size() - 1).join(QStringLiteral(", ")), names.last());
    row->addWidget(wrapped(theme, tr("Found %1 in your environment.").arg(joined), FontRole::Body, "text.primary", bar), 1);
    m_use = new Button(theme, names.size() == 1 ? tr("Use variable") : tr("Use %1 variables").arg(names.size()), ButtonKind::Default, {}, bar);
    m_use->setCompact(true);
    m_use->setToolTip(tr("The settings name the variable. The key itself is not stored."));
    connect(m_use, &QPushButton::clicked, this, &FirstRunView::useVariables);
    row->addWidget(m_use);
    auto *ignore = new Button(theme, tr("Ignore"), ButtonKind::Flat, {}, bar);
    ignore->setCompact(true);
    connect(ignore, &QPushButton::clicked, this, [this] {
        m_services.state.setValue(QStringLiteral("firstRun/ignoreVariables"), true);
        m_variableBar->hide();
        m_key->setFocus();
    });
    row->addWidget(ignore);
    bar->setVisible(!names.isEmpty() && !m_services.state.value(QStringLiteral("firstRun/ignoreVariables")).toBool());
    return bar;
}

void FirstRunView::presetChosen()
{
    const int at = m_provider->currentIndex();
    if (at < 0)
        return;
    const ProviderPreset &preset = m_presets[at];
    m_addressRow->setVisible(asksForAddress(preset));
    m_address->setText(preset.baseUrl);
    m_makeKey->setVisible(!preset.keyUrl.isEmpty());
    m_key->setPlaceholderText(preset.needsKey ? tr("Paste your key") : tr("No key needed, unless your server asks for one"));
    m_problem->hide();
}

void FirstRunView::setBusy(const QString &text)
{
    const bool busy = !text.isEmpty();
    m_progress->setText(text);
    for (QWidget *widget : {static_cast<QWidget *>(m_save), static_cast<QWidget *>(m_provider), static_cast<QWidget *>(m_key),
                            static_cast<QWidget *>(m_address), static_cast<QWidget *>(m_use)})
        widget->setEnabled(!busy);
}

void FirstRunView::showProblem(const QString &title, const QString &text, bool offerSession)
{
    FailureWords words;
    words.title = title;
    words.text = text;
    words.warning = true;
    words.iconName = QStringLiteral("warning");
    if (offerSession) {
        words.actions.append({QStringLiteral("storeAgain"), tr("Try again"), {}, false});
        words.actions.append({QStringLiteral("useForSession"), tr("Use until I quit"), {}, false});
    }
    m_problem->show(words);
    ensureWidgetVisible(m_problem);
}

void FirstRunView::testAndSave()
{
    if (!m_save->isEnabled() || m_provider->currentIndex() < 0)
        return;
    const ProviderPreset &preset = m_presets[m_provider->currentIndex()];
    const QList<ProviderConfig> taken = m_services.settings.snapshot()->providers;
    auto pending = std::make_unique<Pending>();
    pending->config = configFromPreset(preset, taken);
    if (asksForAddress(preset))
        pending->config.baseUrl = m_address->text().trimmed();
    if (!preset.needsKey)
        pending->config.needsKey = !m_key->isBlank();
    pending->key = m_key->peek();
    if (const std::optional<QString> problem = firstProblem(pending->config, taken)) {
        showProblem(tr("This cannot be saved yet"), *problem, false);
        return;
    }
    if (preset.needsKey && m_key->isBlank()) {
        showProblem(tr("Paste your API key first"), tr("%1 answers only requests that carry a key.").arg(preset.name), false);
        m_key->setFocus();
        return;
    }
    if (!pending->key.isEmpty() && !pending->key.isHeaderSafe()) {
        showProblem(tr("This is not an API key"), tr("A key has letters, digits and signs only, without spaces or line breaks."), false);
        m_key->setFocus();
        return;
    }
    m_pending = std::move(pending);
    m_problem->hide();
    setBusy(tr("Testing\u2026"));
    m_services.engine.test(m_pending->config, m_pending->key, {}, this, [this](const ProviderTest &result) { tested(result); });
}

void FirstRunView::useVariables()
{
    m_pending = std::make_unique<Pending>();
    m_pending->variables = offeredVariables(m_services, m_presets);
    m_problem->hide();
    nextVariable();
}

void FirstRunView::nextVariable()
{
    if (m_pending->variables.isEmpty()) {
        setBusy({});
        m_pending.reset();
        if (!m_services.settings.snapshot()->providers.isEmpty())
            Q_EMIT done();
        return;
    }
    const QString variable = m_pending->variables.first();
    for (const ProviderPreset &preset : std::as_const(m_presets)) {
        if (preset.keyVariable != variable)
            continue;
        m_pending->config = configFromPreset(preset, m_services.settings.snapshot()->providers);
        m_pending->config.keyEnv = variable;
        break;
    }
    m_pending->key = m_services.keyFromEnvironment(variable);
    setBusy(tr("Testing %1\u2026").arg(m_pending->config.name));
    m_services.engine.test(m_pending->config, m_pending->key, {}, this, [this](const ProviderTest &result) { tested(result); });
}

void FirstRunView::tested(const ProviderTest &result)
{
    if (!m_pending)
        return;
    if (result.failure) {
        FailureContext context;
        context.provider = m_pending->config.name;
        context.lastFour = m_pending->key.lastFour();
        context.keyVariable = m_pending->config.keyEnv;
        if (!m_pending->config.keyEnv.isEmpty())
            context.keyPlace = tr("from %1").arg(m_pending->config.keyEnv);
        context.canRunAgain = false;
        FailureWords words = wordsFor(*result.failure, context);
        words.actions.clear(); // the way out is the form above
        m_problem->show(words);
        ensureWidgetVisible(m_problem);
        if (!m_pending->variables.isEmpty()) {
            m_pending->variables.removeFirst();
            nextVariable();
            return;
        }
        setBusy({});
        m_key->setFocus();
        m_key->selectAll();
        return;
    }
    ProviderConfig &config = m_pending->config;
    QStringList models;
    for (const ModelInfo &model : result.models)
        models.append(model.id);
    if (!models.isEmpty()) {
        config.models = models;
        if (!models.contains(config.defaultModel))
            config.defaultModel = models.first();
    }
    if (m_pending->key.isEmpty() || !config.keyEnv.isEmpty())
        save({});
    else
        storeKey();
}

void FirstRunView::storeKey()
{
    setBusy(tr("Storing the key\u2026"));
    m_services.storeKey(m_pending->config.credentialName(), m_pending->key, this, [this](const SecretReply &reply) { keyStored(reply); });
}

void FirstRunView::keyStored(const SecretReply &reply)
{
    if (!m_pending)
        return;
    if (reply.status == SecretStatus::Ok) {
        save(m_pending->key.lastFour());
        return;
    }
    m_watch->ask();
    setBusy({});
    const KeychainWords words = wordsForSecret(reply.status, reply.detail);
    showProblem(words.title, words.text, true);
}

void FirstRunView::save(const QString &lastFour)
{
    ProviderConfig config = m_pending->config;
    if (!lastFour.isEmpty())
        config.setKey(config.keyName, lastFour);
    config.addedWallMs = QDateTime::currentMSecsSinceEpoch();
    const Result<void> saved = m_services.settings.update([&config](SettingsData &edited) {
        edited.providers.append(config);
        edited.firstRunDone = true;
    });
    if (!saved) {
        setBusy({});
        showProblem(saved.error().what, saved.error().why, false);
        return;
    }
    if (!m_pending->variables.isEmpty()) {
        m_pending->variables.removeFirst();
        nextVariable();
        return;
    }
    m_key->wipeField();
    m_pending.reset();
    setBusy({});
    Q_EMIT done();
}

void FirstRunView::startSimulator()
{
    m_services.state.setValue(QStringLiteral("simulator/speed"), m_speed->current());
    m_services.state.setValue(QStringLiteral("simulator/failures"), m_failures->current());
    m_services.state.sync();
    m_services.switchProfile(true);
}

} // namespace tollgate::ui
