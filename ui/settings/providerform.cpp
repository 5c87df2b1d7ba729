#include "ui/settings/providerform.h"

#include "core/engine/engine.h"
#include "core/net/endpoint.h"
#include "core/providers/catalog.h"
#include "core/settings/settings.h"
#include "ui/settings/certificateedit.h"
#include "ui/settings/formsection.h"
#include "ui/settings/functionpriceedit.h"
#include "ui/settings/headersedit.h"
#include "ui/settings/jsonfield.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/modelspanel.h"
#include "ui/settings/proxyedit.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QDateTime>
#include <QLineEdit>
#include <QLocale>
#include <QSpinBox>

namespace tollgate::ui {

namespace {

// The variable that is customary at this address: "ANTHROPIC_API_KEY".
QString customaryVariable(const ProviderConfig &config)
{
    const QString origin = originOf(config);
    for (const ProviderPreset &preset : providerPresets()) {
        ProviderConfig of;
        of.type = preset.type;
        of.baseUrl = preset.baseUrl;
        if (!preset.keyVariable.isEmpty() && !origin.isEmpty() && originOf(of) == origin)
            return preset.keyVariable;
    }
    return {};
}

bool mayGoWithoutKey(ProviderType type)
{
    return type == ProviderType::OpenAiCompatible || type == ProviderType::Ollama || type == ProviderType::Serverless;
}

} // namespace

QString originOf(const ProviderConfig &config)
{
    const Result<ParsedUrl> url = parseBaseUrl(config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl, true);
    return url ? QString::fromLatin1(url->endpoint.origin()) : QString();
}

QList<ProviderConfig> ProviderForm::others() const
{
    QList<ProviderConfig> list = m_services.settings.snapshot()->providers;
    list.removeIf([this](const ProviderConfig &config) { return config.id == m_loaded.id; });
    return list;
}

ProviderType ProviderForm::type() const { return ProviderType(m_type->currentData().toInt()); }

void ProviderForm::load(const ProviderConfig &config, bool draft)
{
    ++m_generation;
    m_loading = true;
    m_loaded = config;
    m_draft = draft;
    m_busy = false;
    m_testing = false;
    m_waiting.reset();
    m_agreedOrigin.clear();
    m_header->title()->setText(config.name);
    const QDate added = QDateTime::fromMSecsSinceEpoch(config.addedWallMs).date();
    m_added->setText(draft                      ? tr("not saved yet")
                         : config.addedWallMs > 0 ? tr("added %1").arg(QLocale().toString(added, QStringLiteral("d MMM yyyy")))
                                                  : QString());
    m_enabled->setChecked(config.enabled);
    m_name->setText(config.name);
    int type = m_type->findData(int(config.type));
    if (type < 0) { // written by another version; shown, kept
        m_type->addItem(providerTypeTitle(config.type), int(config.type));
        type = m_type->count() - 1;
    }
    m_type->setCurrentIndex(type);
    m_url->setText(config.baseUrl);
    m_deployment->setText(config.deployment);
    m_version->setCurrentIndex(qMax(0, m_version->findData(config.apiVersion)));
    m_dated->setText(config.apiVersion);
    for (QLineEdit *field : {m_name, m_url, m_deployment, m_dated})
        field->setCursorPosition(0);
    m_key->load(config);
    m_key->setOfferedVariable(customaryVariable(config));
    m_parallel->setValue(config.maxParallel);
    m_models->load(config);
    m_price->setValue(config.functionPrice);
    m_keyHeader->setEditText(config.keyHeader);
    m_headers->setHeaders(config.extraHeaders);
    m_body->setValue(config.extraBody);
    m_proxy->setValue(config.proxy);
    m_ca->setPath(config.caFile);
    m_error->hide();
    m_result->setText({});
    m_resultMore->setText({});
    m_resultIcon->hide();
    m_test->setEnabled(true);
    m_models->setBusy(false);
    m_loading = false;
    typeChosen();
    noteEdit();
}

void ProviderForm::typeChosen()
{
    const ProviderType now = type();
    const bool simulator = now == ProviderType::Simulator;
    for (const Row &row : std::as_const(m_rows)) {
        const bool shown = row.types.isEmpty() || row.types.contains(now);
        row.label->setVisible(shown);
        row.control->setVisible(shown);
    }
    for (QWidget *widget : std::initializer_list<QWidget *>{m_sourceLabel, m_key->source(), m_keyLabel, m_key, m_outside})
        widget->setVisible(!simulator);
    m_priceBox->setVisible(now == ProviderType::Serverless);
    m_key->setTypeNeedsKey(!mayGoWithoutKey(now) && !simulator);
    m_url->setEnabled(!simulator);
    const QString usual = defaultBaseUrl(now);
    m_url->setPlaceholderText(simulator        ? tr("Built in")
                              : !usual.isEmpty() ? usual
                              : now == ProviderType::Azure ? QStringLiteral("https://RESOURCE.openai.azure.com")
                                                           : QStringLiteral("https://"));
    if (!m_loading)
        m_models->showPricesOf(edited());
}

ProviderConfig ProviderForm::edited() const
{
    ProviderConfig config = m_loaded;
    config.name = m_name->text().trimmed();
    config.type = type();
    config.baseUrl = m_url->text().trimmed();
    // What a type does not have keeps what was stored: changing the type back loses nothing.
    if (config.type == ProviderType::Azure) {
        config.deployment = m_deployment->text().trimmed();
        config.apiVersion = m_dated->text().trimmed();
    } else if (config.type == ProviderType::Anthropic) {
        config.apiVersion = m_version->currentData().toString();
    } else if (config.type != m_loaded.type) {
        config.apiVersion.clear();
    }
    if (config.type == ProviderType::Serverless)
        config.functionPrice = m_price->value();
    if (config.type != ProviderType::Simulator)
        m_key->applyTo(config);
    else if (m_loaded.type != ProviderType::Simulator)
        config.needsKey = false;
    config.maxParallel = m_parallel->value();
    m_models->applyTo(config);
    config.keyHeader = m_keyHeader->currentText().trimmed();
    config.extraHeaders = m_headers->headers();
    config.extraBody = m_body->value();
    config.proxy = m_proxy->value();
    config.caFile = m_ca->path();
    config.enabled = m_enabled->isChecked();
    return config;
}

bool ProviderForm::isDirty() const
{
    if (m_loaded.id.isEmpty())
        return false;
    return m_draft || m_key->hasNewKey() || edited() != m_loaded;
}

void ProviderForm::noteEdit()
{
    if (m_loading)
        return;
    showOrigin();
    m_bar->setDirty(isDirty() && !m_busy);
    m_bar->setQuietRemark(m_services.engine.figures().inFlight);
    Q_EMIT fieldsChanged();
}

void ProviderForm::showOrigin()
{
    const QString before = originOf(m_loaded);
    const QString now = originOf(edited());
    const bool moved = !m_draft && !before.isEmpty() && now != before;
    // While the address is being typed and cannot be read, it leads nowhere, so not to where it did.
    m_key->setForeignOrigin(moved ? before : QString(), now.isEmpty() ? tr("the new address") : now);
}

bool ProviderForm::mayGoTo(const ProviderConfig &config)
{
    const QString before = originOf(m_loaded);
    const QString now = originOf(config);
    const bool hasKey = m_key->hasNewKey() || !config.keyEnv.isEmpty();
    if (m_draft || before.isEmpty() || now == before || now == m_agreedOrigin || !hasKey)
        return true;
    const QString host = now.section(QStringLiteral("://"), 1);
    Question question;
    question.iconName = QStringLiteral("warning");
    question.iconToken = "warning.text";
    question.title = tr("Send the key to %1?").arg(host);
    question.text = tr("%1 was at %2 until now. From now on its key and everything you send go to:").arg(m_loaded.name, before);
    question.mono = now;
    question.safe = tr("Keep editing");
    question.act = tr("Send to %1").arg(host);
    if (QuestionDialog::ask(m_services.theme, question, this) != QuestionDialog::Answer::Act)
        return false;
    m_agreedOrigin = now;
    return true;
}

bool ProviderForm::checkFields(const ProviderConfig &config)
{
    std::optional<QString> problem = firstProblem(config, others());
    if (problem && !problem->endsWith(u'.'))
        *problem += u'.';
    if (!problem && config.type != ProviderType::Simulator)
        problem = m_key->problem();
    if (!problem)
        problem = m_proxy->problem();
    if (!problem)
        problem = m_ca->problem();
    if (!problem)
        problem = m_body->problem();
    if (problem)
        showProblem(*problem);
    return !problem && mayGoTo(config);
}

void ProviderForm::revert()
{
    if (m_draft) {
        m_draft = false;
        Q_EMIT removed(m_loaded.id);
        return;
    }
    load(m_loaded, false);
}

void ProviderForm::showProblem(const QString &text)
{
    m_bar->setDirty(isDirty());
    m_bar->setRemark(text, true);
}

void ProviderForm::test()
{
    if (m_testing || m_loaded.id.isEmpty())
        return;
    const ProviderConfig config = edited();
    if (!checkFields(config))
        return;
    m_testing = true;
    m_test->setEnabled(false);
    m_models->setBusy(true);
    m_error->hide();
    m_resultIcon->hide();
    m_result->setToken("text.secondary");
    m_result->setText(tr("Testing\u2026"));
    m_resultMore->setText({});
    Q_EMIT testing(config.id);
    m_services.engine.test(config, m_key->keyForTest(), {}, this, [this, generation = m_generation](const ProviderTest &result) {
        if (generation == m_generation)
            testFinished(result);
    });
}

void ProviderForm::testFinished(const ProviderTest &result)
{
    m_testing = false;
    m_test->setEnabled(true);
    m_models->setBusy(false);
    Q_EMIT tested(m_loaded.id, result);
    showResult(result, QDateTime::currentDateTime().toString(QStringLiteral("HH:mm")));
    if (result.failure)
        return;
    QStringList models;
    for (const ModelInfo &model : result.models)
        models.append(model.id);
    if (!models.isEmpty())
        m_models->setListed(models);
    noteEdit();
}

void ProviderForm::showTest(const ProviderTest &result, const QString &time)
{
    if (!m_testing)
        showResult(result, time);
}

void ProviderForm::showResult(const ProviderTest &result, const QString &time)
{
    m_resultIcon->show();
    const ProviderConfig config = edited();
    const SecretBytes key = m_key->keyForTest();
    if (!result.failure) {
        m_error->hide();
        m_resultIcon->setIcon(QStringLiteral("success"), "success.text");
        m_result->setToken("success.text");
        m_result->setText(tr("Connected in %1").arg(formatDurationMs(double(result.took.count()))));
        QStringList facts;
        if (result.connectedOnly) {
            facts.append(tr("nothing was sent: every prompt to it may cost"));
        } else {
            const qsizetype count = result.models.size();
            facts.append(count == 1 ? tr("1 model") : tr("%1 models").arg(formatCount(count)));
            if (!key.isEmpty() || !config.keyEnv.isEmpty() || config.hasStoredKey())
                facts.append(tr("key valid"));
        }
        facts.append(tr("tested %1").arg(time));
        m_resultMore->setText(facts.join(QStringLiteral(", ")));
        return;
    }
    m_resultIcon->setIcon(QStringLiteral("error"), "danger.text");
    m_result->setToken("danger.text");
    m_result->setText(shortWords(*result.failure));
    m_resultMore->setText(tr("tested %1").arg(time));
    FailureContext context;
    context.provider = config.name;
    context.lastFour = key.isEmpty() ? config.activeLastFour() : key.lastFour();
    context.keyVariable = config.keyEnv;
    context.keyPlace = !config.keyEnv.isEmpty()                     ? tr("from %1").arg(config.keyEnv)
                       : key.isEmpty() && config.hasStoredKey() ? tr("in keychain as %1").arg(config.credentialName())
                                                                : QString();
    context.canRunAgain = false;
    m_error->show(wordsFor(*result.failure, context));
}

void ProviderForm::replaceKey() { m_key->replaceKey(); }

void ProviderForm::focusName()
{
    m_name->setFocus();
    m_name->selectAll();
}

} // namespace tollgate::ui
