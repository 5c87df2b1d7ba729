#include "ui/playground/playgroundpage.h"

#include "core/chat/templates.h"
#include "core/providers/catalog.h"
#include "core/settings/settings.h"
#include "ui/playground/firstrunview.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/pagebar.h"
#include "ui/playground/parameterspane.h"
#include "ui/playground/responseview.h"
#include "ui/playground/variablespane.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/headerbar.h"

#include <QAction>
#include <QApplication>
#include <QKeyEvent>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

constexpr int wideFrom = 1124; // page width from which the parameters stand beside the answer (a window of 1200)
constexpr int editorWidth = 430;
constexpr int parametersWidth = 236;
constexpr int saveDelayMs = 800;
constexpr int estimateDelayMs = 120;
constexpr int peekDelayMs = 300;

QString draftKey()
{
    return QStringLiteral("playground/draft");
}

QString splitterKey()
{
    return QStringLiteral("playground/splitter");
}

} // namespace

PlaygroundPage::PlaygroundPage(Services &services, QWidget *parent) : QWidget(parent), m_services(services)
{
    const auto prepare = [this](QTimer &timer, int delay, void (PlaygroundPage::*slot)()) {
        timer.setSingleShot(true);
        timer.setInterval(delay);
        connect(&timer, &QTimer::timeout, this, slot);
    };
    prepare(m_saveTimer, saveDelayMs, &PlaygroundPage::saveDraft);
    prepare(m_estimateTimer, estimateDelayMs, &PlaygroundPage::refreshEstimate);
    prepare(m_peekTimer, peekDelayMs, &PlaygroundPage::refreshStored);
    m_laterTimer.setSingleShot(true);
    connect(&m_laterTimer, &QTimer::timeout, this, [this] { run(); });
    build();
    buildActions();
    connectParts();
    load(draftFromJson(m_services.state.value(draftKey()).toByteArray()).value_or(sampleDraft()));
    settingsChanged();
}

PlaygroundPage::~PlaygroundPage()
{
    if (m_call)
        m_call->disconnect(this);
    saveDraft();
    m_services.state.setValue(splitterKey(), m_splitter->saveState());
}

void PlaygroundPage::build()
{
    const Theme &theme = m_services.theme;
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_bar = new PageBar(theme, this);
    layout->addWidget(m_bar);
    m_stack = new QStackedWidget(this);
    layout->addWidget(m_stack, 1);
    m_splitter = new QSplitter(Qt::Horizontal, m_stack);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(5);
    m_splitter->addWidget(buildEditor());
    m_response = new ResponseView(theme, m_splitter);
    m_response->setMinimumWidth(300);
    m_response->setProperty("pane", tr("Response"));
    m_splitter->addWidget(m_response);
    m_parameters = new ParametersPane(theme, m_splitter);
    m_parameters->setMinimumWidth(220);
    m_parameters->setMaximumWidth(320);
    m_parameters->setProperty("pane", tr("Parameters"));
    m_splitter->addWidget(m_parameters);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setStretchFactor(2, 0);
    if (!m_splitter->restoreState(m_services.state.value(splitterKey()).toByteArray()))
        m_splitter->setSizes({editorWidth, 477, parametersWidth});
    m_stack->addWidget(m_splitter);
}

QWidget *PlaygroundPage::buildEditor()
{
    const Theme &theme = m_services.theme;
    auto *editor = makeSurface("base", m_splitter);
    editor->setMinimumWidth(320);
    editor->setProperty("pane", tr("Messages"));
    auto *column = new QVBoxLayout(editor);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Pane, tr("Messages"), editor);
    m_tokenSum = new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, header);
    header->add(m_tokenSum);
    column->addWidget(header);
    m_messages = new MessagesPane(theme, editor);
    column->addWidget(m_messages, 1);
    auto *below = new QVBoxLayout;
    below->setContentsMargins(10, 0, 10, 10);
    m_variables = new VariablesPane(theme, editor);
    below->addWidget(m_variables);
    column->addLayout(below);
    return editor;
}

QAction *PlaygroundPage::addShortcut(const QString &text, const QList<QKeySequence> &keys, std::function<void()> run)
{
    auto *action = new QAction(text, this);
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setProperty("menu", QStringLiteral("Run"));
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    addAction(action);
    return action;
}

