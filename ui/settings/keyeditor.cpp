#include "ui/settings/keyeditor.h"

#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwords.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
const QString keychainSource = QStringLiteral("keychain");
const QString variableSource = QStringLiteral("variable");
const QString noneSource = QStringLiteral("none");
constexpr int fieldWidth = 300;
} // namespace

KeyEditor::KeyEditor(Services &services, QWidget *parent)
    : QWidget(parent), m_services(services), m_source(new SegmentedControl(services.theme, tr("Where the key is"), this)),
      m_keyRow(new QWidget(this)), m_stored(new QLineEdit(m_keyRow)), m_key(new SecretEdit(services.theme, m_keyRow)),
      m_replace(new Button(services.theme, tr("Replace"), ButtonKind::Default, QStringLiteral("key"), m_keyRow)),
      m_keep(new Button(services.theme, tr("Keep the stored key"), ButtonKind::Flat, {}, m_keyRow)),
      m_forget(new Button(services.theme, tr("Forget"), ButtonKind::Flat, {}, m_keyRow)), m_variable(new QLineEdit(this)),
      m_stateIcon(new IconLabel(services.theme, {}, 14, "text.secondary", this)),
      m_state(new SafeLabel(services.theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    m_source->addSegment(keychainSource, tr("Keychain"));
    m_source->addSegment(variableSource, tr("Variable"));
    m_source->addSegment(noneSource, tr("No key"));
    column->addWidget(m_source, 0, Qt::AlignLeft);
    auto *row = new QHBoxLayout(m_keyRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_stored->setReadOnly(true);
    m_stored->setFont(services.theme.font(FontRole::Mono));
    m_stored->setAccessibleName(tr("Stored API key, last 4 characters"));
    m_stored->setFixedWidth(fieldWidth);
    m_key->setFixedWidth(fieldWidth);
    m_key->setAccessibleName(tr("API key"));
    m_key->setPlaceholderText(tr("Paste your key"));
    for (QWidget *widget : {static_cast<QWidget *>(m_stored), static_cast<QWidget *>(m_key), static_cast<QWidget *>(m_replace),
                            static_cast<QWidget *>(m_keep), static_cast<QWidget *>(m_forget)})
        row->addWidget(widget);
    row->addStretch(1);
    column->addWidget(m_keyRow);
    m_variable->setFixedWidth(fieldWidth);
    m_variable->setFont(services.theme.font(FontRole::Mono));
    m_variable->setPlaceholderText(QStringLiteral("OPENAI_API_KEY"));
    m_variable->setAccessibleName(tr("Name of the environment variable"));
    column->addWidget(m_variable);
    auto *state = new QHBoxLayout;
    state->setSpacing(6);
    state->addWidget(m_stateIcon, 0, Qt::AlignTop);
    m_state->setWordWrap(true);
    state->addWidget(m_state, 1);
    column->addLayout(state);
    setFocusProxy(m_key);

    connect(m_source, &SegmentedControl::chosen, this, [this] {
        sourceChosen();
        Q_EMIT edited();
    });
    connect(m_key, &QLineEdit::textChanged, this, [this] {
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(m_variable, &QLineEdit::textChanged, this, [this] {
        showState();
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(m_replace, &QPushButton::clicked, this, &KeyEditor::replaceKey);
    connect(m_keep, &QPushButton::clicked, this, [this] {
        m_replacing = false;
        m_key->wipeField();
        sourceChosen();
        m_replace->setFocus();
        Q_EMIT edited();
    });
    connect(m_forget, &QPushButton::clicked, this, &KeyEditor::forgetRequested);
    connect(&services.theme, &Theme::changed, this, [this] {
        m_stored->setFont(m_services.theme.font(FontRole::Mono));
        m_variable->setFont(m_services.theme.font(FontRole::Mono));
        showState();
    });
}

void KeyEditor::load(const ProviderConfig &config)
{
    m_loading = true;
    m_lastFour = config.activeLastFour();
    m_entry = config.credentialName();
    m_replacing = false;
    m_session = false;
    m_key->wipeField();
    m_variable->setText(config.keyEnv);
    m_source->setCurrent(!config.keyEnv.isEmpty() ? variableSource : config.needsKey || config.hasStoredKey() ? keychainSource : noneSource);
    m_loadedSource = m_source->current();
    m_loadedNeedsKey = config.needsKey;
    m_stored->setText(QString(20, QChar(0x2022)) + m_lastFour);
    m_loading = false;
    sourceChosen();
}

void KeyEditor::applyTo(ProviderConfig &config) const
{
    const QString source = m_source->current();
    config.keyEnv = source == variableSource ? m_variable->text().trimmed() : QString();
    // An untouched source keeps what was stored: a local server may have a key that it does not insist on.
    config.needsKey = source == m_loadedSource ? m_loadedNeedsKey : source != noneSource;
}

void KeyEditor::setTypeNeedsKey(bool needs, bool allowed)
{
    m_source->setSegmentVisible(noneSource, !needs);
    setVisible(allowed);
    if (needs && m_source->current() == noneSource) {
        m_source->setCurrent(keychainSource);
        sourceChosen();
    }
}

bool KeyEditor::hasNewKey() const { return m_source->current() == keychainSource && !m_key->isBlank(); }
SecretBytes KeyEditor::peekKey() const { return m_key->peek(); }

SecretBytes KeyEditor::keyForTest() const
{
    if (m_source->current() == variableSource)
        return m_services.keyFromEnvironment ? m_services.keyFromEnvironment(m_variable->text().trimmed()) : SecretBytes();
    return m_source->current() == keychainSource ? m_key->peek() : SecretBytes();
}

void KeyEditor::keyStored()
{
    m_key->wipeField();
}

void KeyEditor::keyKeptForSession()
{
    m_key->wipeField();
    m_session = true;
    m_replacing = false;
    sourceChosen();
}

void KeyEditor::replaceKey()
{
    m_source->setCurrent(keychainSource);
    m_replacing = true;
    sourceChosen();
    m_key->setFocus();
}

void KeyEditor::sourceChosen()
{
    const QString source = m_source->current();
    const bool stored = !m_lastFour.isEmpty() && !m_replacing;
    m_keyRow->setVisible(source == keychainSource);
    m_stored->setVisible(stored);
    m_replace->setVisible(stored);
    m_forget->setVisible(stored);
    m_key->setVisible(!stored);
    m_keep->setVisible(m_replacing && !m_lastFour.isEmpty());
    m_variable->setVisible(source == variableSource);
    showState();
}

void KeyEditor::showState()
{
    const QString source = m_source->current();
    const auto say = [this](const char *icon, const char *token, const QString &text) {
        m_stateIcon->setIcon(QString::fromLatin1(icon), token);
        m_state->setText(text);
        m_state->setToken(token);
    };
    if (source == noneSource) {
        say("info", "text.secondary", tr("Requests are sent without a key."));
    } else if (source == variableSource) {
        const QString name = m_variable->text().trimmed();
        if (name.isEmpty())
            say("info", "text.secondary", tr("The key is read from this variable when a request is sent. It is not stored."));
        else if (m_services.keyFromEnvironment && !m_services.keyFromEnvironment(name).isEmpty())
            say("success", "success.text", tr("%1 is set. The key itself is not stored.").arg(name));
        else
            say("warning", "warning.text", tr("%1 is not set in this program’s environment.").arg(name));
    } else if (m_session) {
        say("key", "warning.text", tr("The key is in memory until you quit."));
    } else {
        showKeychain();
    }
}

void KeyEditor::showKeychain()
{
    const bool stored = !m_lastFour.isEmpty() && !m_replacing;
    const QString place = tr("In keychain as %1").arg(m_entry);
    m_state->setText(stored ? place : keychainLine(KeychainState::Available));
    m_state->setToken(stored ? "success.text" : "text.secondary");
    m_stateIcon->setIcon(QStringLiteral("lock"), stored ? "success.text" : "text.secondary");
    if (!m_services.probeKeychain)
        return;
    m_services.probeKeychain(this, [this, place](KeychainState state) {
        if (m_source->current() != keychainSource || m_session || state == KeychainState::Available)
            return;
        const bool kept = !m_lastFour.isEmpty() && !m_replacing;
        const QString line = state == KeychainState::Locked && kept ? tr("%1, which is locked. It is unlocked when the key is needed.").arg(place)
                                                                    : keychainLine(state);
        m_stateIcon->setIcon(QStringLiteral("warning"), "warning.text");
        m_state->setText(line);
        m_state->setToken("warning.text");
    });
}

} // namespace tollgate::ui
