#include "ui/settings/providerform.h"

#include "core/engine/engine.h"
#include "core/settings/settings.h"
#include "ui/settings/formsection.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/modelstable.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/toggle.h"

#include <QComboBox>
#include <QDateTime>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTableView>

#include <algorithm>

namespace tollgate::ui {

namespace {

QString headersText(const QList<tollgate::Header> &headers)
{
    QStringList lines;
    for (const tollgate::Header &header : headers)
        lines.append(QString::fromUtf8(header.name) + QStringLiteral(": ") + QString::fromUtf8(header.value));
    return lines.join(u'\n');
}

// Lines without a colon become headers without a value name, which the check of the settings refuses in words.
QList<tollgate::Header> headersFrom(const QString &text)
{
    QList<tollgate::Header> headers;
    for (const QString &line : text.split(u'\n')) {
        if (line.trimmed().isEmpty())
            continue;
        const qsizetype colon = line.indexOf(u':');
        headers.append({(colon < 0 ? line : line.left(colon)).trimmed().toUtf8(), colon < 0 ? QByteArray() : line.mid(colon + 1).trimmed().toUtf8()});
    }
    return headers;
}

} // namespace

QList<ProviderConfig> ProviderForm::others() const
{
    QList<ProviderConfig> list = m_services.settings.snapshot()->providers;
    list.removeIf([this](const ProviderConfig &config) { return config.id == m_loaded.id; });
    return list;
}

void ProviderForm::load(const ProviderConfig &config, bool draft)
{
    ++m_generation;
    m_loading = true;
    m_loaded = config;
    m_models = config.models;
    m_draft = draft;
    m_busy = false;
    m_waiting.reset();
    m_header->title()->setText(config.name);
    m_added->setText(draft ? tr("not saved yet")
                           : config.addedWallMs > 0 ? tr("added %1").arg(QLocale().toString(QDateTime::fromMSecsSinceEpoch(config.addedWallMs).date(), QStringLiteral("d MMM yyyy")))
                                                    : QString());
    m_enabled->setChecked(config.enabled);
    m_name->setText(config.name);
    m_name->setCursorPosition(0);
    int type = m_type->findData(int(config.type));
    if (type < 0) { // written by another version; shown, kept
        m_type->addItem(providerTypeTitle(config.type), int(config.type));
        type = m_type->count() - 1;
    }
    m_type->setCurrentIndex(type);
    m_url->setText(config.baseUrl);
    m_url->setCursorPosition(0);
    m_key->load(config);
    m_parallel->setValue(config.maxParallel);
    m_ca->setText(config.caFile);
    m_proxy->setEditText(config.proxy.isEmpty() ? m_proxy->itemText(0) : config.proxy == QLatin1String("system") ? m_proxy->itemText(1) : config.proxy);
    m_headers->setPlainText(headersText(config.extraHeaders));
    showModels();
    m_default->setEditText(config.defaultModel);
    m_default->lineEdit()->setCursorPosition(0);
    m_error->hide();
    m_result->setText({});
    m_resultMore->setText({});
    m_resultIcon->hide();
    m_test->setEnabled(true);
    m_loading = false;
    typeChosen();
    noteEdit();
}

void ProviderForm::typeChosen()
{
    const auto type = ProviderType(m_type->currentData().toInt());
    const bool simulator = type == ProviderType::Simulator;
    const bool needsKey = type != ProviderType::OpenAiCompatible && type != ProviderType::Ollama && type != ProviderType::Serverless && !simulator;
    m_key->setTypeNeedsKey(needsKey, !simulator);
    m_keyLabel->setVisible(!simulator);
    m_url->setEnabled(!simulator);
    const QString usual = defaultBaseUrl(type);
    m_url->setPlaceholderText(simulator ? tr("Built in") : usual.isEmpty() ? QStringLiteral("https://") : usual);
}

ProviderConfig ProviderForm::edited() const
{
    ProviderConfig config = m_loaded;
    config.name = m_name->text().trimmed();
    config.type = ProviderType(m_type->currentData().toInt());
    config.baseUrl = m_url->text().trimmed();
    if (config.type != ProviderType::Simulator)
        m_key->applyTo(config);
    else if (m_loaded.type != ProviderType::Simulator)
        config.needsKey = false;
    config.maxParallel = m_parallel->value();
    config.caFile = m_ca->text().trimmed();
    const QString proxy = m_proxy->currentText().trimmed();
    config.proxy = proxy.isEmpty() || proxy == m_proxy->itemText(0) ? QString() : proxy == m_proxy->itemText(1) ? QStringLiteral("system") : proxy;
    config.extraHeaders = headersFrom(m_headers->toPlainText());
    config.defaultModel = m_default->currentText().trimmed();
    config.models = m_models;
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
    m_bar->setDirty(isDirty() && !m_busy);
    const int running = m_services.engine.figures().inFlight;
    m_bar->setRemark(running > 0 ? tr("Changes apply to new requests. %1 running keep the old settings.").arg(running)
                                 : tr("Changes apply to new requests."));
    Q_EMIT fieldsChanged();
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

bool ProviderForm::save()
{
    if (m_busy || !isDirty())
        return !isDirty();
    const ProviderConfig config = edited();
    if (const std::optional<QString> problem = firstProblem(config, others())) {
        showProblem(*problem);
        return false;
    }
    if (m_key->hasNewKey()) {
        const SecretBytes key = m_key->peekKey();
        if (!key.isHeaderSafe()) {
            showProblem(tr("A key has letters, digits and signs only, without spaces or line breaks."));
            return false;
        }
        storeThenSave(config);
        return true;
    }
    writeSettings(config);
    return !isDirty();
}

void ProviderForm::storeThenSave(const ProviderConfig &config)
{
    m_waiting = config;
    m_busy = true;
    m_error->hide();
    m_bar->setDirty(false);
    m_bar->setRemark(tr("Storing the key\u2026"));
    const SecretBytes key = m_key->peekKey();
    m_services.storeKey(config.credentialName(), key, this, [this, key, generation = m_generation](const SecretReply &reply) {
        if (generation != m_generation || !m_waiting)
            return;
        m_busy = false;
        ProviderConfig stored = *m_waiting;
        if (reply.status != SecretStatus::Ok) {
            showKeychainProblem(reply, stored);
            return;
        }
        stored.setKey(stored.keyName, key.lastFour());
        m_key->keyStored();
        writeSettings(stored);
    });
}

void ProviderForm::writeSettings(ProviderConfig config)
{
    if (config.addedWallMs == 0)
        config.addedWallMs = QDateTime::currentMSecsSinceEpoch();
    m_busy = true; // the settings' own signal must not reload the form under us
    const Result<void> written = m_services.settings.update([&config](SettingsData &values) {
        for (ProviderConfig &known : values.providers) {
            if (known.id == config.id) {
                known = config;
                return;
            }
        }
        values.providers.append(config);
        values.firstRunDone = true;
    });
    m_busy = false;
    if (!written) {
        showProblem(written.error().text());
        return;
    }
    load(config, false);
    m_bar->setRemark(tr("Saved. Changes apply to new requests."));
    Q_EMIT saved(config.id);
}

void ProviderForm::showProblem(const QString &text)
{
    m_bar->setDirty(isDirty());
    m_bar->setRemark(text, true);
}

void ProviderForm::showKeychainProblem(const SecretReply &reply, const ProviderConfig &config)
{
    m_waiting = config;
    const KeychainWords said = wordsForSecret(reply.status, reply.detail);
    FailureWords words;
    words.title = said.title;
    words.text = said.text;
    words.warning = true;
    words.iconName = QStringLiteral("warning");
    words.actions.append({QStringLiteral("storeAgain"), tr("Try again"), {}, false});
    words.actions.append({QStringLiteral("useForSession"), tr("Use until I quit"), {}, false});
    m_error->show(words);
    m_error->focusFirstAction();
    showProblem(tr("Not saved: the key is not in the keychain."));
}

void ProviderForm::test()
{
    if (!m_test->isEnabled() || m_loaded.id.isEmpty())
        return;
    const ProviderConfig config = edited();
    if (const std::optional<QString> problem = firstProblem(config, others())) {
        showProblem(*problem);
        return;
    }
    m_test->setEnabled(false);
    m_error->hide();
    m_resultIcon->hide();
    m_result->setToken("text.secondary");
    m_result->setText(tr("Testing\u2026"));
    m_resultMore->setText({});
    m_services.engine.test(config, m_key->keyForTest(), {}, this, [this, generation = m_generation](const ProviderTest &result) {
        if (generation == m_generation)
            showTest(result);
    });
}

void ProviderForm::showTest(const ProviderTest &result)
{
    m_test->setEnabled(true);
    Q_EMIT tested(m_loaded.id, result);
    m_resultIcon->show();
    const QString time = QDateTime::currentDateTime().toString(QStringLiteral("HH:mm"));
    if (result.failure) {
        m_resultIcon->setIcon(QStringLiteral("error"), "danger.text");
        m_result->setToken("danger.text");
        m_result->setText(shortWords(*result.failure));
        m_resultMore->setText(tr("tested %1").arg(time));
        const ProviderConfig config = edited();
        const SecretBytes key = m_key->keyForTest();
        FailureContext context;
        context.provider = config.name;
        context.lastFour = key.isEmpty() ? m_loaded.activeLastFour() : key.lastFour();
        context.keyVariable = config.keyEnv;
        context.keyPlace = !config.keyEnv.isEmpty() ? tr("from %1").arg(config.keyEnv)
            : key.isEmpty() && m_loaded.hasStoredKey() ? tr("in keychain as %1").arg(config.credentialName())
                                                            : QString();
        context.canRunAgain = false;
        m_error->show(wordsFor(*result.failure, context));
        return;
    }
    m_resultIcon->setIcon(QStringLiteral("success"), "success.text");
    m_result->setToken("success.text");
    m_result->setText(tr("Connected in %1").arg(formatDurationMs(double(result.took.count()))));
    m_resultMore->setText(tr("%1 models, tested %2").arg(formatCount(result.models.size()), time));
    m_models.clear();
    for (const ModelInfo &model : result.models)
        m_models.append(model.id);
    m_loading = true;
    const QString chosen = m_default->currentText();
    showModels();
    m_default->setEditText(chosen.isEmpty() ? m_models.value(0) : chosen);
    m_loading = false;
    noteEdit();
}

void ProviderForm::showModels()
{
    const ProviderConfig config = m_type->count() ? edited() : m_loaded;
    m_tableModel->show(config, m_models);
    m_default->clear();
    m_default->addItems(m_models);
    m_modelsRemark->setText(m_models.isEmpty() ? tr("unknown until the provider was asked")
                                               : tr("prices per 1M tokens, list of %1").arg(m_tableModel->pricesDate()));
    const int row = m_services.theme.rowHeight() + 2;
    m_table->verticalHeader()->setDefaultSectionSize(row);
    m_table->setVisible(!m_models.isEmpty());
    m_table->setFixedHeight(row * int(std::clamp<qsizetype>(m_models.size(), 1, 9)) + m_table->horizontalHeader()->sizeHint().height() + 4);
}

void ProviderForm::setEnabledAtOnce(bool on)
{
    if (m_loading || m_draft)
        return;
    const QString id = m_loaded.id;
    m_busy = true;
    const Result<void> written = m_services.settings.update([&id, on](SettingsData &values) {
        for (ProviderConfig &known : values.providers)
            if (known.id == id)
                known.enabled = on;
    });
    m_busy = false;
    if (!written) {
        showProblem(written.error().text());
        m_loading = true;
        m_enabled->setChecked(!on);
        m_loading = false;
        return;
    }
    m_loaded.enabled = on;
    noteEdit();
    Q_EMIT saved(id);
}

void ProviderForm::forgetKey()
{
    Question question;
    question.iconName = QStringLiteral("key");
    question.iconToken = "danger.text";
    question.title = tr("Forget the key of %1?").arg(m_loaded.name);
    question.text = tr("The key ending in %1 is removed from the keychain. Requests to %2 fail until there is another one.")
                        .arg(m_loaded.activeLastFour(), m_loaded.name);
    question.safe = tr("Keep the key");
    question.act = tr("Forget the key");
    question.danger = true;
    if (QuestionDialog::ask(m_services.theme, question, this) != QuestionDialog::Answer::Act)
        return;
    m_services.forgetKey(m_loaded.credentialName(), this, [this, generation = m_generation](const SecretReply &reply) {
        if (generation != m_generation)
            return;
        if (reply.status != SecretStatus::Ok) {
            const KeychainWords said = wordsForSecret(reply.status, reply.detail);
            showProblem(tr("The key is still there. %1").arg(said.title));
            return;
        }
        ProviderConfig config = m_loaded;
        config.forgetKey(config.keyName);
        writeSettings(config);
    });
}

void ProviderForm::removeProvider()
{
    if (m_draft) {
        revert();
        return;
    }
    Question question;
    question.iconName = QStringLiteral("discard");
    question.iconToken = "danger.text";
    question.title = tr("Remove %1?").arg(m_loaded.name);
    question.text = m_loaded.keys.isEmpty() ? tr("Its settings are deleted. History and spend stay.")
                                                : tr("Its settings and its key in the keychain are deleted. History and spend stay.");
    question.safe = tr("Keep");
    question.act = tr("Remove %1").arg(m_loaded.name);
    question.danger = true;
    if (QuestionDialog::ask(m_services.theme, question, this) != QuestionDialog::Answer::Act)
        return;
    const ProviderConfig config = m_loaded;
    m_busy = true;
    const Result<void> written = m_services.settings.update([&config](SettingsData &values) {
        values.providers.removeIf([&config](const ProviderConfig &known) { return known.id == config.id; });
    });
    m_busy = false;
    if (!written) {
        showProblem(written.error().text());
        return;
    }
    for (const StoredKey &key : config.keys) {
        m_services.forgetKey(config.credentialName(key.name), this, [this, name = config.name](const SecretReply &reply) {
            NoticeStack *notices = NoticeStack::of(this);
            if (reply.status != SecretStatus::Ok && notices)
                notices->post(tr("%1 is removed, but its key is still in the keychain. %2").arg(name, wordsForSecret(reply.status, {}).title));
        });
    }
    ++m_generation;
    m_loaded = {};
    Q_EMIT removed(config.id);
}

void ProviderForm::replaceKey() { m_key->replaceKey(); }

void ProviderForm::focusName()
{
    m_name->setFocus();
    m_name->selectAll();
}

} // namespace tollgate::ui