void PlaygroundPage::buildActions()
{
    addShortcut(tr("Run"), {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)}, [this] { run(); });
    addShortcut(tr("Run without cache"),
                {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Enter)},
                [this] { run(RunMode::AskAgain); });
    m_stopAction = addShortcut(tr("Stop"), {QKeySequence(Qt::Key_Escape)}, [this] { stop(); });
    m_stopAction->setEnabled(false);
    QAction *add = addShortcut(tr("Add message"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M)}, [this] {
        m_messages->addMessage(m_messages->nextRole());
        m_messages->focusMessage(m_messages->count() - 1);
        promptChanged();
    });
    add->setProperty("menu", QStringLiteral("Edit"));
    QAction *rename = addShortcut(tr("Rename prompt"), {QKeySequence(Qt::Key_F2)}, [this] { m_bar->rename(); });
    rename->setProperty("menu", QStringLiteral("Edit"));
    QAction *find = addShortcut(tr("Find in the answer"), {QKeySequence::Find}, [this] { m_response->openFind(); });
    find->setProperty("menu", QStringLiteral("Edit"));
    const QString views[] = {tr("Answer as Markdown"), tr("Answer as plain text"), tr("Answer as JSON")};
    for (int i = 0; i < 3; ++i) {
        QAction *view = addShortcut(views[i], {QKeySequence(Qt::ALT | (Qt::Key_1 + i))},
                                    [this, i] { m_response->setView(ResponseView::View(i)); });
        view->setProperty("menu", QStringLiteral("View"));
    }
    QAction *parameters = addShortcut(tr("Show or hide parameters"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B)},
                                      [this] { toggleParameters(); });
    parameters->setProperty("menu", QStringLiteral("View"));
}

void PlaygroundPage::connectParts()
{
    connect(&m_bar->run(), &QAbstractButton::clicked, this, [this] { run(); });
    connect(&m_bar->stop(), &QAbstractButton::clicked, this, &PlaygroundPage::stop);
    connect(&m_bar->parameters(), &QAbstractButton::clicked, this, &PlaygroundPage::toggleParameters);
    connect(m_bar, &PageBar::nameChanged, this, [this] { m_saveTimer.start(); });
    connect(m_parameters->collapseButton(), &QAbstractButton::clicked, this, &PlaygroundPage::toggleParameters);
    connect(m_parameters, &ParametersPane::changed, this, &PlaygroundPage::promptChanged);
    connect(m_messages, &MessagesPane::changed, this, &PlaygroundPage::promptChanged);
    connect(m_variables, &VariablesPane::changed, this, &PlaygroundPage::promptChanged);
    connect(&m_response->picker(), &ModelPicker::chosen, this, [this](const ModelChoice &choice) { chooseModel(choice); });
    connect(m_response, &ResponseView::errorAction, this, &PlaygroundPage::handleError);
    connect(m_response, &ResponseView::saveAsMessageRequested, this, [this](const QString &text) {
        m_messages->addMessage(Role::Assistant, text);
        m_messages->focusMessage(m_messages->count() - 1);
        promptChanged();
    });
    connect(&m_services.settings, &Settings::changed, this, &PlaygroundPage::settingsChanged);
}

Draft PlaygroundPage::draft() const
{
    Draft draft;
    draft.name = m_bar->name();
    draft.messages = m_messages->messages();
    draft.variables = m_variables->allValues();
    draft.providerId = m_response->picker().current().providerId;
    draft.model = m_response->picker().current().model;
    draft.options = m_parameters->options();
    return draft;
}

void PlaygroundPage::load(const Draft &draft)
{
    m_loading = true;
    m_bar->setName(draft.name);
    m_parameters->setOptions(draft.options);
    m_variables->setValues(draft.variables);
    m_messages->setMessages(draft.messages);
    m_response->picker().setCurrent({draft.providerId, draft.providerId, draft.model});
    m_loading = false;
    promptChanged();
}

void PlaygroundPage::saveDraft()
{
    m_saveTimer.stop();
    m_services.state.setValue(draftKey(), toJson(draft()));
}

void PlaygroundPage::promptChanged()
{
    if (m_loading)
        return;
    QStringList texts;
    for (const Message &message : m_messages->messages())
        texts.append(message.text);
    m_variables->setNames(variableNames(texts));
    m_messages->setKnownVariables(m_variables->filledNames());
    m_saveTimer.start();
    m_estimateTimer.start();
    m_peekTimer.start();
    refreshRun();
}

