// Saving, forgetting and removing: what the provider form does to the settings and the keychain.
#include "core/engine/engine.h"
#include "core/settings/settings.h"
#include "ui/settings/formsection.h"
#include "ui/settings/keyeditor.h"
#include "ui/settings/providerform.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/toggle.h"

#include <QDateTime>
#include <QLineEdit>

namespace tollgate::ui {

bool ProviderForm::save()
{
    if (m_busy || !isDirty())
        return !isDirty();
    const ProviderConfig config = edited();
    if (!checkFields(config))
        return false;
    if (!m_key->hasNewKey()) {
        writeSettings(config);
        return !isDirty();
    }
    // Without a keychain the page has said all along that keys stay in memory.
    if (m_key->isForSession() || m_keychain.state() == KeychainState::NoService)
        keepForSession(config);
    else
        storeThenSave(config);
    return true;
}

void ProviderForm::keepForSession(ProviderConfig config)
{
    config.keyName = m_loaded.keyName; // a key that is only in memory gets no name of its own
    m_services.useKeyForSession(config.credentialName(), m_key->peekKey());
    if (!writeSettings(config))
        return;
    m_key->keyKeptForSession();
    m_bar->setDirty(false);
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
        m_key->wipe();
        writeSettings(stored);
    });
}

bool ProviderForm::writeSettings(ProviderConfig config)
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
        return false;
    }
    load(config, false);
    m_bar->setQuietRemark(m_services.engine.figures().inFlight, tr("Saved."));
    Q_EMIT saved(config.id);
    return true;
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
    m_keychain.ask();
}

void ProviderForm::errorAction(const QString &id)
{
    if (id == QLatin1String("replaceKey") || id == QLatin1String("addKey")) {
        m_key->replaceKey();
    } else if (id == QLatin1String("openProvider")) {
        m_url->setFocus();
    } else if (id == QLatin1String("storeAgain") && m_waiting) {
        storeThenSave(*m_waiting);
    } else if (id == QLatin1String("useForSession") && m_waiting) {
        const ProviderConfig config = *m_waiting;
        keepForSession(config);
    }
}

void ProviderForm::setEnabledAtOnce(bool on)
{
    if (m_loading || m_loaded.id.isEmpty())
        return;
    if (m_draft) {
        noteEdit();
        return;
    }
    m_busy = true;
    const Result<void> written = m_services.settings.update([this, on](SettingsData &values) {
        for (ProviderConfig &known : values.providers)
            if (known.id == m_loaded.id)
                known.enabled = on;
    });
    m_busy = false;
    if (written)
        m_loaded.enabled = on;
    else
        showProblem(written.error().text());
    noteEdit();
    Q_EMIT saved(m_loaded.id);
}

void ProviderForm::forgetKey(const QString &keyName, bool ofSession)
{
    const StoredKey *stored = ofSession ? nullptr : m_loaded.storedKey(keyName);
    const QString lastFour = stored ? stored->lastFour : QString();
    Question question;
    question.iconName = QStringLiteral("discard");
    question.iconToken = "danger.text";
    question.title = !stored              ? tr("Forget the key of this session?")
                     : lastFour.isEmpty() ? tr("Forget the key %1?").arg(keyName)
                                          : tr("Forget the key ending in %1?").arg(lastFour);
    question.text = stored ? tr("It is deleted from the keychain. %1 gets no requests until it has another key.").arg(m_loaded.name)
                           : tr("It is in memory only.");
    question.safe = tr("Keep");
    question.act = tr("Forget key");
    question.danger = true;
    if (QuestionDialog::ask(m_services.theme, question, this) != QuestionDialog::Answer::Act)
        return;
    if (!stored) {
        m_services.useKeyForSession(m_loaded.credentialName(keyName), {});
        load(m_loaded, m_draft);
        Q_EMIT saved(m_loaded.id);
        return;
    }
    m_services.forgetKey(m_loaded.credentialName(keyName), this, [this, keyName, generation = m_generation](const SecretReply &reply) {
        if (generation != m_generation)
            return;
        if (reply.status != SecretStatus::Ok) {
            const KeychainWords said = wordsForSecret(reply.status, reply.detail);
            showProblem(tr("The key is still there. %1.").arg(said.title));
            return;
        }
        ProviderConfig config = m_loaded;
        config.forgetKey(keyName);
        writeSettings(config);
    });
}

void ProviderForm::removeProvider()
{
    if (m_draft) {
        revert();
        return;
    }
    const qsizetype keys = m_loaded.keys.size();
    Question question;
    question.iconName = QStringLiteral("discard");
    question.iconToken = "danger.text";
    question.title = tr("Remove %1?").arg(m_loaded.name);
    question.text = keys == 0   ? tr("Its settings are deleted. History and spend stay.")
                    : keys == 1 ? tr("Its settings and its key in the keychain are deleted. History and spend stay.")
                                : tr("Its settings and its %1 keys in the keychain are deleted. History and spend stay.").arg(keys);
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
    m_services.useKeyForSession(config.credentialName(), {});
    for (const StoredKey &key : config.keys) {
        m_services.forgetKey(config.credentialName(key.name), this, [this, name = config.name](const SecretReply &reply) {
            NoticeStack *notices = NoticeStack::of(this);
            if (reply.status != SecretStatus::Ok && notices)
                notices->post(tr("%1 is removed, but a key of it is still in the keychain. %2.").arg(name, wordsForSecret(reply.status, {}).title));
        });
    }
    ++m_generation;
    m_loaded = {};
    Q_EMIT removed(config.id);
}

} // namespace tollgate::ui
