#include "ui/settings/keyeditor.h"

#include "core/settings/settings.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QComboBox>
#include <QDateTime>
#include <QLineEdit>
#include <QSignalBlocker>

namespace tollgate::ui {

namespace {

const QString keychainSource = QStringLiteral("keychain");
const QString variableSource = QStringLiteral("variable");
const QString sessionSource = QStringLiteral("session");
const QString noneSource = QStringLiteral("none");
const QString firstName = QStringLiteral("default");
constexpr int fieldWidth = 300;

QString masked(const QString &lastFour)
{
    return QString(24 - lastFour.size(), QChar(0x2022)) + lastFour;
}

} // namespace

QString KeyEditor::sourceNow() const { return m_source->current(); }

QString KeyEditor::chosenKey() const
{
    return m_choice->count() > 1 ? m_choice->currentData().toString() : m_config.keyName;
}

QString KeyEditor::entryOf(const QString &keyName) const { return QStringLiteral("tollgate/") + m_config.credentialName(keyName); }

void KeyEditor::load(const ProviderConfig &config)
{
    ++m_generation;
    m_loading = true;
    m_config = config;
    m_mode = Mode::Stored;
    m_checked.reset();
    m_unlocking = false;
    m_originBefore.clear();
    m_key->wipeField();
    m_newName->clear();
    m_variable->setText(config.keyEnv);
    m_source->setCurrent(!config.keyEnv.isEmpty() ? variableSource : config.needsKey || config.hasStoredKey() ? keychainSource : noneSource);
    m_loadedSource = sourceNow();
    m_choice->clear();
    for (const StoredKey &key : config.keys)
        m_choice->addItem(key.name + QStringLiteral("  ") + masked(key.lastFour).right(8), key.name);
    if (!config.keys.isEmpty() && !config.hasStoredKey())
        m_choice->addItem(tr("%1  not stored").arg(config.keyName), config.keyName);
    m_choice->setCurrentIndex(qMax(0, m_choice->findData(config.keyName)));
    m_stored->setText(masked(config.activeLastFour()));
    m_loading = false;
    check();
    arrange();
}

void KeyEditor::applyTo(ProviderConfig &config) const
{
    const QString source = sourceNow();
    config.keyEnv = source == variableSource ? m_variable->text().trimmed() : QString();
    // An untouched source keeps what was stored: a local server may have a key that it does not insist on.
    config.needsKey = source == m_loadedSource ? m_config.needsKey : source != noneSource;
    config.keyName = hasNewKey() && source == keychainSource ? newKeyName() : chosenKey();
}

void KeyEditor::setTypeNeedsKey(bool needs)
{
    // A stored key is sent wherever there is one: it has to be forgotten first.
    m_source->setSegmentVisible(noneSource, !needs && !m_config.hasStoredKey());
    if (needs && sourceNow() == noneSource) {
        m_source->setCurrent(keychainSource);
        arrange();
    }
}

void KeyEditor::setOfferedVariable(const QString &name)
{
    m_offered = name;
    showOffer();
}

void KeyEditor::setForeignOrigin(const QString &before, const QString &now)
{
    if (m_originBefore == before && m_originNow == now)
        return;
    m_originBefore = before;
    m_originNow = now;
    arrange();
}

bool KeyEditor::hasNewKey() const { return (sourceNow() == keychainSource || isForSession()) && !m_key->isBlank(); }
bool KeyEditor::isForSession() const { return sourceNow() == sessionSource; }
SecretBytes KeyEditor::peekKey() const { return m_key->peek(); }
bool KeyEditor::usesStoredKey() const { return !hasNewKey() && (sourceNow() == keychainSource || isForSession()); }

QString KeyEditor::newKeyName() const { return m_mode == Mode::Adding && !isForSession() ? m_newName->text().trimmed() : chosenKey(); }

std::optional<QString> KeyEditor::problem() const
{
    if (sourceNow() == variableSource && m_variable->text().trimmed().isEmpty())
        return tr("Name the environment variable that holds the key.");
    if (!hasNewKey()) {
        if (usesStoredKey() && !m_originBefore.isEmpty())
            return tr("Enter the key for %1: the stored one was given for %2.").arg(m_originNow, m_originBefore);
        return std::nullopt;
    }
    if (!peekKey().isHeaderSafe())
        return tr("A key has letters, digits and signs only, without spaces or line breaks.");
    if (m_mode != Mode::Adding || isForSession())
        return std::nullopt;
    if (const std::optional<QString> wrong = keyNameProblem(newKeyName()))
        return *wrong + u'.';
    if (m_config.storedKey(newKeyName()))
        return tr("A key named %1 is stored already. Choose another name, or replace that key.").arg(newKeyName());
    return std::nullopt;
}

SecretBytes KeyEditor::keyForTest() const
{
    if (sourceNow() == variableSource)
        return m_services.keyFromEnvironment ? m_services.keyFromEnvironment(m_variable->text().trimmed()) : SecretBytes();
    return hasNewKey() ? m_key->peek() : SecretBytes();
}

void KeyEditor::wipe() { m_key->wipeField(); }

void KeyEditor::keyKeptForSession()
{
    m_key->wipeField();
    m_mode = Mode::Stored;
    m_checked = KeyCheck{SecretStatus::Ok, true, 0, {}};
    m_source->setCurrent(sessionSource);
    m_loadedSource = sessionSource;
    arrange();
}

void KeyEditor::replaceKey()
{
    if (sourceNow() != sessionSource)
        m_source->setCurrent(keychainSource);
    m_mode = Mode::Replacing;
    arrange();
    m_key->setFocus();
    Q_EMIT edited();
}

void KeyEditor::arrange()
{
    const bool keychain = sourceNow() == keychainSource;
    const bool session = isForSession();
    const bool foreign = !m_originBefore.isEmpty();
    const bool known = keychain && m_config.storedKey(chosenKey());
    const bool held = known || (session && m_checked && m_checked->session);
    const bool typing = (keychain || session) && (m_mode != Mode::Stored || !held || foreign);
    const bool many = m_choice->count() > 1;
    const bool naming = keychain && m_mode == Mode::Adding;
    m_stored->setVisible(held && !typing && (!many || session));
    m_stored->setText(session ? masked({}) : masked(m_config.activeLastFour()));
    m_choice->setVisible(keychain && many && (!typing || (!known && m_mode == Mode::Stored)));
    m_key->setVisible(typing);
    m_newName->setVisible(naming);
    m_key->setFixedWidth(naming ? fieldWidth - m_newName->width() - 8 : fieldWidth);
    m_replace->setVisible(held && !typing);
    m_forget->setVisible(held && !typing);
    m_add->setVisible(known && !typing);
    m_keep->setVisible(typing && held && !foreign);
    m_variable->setVisible(sourceNow() == variableSource);
    showState();
}

void KeyEditor::say(const char *icon, const char *token, const QString &text, const QString &more)
{
    m_stateIcon->setIcon(QString::fromLatin1(icon), token);
    m_state->setText(text);
    m_state->setToken(token);
    m_stateMore->setText(more);
    m_stateMore->setVisible(!more.isEmpty());
}

void KeyEditor::showState()
{
    m_unlock->hide();
    m_help->hide();
    const QString source = sourceNow();
    if (source == noneSource)
        say("info", "text.secondary", tr("Requests are sent without a key."));
    else if (source == variableSource)
        showVariable();
    else if (!m_originBefore.isEmpty())
        say("warning", "warning.text", tr("The address changed."),
            tr("Enter the key for %1; the stored one was given for %2.").arg(m_originNow, m_originBefore));
    else if (isForSession())
        say("key", "text.secondary", m_checked && m_checked->session ? tr("In memory until you quit.")
                                                                      : tr("The key is kept in memory and forgotten when you quit."));
    else
        showKeychain();
    showOffer();
}

void KeyEditor::showOffer()
{
    const bool set = !m_offered.isEmpty() && m_services.keyFromEnvironment && !m_services.keyFromEnvironment(m_offered).isEmpty();
    m_offer->setVisible(set && sourceNow() != variableSource && !m_config.hasStoredKey());
    m_offerText->setText(tr("%1 is set in your environment.").arg(m_offered));
}

void KeyEditor::showVariable()
{
    const QString name = m_variable->text().trimmed();
    if (name.isEmpty())
        say("info", "text.secondary", tr("The key is read from this variable when a request is sent. It is not stored."));
    else if (m_services.keyFromEnvironment && !m_services.keyFromEnvironment(name).isEmpty())
        say("success", "success.text", tr("%1 is set.").arg(name), tr("The key itself is not stored."));
    else
        say("warning", "warning.text", tr("%1 is not set in this program’s environment.").arg(name));
}

void KeyEditor::showKeychain()
{
    const bool stored = m_config.storedKey(chosenKey()) && m_mode == Mode::Stored;
    const std::optional<KeychainState> state = m_keychain.state();
    if (m_unlocking) {
        say("lock", "text.secondary", tr("Unlocking\u2026"), tr("The desktop asks for the password of your keyring."));
        return;
    }
    if (state && *state != KeychainState::Available) {
        m_help->show();
        m_unlock->setVisible(*state == KeychainState::Locked && stored);
        if (*state == KeychainState::Locked && stored)
            say("lock", "warning.text", tr("The keychain is locked."), tr("The key is safe in it, as %1.").arg(entryOf(chosenKey())));
        else
            say("warning", "warning.text", keychainLine(*state));
        return;
    }
    if (m_mode == Mode::Replacing && m_config.storedKey(chosenKey()))
        say("lock", "text.secondary", tr("Replaces %1 in the keychain when you save.").arg(entryOf(chosenKey())));
    else if (!stored)
        say("lock", "text.secondary", keychainLine(KeychainState::Available));
    else if (m_checked)
        showChecked(*m_checked);
    else
        say("lock", "success.text", tr("In keychain"), tr("as %1").arg(entryOf(chosenKey())));
}

void KeyEditor::showChecked(const KeyCheck &check)
{
    const QString entry = entryOf(chosenKey());
    if (check.session) {
        say("key", "warning.text", tr("A key for this session is used instead."), tr("The stored one, %1, is used again after the next start.").arg(entry));
    } else if (check.status == SecretStatus::Ok) {
        const QString time = check.readWallMs > 0 ? QDateTime::fromMSecsSinceEpoch(check.readWallMs).toString(QStringLiteral("HH:mm:ss")) : QString();
        say("lock", "success.text", tr("In keychain"), time.isEmpty() ? tr("as %1").arg(entry) : tr("as %1, last read %2").arg(entry, time));
    } else if (check.status == SecretStatus::NotFound) {
        say("error", "danger.text", tr("The keychain has no %1.").arg(entry), tr("Replace the key to store it again."));
    } else {
        const KeychainWords words = wordsForSecret(check.status, check.detail);
        say("warning", "warning.text", words.title + u'.', words.text);
        m_unlock->setVisible(check.status == SecretStatus::Locked);
        m_help->show();
    }
}

void KeyEditor::check()
{
    m_checked.reset();
    if (!m_services.checkKey || m_config.id.isEmpty() || !m_config.keyEnv.isEmpty())
        return;
    ProviderConfig config = m_config;
    config.keyName = chosenKey();
    const int generation = ++m_generation;
    const bool sessionOnly = !config.hasStoredKey() || m_keychain.state() != KeychainState::Available;
    if (sessionOnly) {
        askForKey(config, true, generation);
        return;
    }
    // A locked keychain is not asked: that would open its prompt, which only Unlock may do. It may have been locked since it was looked at.
    m_services.probeKeychain(this, [this, config, generation](KeychainState now) {
        if (now != KeychainState::Available)
            m_keychain.ask();
        else if (generation == m_generation)
            askForKey(config, false, generation);
    });
}

void KeyEditor::askForKey(const ProviderConfig &config, bool sessionOnly, int generation)
{
    const bool stored = config.hasStoredKey();
    m_services.checkKey(config, sessionOnly, this, [this, generation, sessionOnly, stored](const KeyCheck &found) {
        if (generation != m_generation || (sessionOnly && !found.session))
            return;
        m_checked = found;
        if (found.session && !stored && sourceNow() == keychainSource && m_mode == Mode::Stored && !hasNewKey()) {
            m_source->setCurrent(sessionSource);
            m_loadedSource = sessionSource;
        }
        arrange();
    });
}

void KeyEditor::unlock()
{
    if (!m_services.checkKey)
        return;
    m_unlocking = true;
    showState();
    ProviderConfig config = m_config;
    config.keyName = chosenKey();
    m_services.checkKey(config, false, this, [this, generation = ++m_generation](const KeyCheck &found) {
        if (generation != m_generation)
            return;
        m_unlocking = false;
        m_checked = found;
        m_keychain.ask();
        showState();
    });
}

} // namespace tollgate::ui