void PlaygroundPage::settingsChanged()
{
    const auto settings = m_services.settings.snapshot();
    QList<ModelChoice> choices;
    for (const ProviderConfig &config : settings->providers) {
        if (!config.enabled)
            continue;
        QStringList models = config.models;
        models.removeIf([&config](const QString &model) { return config.hiddenModels.contains(model); });
        if (!config.defaultModel.isEmpty() && !models.contains(config.defaultModel))
            models.prepend(config.defaultModel);
        for (const QString &model : models)
            choices.append({config.id, config.name, model});
        if (models.isEmpty()) // its models can still be typed
            choices.append({config.id, config.name, {}});
    }
    ModelPicker &picker = m_response->picker();
    picker.setChoices(choices);
    ModelChoice current = picker.current();
    const ProviderConfig *config = settings->provider(current.providerId);
    if (config && config->enabled && !current.model.isEmpty()) {
        current.providerName = config->name;
    } else {
        current = {};
        for (const ProviderConfig &each : settings->providers) {
            if (!each.enabled || (each.defaultModel.isEmpty() && each.models.isEmpty()))
                continue;
            current = {each.id, each.name, each.defaultModel.isEmpty() ? each.models.first() : each.defaultModel};
            break;
        }
    }
    m_parameters->setDefaults(settings->cacheTtlSeconds, settings->totalTimeoutSeconds, settings->attempts);
    const bool first = FirstRunView::isNeeded(m_services);
    if (first && !m_firstRun) {
        m_firstRun = new FirstRunView(m_services, providerPresets(), m_stack);
        m_stack->addWidget(m_firstRun);
        connect(m_firstRun, &FirstRunView::done, this, &PlaygroundPage::settingsChanged);
    }
    const bool wasFirst = m_firstRun && m_stack->currentWidget() == m_firstRun;
    m_stack->setCurrentWidget(first ? static_cast<QWidget *>(m_firstRun) : m_splitter);
    if (wasFirst && !first)
        m_messages->focusMessage(m_messages->count() - 1);
    m_bar->parameters().setVisible(!first && (m_narrow || !m_parametersWanted));
    chooseModel(current);
}

void PlaygroundPage::fitParameters()
{
    const bool narrow = width() < wideFrom;
    const bool overlaid = m_parameters->parentWidget() == this;
    if (narrow != m_narrow) {
        m_narrow = narrow;
        if (narrow) {
            m_parameters->setParent(this);
            m_parameters->setOverlay(true);
            m_parameters->hide();
        } else if (overlaid) {
            m_splitter->addWidget(m_parameters);
            m_parameters->setOverlay(false);
            qApp->removeEventFilter(this);
            m_parameters->setVisible(m_parametersWanted);
        }
    }
    if (m_narrow) {
        const int top = m_bar->height();
        m_parameters->setGeometry(width() - 260, top, 260, height() - top);
        m_parameters->raise();
    }
    m_bar->parameters().setVisible(m_stack->currentWidget() == m_splitter && (m_narrow || !m_parametersWanted));
}

void PlaygroundPage::toggleParameters()
{
    if (m_stack->currentWidget() != m_splitter)
        return;
    const bool show = m_parameters->isHidden();
    const bool hadFocus = m_parameters->isAncestorOf(focusWidget());
    m_parameters->setVisible(show);
    if (!m_narrow)
        m_parametersWanted = show;
    qApp->removeEventFilter(this);
    if (m_narrow && show)
        qApp->installEventFilter(this);
    if (show) {
        m_parameters->raise();
        m_parameters->firstField()->setFocus(Qt::ShortcutFocusReason);
    } else if (hadFocus) {
        m_messages->focusMessage(m_messages->count() - 1);
    }
    fitParameters();
}

void PlaygroundPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (isVisible()) // before that the size is not the one that will be seen
        fitParameters();
    m_variables->setHeightLimit(qMax(140, int((height() - m_bar->height()) * 0.35)));
}

void PlaygroundPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    fitParameters();
    if (!focusWidget() || focusWidget() == this)
        focusContent();
}

void PlaygroundPage::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    focusContent();
}

void PlaygroundPage::focusContent()
{
    if (m_firstRun && m_stack->currentWidget() == m_firstRun)
        m_firstRun->setFocus(Qt::OtherFocusReason);
    else
        m_messages->focusMessage(m_messages->count() - 1);
}

void PlaygroundPage::keyPressEvent(QKeyEvent *event)
{
    // The parameters over the answer go as a popup does; while a request runs Esc is the shortcut that stops it.
    if (event->key() == Qt::Key_Escape && m_narrow && m_parameters->isVisible() && m_parameters->isAncestorOf(focusWidget()))
        toggleParameters();
    else
        QWidget::keyPressEvent(event);
}

// The parameters over the answer close at a click beside them, as a popup does; the click still does what it does.
bool PlaygroundPage::eventFilter(QObject *watched, QEvent *event)
{
    const auto *widget = qobject_cast<QWidget *>(watched);
    if (event->type() == QEvent::MouseButtonPress && widget && m_narrow && m_parameters->isVisible() && widget->window() == window()
        && widget != m_parameters && !m_parameters->isAncestorOf(widget) && widget != &m_bar->parameters())
        toggleParameters();
    return QWidget::eventFilter(watched, event);
}

} // namespace tollgate::ui
