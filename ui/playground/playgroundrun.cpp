#include "core/chat/templates.h"
#include "core/chat/tokenestimate.h"
#include "core/engine/engine.h"
#include "core/ledger/ledger.h"
#include "core/pricing/pricetable.h"
#include "core/settings/settings.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/pagebar.h"
#include "ui/playground/parameterspane.h"
#include "ui/playground/playgroundpage.h"
#include "ui/playground/responseview.h"
#include "ui/playground/resultstrip.h"
#include "ui/playground/variablespane.h"
#include "ui/theme/format.h"
#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"

#include <QAction>
#include <QDateTime>

namespace tollgate::ui {

namespace {

constexpr int recentRuns = 20; // that the p50 lines compare with

qint64 nowMs()
{
    return QDateTime::currentMSecsSinceEpoch();
}

} // namespace

std::optional<ProviderConfig> PlaygroundPage::provider() const
{
    const auto settings = m_services.settings.snapshot();
    const ProviderConfig *config = settings->provider(m_response->picker().current().providerId);
    return config && config->enabled ? std::optional(*config) : std::nullopt;
}

ChatRequest PlaygroundPage::makeRequest() const
{
    const auto settings = m_services.settings.snapshot();
    const RunOptions options = m_parameters->options();
    const QHash<QString, QString> values = m_variables->values();
    ChatRequest request;
    if (const auto config = provider()) {
        request.provider = config->name;
        // The console's own environment; a command handed over by another process brings that process's.
        if (!config->keyEnv.isEmpty() && m_services.keyFromEnvironment) {
            if (const SecretBytes key = m_services.keyFromEnvironment(config->keyEnv); !key.isEmpty())
                request.environment.insert(config->keyEnv, key.view().toByteArray());
        }
    }
    request.model = m_response->picker().current().model;
    for (Message message : m_messages->messages()) {
        message.text = fillTemplate(message.text, values);
        request.messages.append(std::move(message));
    }
    request.parameters = m_parameters->accepted();
    request.stream = options.stream;
    request.cache = options.cache;
    request.ttl = std::chrono::seconds(options.keepSeconds.value_or(settings->cacheTtlSeconds));
    request.maxAttempts = int(options.maxAttempts.value_or(settings->attempts));
    if (options.timeoutSeconds)
        request.timeout = std::chrono::seconds(*options.timeoutSeconds);
    request.keepPayload = !settings->keepNothing;
    request.source = Source::Playground;
    request.tags = options.tags;
    return request;
}

QString PlaygroundPage::runProblem() const
{
    if (m_call)
        return tr("Running. Esc stops it.");
    if (!provider())
        return tr("Add a provider in Settings first.");
    if (m_response->picker().current().model.isEmpty())
        return tr("Choose a model.");
    if (const QStringList missing = m_variables->missingNames(); !missing.isEmpty())
        return tr("Set {{%1}} to run.").arg(missing.first());
    bool anyText = false;
    for (const Message &message : m_messages->messages())
        anyText = anyText || !message.text.trimmed().isEmpty();
    if (!anyText)
        return tr("Write a message first.");
    return m_parameters->problem();
}

void PlaygroundPage::refreshRun()
{
    const QString problem = runProblem();
    Button &run = m_bar->run();
    run.setEnabled(problem.isEmpty());
    run.setToolTip(problem.isEmpty() ? tr("Send the prompt (Ctrl+Enter; Ctrl+Shift+Enter without cache)")
                                     : QStringLiteral("<qt>%1</qt>").arg(problem.toHtmlEscaped()));
    run.setAccessibleDescription(problem);
    // One primary button: an error block that offers the fix has it.
    const ButtonKind kind = m_response->hasErrorAction() ? ButtonKind::Default : ButtonKind::Primary;
    if (run.kind() != kind)
        run.setKind(kind);
    m_bar->stop().setEnabled(m_call || m_laterTimer.isActive());
    m_stopAction->setEnabled(m_call || m_laterTimer.isActive());
}

void PlaygroundPage::chooseModel(const ModelChoice &choice)
{
    m_response->picker().setCurrent(choice);
    if (const auto config = provider())
        m_services.engine.warm(config->name); // so that the first prompt pays no handshake
    refreshCapabilities();
    promptChanged();
}

void PlaygroundPage::refreshCapabilities()
{
    const auto config = provider();
    const QString model = m_response->picker().current().model;
    if (!config || model.isEmpty())
        return m_parameters->setCapabilities({}, {}, {});
    const auto table = m_services.prices ? m_services.prices() : nullptr;
    const auto price = table ? table->find(*config, model, nowMs()) : std::nullopt;
    m_parameters->setCapabilities(capabilitiesOf(*config, model, m_services.settings.snapshot()->refusedSettings), model,
                                  price ? price->maxOutputTokens : std::nullopt);
}

void PlaygroundPage::refreshEstimate()
{
    refreshTokens();
    const auto config = provider();
    const ChatRequest request = makeRequest();
    if (!config || request.model.isEmpty()) {
        m_bar->setEstimate({});
        return;
    }
    const double ratio = m_services.ledger.estimateRatio(request.model);
    const qint64 tokens = qint64(double(estimateInputTokens(request, request.model)) * ratio + 0.5);
    const auto table = m_services.prices();
    const auto price = table ? table->find(*config, request.model, nowMs()) : std::nullopt;
    m_tokenSum->setText(tr("est. %1 tokens").arg(formatCount(tokens)));
    QString cost;
    QString why;
    if (price && price->local) {
        cost = tr("free");
    } else if (const auto most = worstCase(tokens, request.parameters.maxTokens, price)) {
        cost = tr("up to %1").arg(formatMoneyPerRequest(most));
        why = request.parameters.maxTokens ? tr("If the answer uses all of Max tokens") : tr("If the answer is as long as the model allows");
    } else {
        cost = tr("price unknown");
        why = tr("No price is known for this model, so its cost is not counted");
    }
    m_bar->setEstimate(tr("Est. %1 tokens in, %2").arg(formatCount(tokens), cost), why);
}

void PlaygroundPage::refreshTokens()
{
    const QString model = m_response->picker().current().model;
    const double ratio = m_services.ledger.estimateRatio(model);
    const QHash<QString, QString> values = m_variables->values();
    QList<qint64> tokens;
    for (const Message &message : m_messages->messages())
        tokens.append(qint64(double(estimateTokens(fillTemplate(message.text, values), model)) * ratio + 0.5));
    m_messages->setTokens(tokens);
}

void PlaygroundPage::refreshStored()
{
    const quint64 number = ++m_peek;
    if (!m_call && !runProblem().isEmpty()) {
        m_parameters->setStored(0, nowMs());
        return;
    }
    m_services.engine.peekCache(makeRequest(), this, [this, number](qint64 expires) {
        if (number == m_peek)
            m_parameters->setStored(expires, nowMs());
    });
}

bool PlaygroundPage::explainProblem()
{
    if (!provider()) {
        Q_EMIT pageRequested(QStringLiteral("settings"), QStringLiteral("providers"));
        return true;
    }
    if (m_response->picker().current().model.isEmpty()) {
        m_response->picker().openList();
        return true;
    }
    const QStringList missing = m_variables->missingNames();
    if (missing.isEmpty())
        return !runProblem().isEmpty();
    int number = 1;
    for (const Message &message : m_messages->messages()) {
        if (variableNames({message.text}).contains(missing.first()))
            break;
        ++number;
    }
    m_response->showWords(wordsForMissingVariable(missing.first(), number));
    refreshRun();
    return true;
}

void PlaygroundPage::run(RunMode mode)
{
    m_laterTimer.stop();
    if (m_call)
        return;
    m_variables->commit();
    if (!runProblem().isEmpty() && explainProblem())
        return;
    ChatRequest request = makeRequest();
    if (mode == RunMode::AskAgain && request.cache == CachePolicy::Use)
        request.cache = CachePolicy::Refresh;
    request.allowOverBudget = mode == RunMode::OverBudget;
    m_maxAttempts = request.maxAttempts;
    m_lastFailure.reset();
    m_response->begin();
    m_call = m_services.engine.send(std::move(request));
    connect(m_call.get(), &Call::delta, this, [this](const QList<Delta> &pieces) { m_response->add(pieces); });
    connect(m_call.get(), &Call::stateChanged, this, [this](CallState state) { m_response->enter(state); });
    connect(m_call.get(), &Call::retrying, this, [this](const RetryNotice &notice) { m_response->retry(notice, m_maxAttempts); });
    connect(m_call.get(), &Call::finished, this, [this](const Outcome &outcome) { finished(outcome); });
    refreshRun();
}

void PlaygroundPage::stop()
{
    if (m_laterTimer.isActive()) {
        m_laterTimer.stop();
        m_response->showNote({});
        refreshRun();
    }
    if (m_call)
        m_call->cancel();
}

void PlaygroundPage::finished(const Outcome &outcome)
{
    m_call.release()->deleteLater(); // it is the sender
    m_lastFailure = outcome.failure;
    std::optional<FailureWords> words;
    if (outcome.failure) {
        words = wordsFor(outcome, failureContext());
        // A stop is the user's own doing: the badge says it, a block only beside text that may have been charged would be noise.
        if (outcome.failure->kind == FailureKind::Cancelled)
            words->actions.clear();
    }
    m_response->finish(outcome, words);
    refreshRun();
    afterRun(outcome);
}

void PlaygroundPage::afterRun(const Outcome &outcome)
{
    const QString providerId = outcome.record.provider;
    const QString model = outcome.record.model;
    m_services.ledger.recent(providerId, model, recentRuns, this, [this](const RecentFigures &figures) {
        if (!m_call)
            m_response->strip().setRecent(figures);
    });
    refreshEstimate();
    // Until the prompt changes the provider's own count is the better one.
    if (const Usage &usage = outcome.record.usage; usage.present && !usage.estimated && usage.inputTokens() > 0)
        m_tokenSum->setText(tr("%1 tokens").arg(formatCount(usage.inputTokens())));
    const quint64 number = ++m_peek;
    if (!provider())
        return;
    m_services.engine.peekCache(makeRequest(), this, [this, number, answered = outcome.ok()](qint64 expires) {
        if (number != m_peek)
            return;
        m_parameters->setStored(expires, nowMs());
        m_response->strip().setStored(answered && expires > 0);
    });
}

FailureContext PlaygroundPage::failureContext() const
{
    FailureContext context;
    const ModelChoice &current = m_response->picker().current();
    context.model = current.model;
    context.provider = current.providerName;
    if (const auto config = provider()) {
        if (config->keyEnv.isEmpty())
            context.lastFour = config->activeLastFour();
        else if (m_services.keyFromEnvironment)
            context.lastFour = m_services.keyFromEnvironment(config->keyEnv).lastFour();
        context.keyVariable = config->keyEnv;
        context.keyPlace = config->keyEnv.isEmpty() ? tr("in keychain as %1").arg(config->credentialName())
                                                    : tr("from %1").arg(config->keyEnv);
        const auto table = m_services.prices();
        if (const auto price = table ? table->find(*config, current.model, nowMs()) : std::nullopt)
            context.contextTokens = price->contextTokens;
    }
    context.inputTokens = estimateInputTokens(makeRequest(), current.model);
    for (const ProviderConfig &config : m_services.settings.snapshot()->providers)
        context.hasLocalModel = context.hasLocalModel || (config.enabled && config.type == ProviderType::Ollama);
    for (const ModelChoice &choice : m_response->picker().choices()) {
        if (choice.providerId != current.providerId && choice.isValid()) {
            context.otherModel = choice.model;
            break;
        }
    }
    context.nowWallMs = nowMs();
    return context;
}

void PlaygroundPage::runLater()
{
    const auto wait = m_lastFailure && m_lastFailure->retryAfter ? *m_lastFailure->retryAfter : std::chrono::milliseconds(0);
    // The full minute that the button named.
    const QDateTime at = QDateTime::fromMSecsSinceEpoch((nowMs() + wait.count() + 59'999) / 60'000 * 60'000);
    m_laterTimer.start(int(qMin<qint64>(at.toMSecsSinceEpoch() - nowMs(), 24LL * 3600 * 1000)));
    m_response->showNote(tr("Runs again at %1. Esc cancels.").arg(at.toString(QStringLiteral("HH:mm"))));
    refreshRun();
}

void PlaygroundPage::handleError(const QString &action)
{
    const QString providerId = m_response->picker().current().providerId;
    if (action == u"replaceKey" || action == u"addKey" || action == u"openProvider") {
        Q_EMIT openProviderSettings(providerId);
        Q_EMIT pageRequested(QStringLiteral("settings"), QStringLiteral("providers/") + providerId);
    } else if (action == u"runAgain") {
        run();
    } else if (action == u"runLater") {
        runLater();
    } else if (action == u"allowRun") {
        run(RunMode::OverBudget);
    } else if (action == u"raiseTimeout") {
        if (m_parameters->isHidden())
            toggleParameters();
        m_parameters->raiseTimeout();
    } else if (action == u"chooseModel") {
        m_response->picker().openList();
    } else if (action == u"openStorage") {
        Q_EMIT pageRequested(QStringLiteral("settings"), QStringLiteral("storage"));
    } else if (action == u"goToVariable") {
        if (const QStringList missing = m_variables->missingNames(); !missing.isEmpty())
            m_variables->edit(missing.first());
    } else if (action == u"showLongest") {
        int longest = 0;
        for (int i = 1; i < m_messages->count(); ++i)
            if (m_messages->card(i)->text().size() > m_messages->card(longest)->text().size())
                longest = i;
        m_messages->focusMessage(longest);
    } else if (action == u"tryModel") {
        for (const ModelChoice &choice : m_response->picker().choices()) {
            if (choice.providerId != providerId && choice.isValid()) {
                chooseModel(choice);
                run();
                return;
            }
        }
    }
}

} // namespace tollgate::ui
