// The widgets of the key editor.
#include "ui/settings/keyeditor.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
constexpr int fieldWidth = 300;
constexpr int nameWidth = 120;
} // namespace

KeyEditor::KeyEditor(Services &services, KeychainWatch &keychain, QWidget *parent)
    : QWidget(parent), m_services(services), m_keychain(keychain),
      m_source(new SegmentedControl(services.theme, tr("Where the key is"), parent)), m_stored(new QLineEdit(this)),
      m_choice(new QComboBox(this)), m_newName(new QLineEdit(this)), m_key(new SecretEdit(services.theme, this)),
      m_replace(new Button(services.theme, tr("Replace"), ButtonKind::Default, QStringLiteral("key"), this)),
      m_keep(new Button(services.theme, tr("Cancel"), ButtonKind::Flat, {}, this)),
      m_forget(new Button(services.theme, tr("Forget"), ButtonKind::Flat, {}, this)),
      m_add(new Button(services.theme, tr("Add key"), ButtonKind::Flat, QStringLiteral("new"), this)), m_variable(new QLineEdit(this)),
      m_stateIcon(new IconLabel(services.theme, {}, 14, "text.secondary", this)),
      m_state(new SafeLabel(services.theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this)),
      m_stateMore(new SafeLabel(services.theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this)),
      m_unlock(new Button(services.theme, tr("Unlock"), ButtonKind::Default, {}, this)),
      m_help(new Button(services.theme, tr("How to fix"), ButtonKind::Link, {}, this)), m_offer(new QWidget(this)),
      m_offerText(new SafeLabel(services.theme, {}, FontRole::Small, "text.secondary", QFont::Normal, m_offer))
{
    build();
    connectParts();
}

void KeyEditor::build()
{
    m_source->addSegment(QStringLiteral("keychain"), tr("Keychain"), {}, tr("Stored in the system keychain"));
    m_source->addSegment(QStringLiteral("variable"), tr("Variable"), {}, tr("Read from an environment variable when a request is sent"));
    m_source->addSegment(QStringLiteral("session"), tr("This session"), {}, tr("In memory until you quit"));
    m_source->addSegment(QStringLiteral("none"), tr("No key"), {}, tr("Requests are sent without one"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    m_stored->setReadOnly(true);
    m_stored->setAccessibleName(tr("Stored API key, last 4 characters"));
    for (QWidget *field : {static_cast<QWidget *>(m_stored), static_cast<QWidget *>(m_choice)}) {
        field->setMinimumWidth(200); // in narrow windows the buttons beside it need the room
        field->setMaximumWidth(fieldWidth);
        field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    m_choice->setAccessibleName(tr("Key that is used"));
    m_newName->setFixedWidth(nameWidth);
    m_newName->setMaxLength(64);
    m_newName->setPlaceholderText(tr("Name, as work"));
    m_newName->setAccessibleName(tr("Name of the new key"));
    m_key->setAccessibleName(tr("API key"));
    m_key->setPlaceholderText(tr("Paste your key"));
    m_variable->setFixedWidth(fieldWidth);
    m_variable->setMaxLength(128);
    m_variable->setPlaceholderText(QStringLiteral("OPENAI_API_KEY"));
    m_variable->setAccessibleName(tr("Name of the environment variable"));
    m_forget->setToolTip(tr("Deletes the key from the keychain"));
    m_add->setToolTip(tr("Stores another key beside this one, under a name"));
    for (QWidget *widget : std::initializer_list<QWidget *>{m_stored, m_choice, m_newName, m_key, m_variable, m_replace, m_keep, m_forget, m_add})
        row->addWidget(widget, widget == m_stored || widget == m_choice ? 100 : 0);
    row->addStretch(1);
    column->addLayout(row);
    auto *state = new QHBoxLayout;
    state->setSpacing(6);
    state->addWidget(m_stateIcon);
    state->addWidget(m_state);
    state->addWidget(m_stateMore);
    m_state->setElideMode(Qt::ElideNone);
    m_unlock->setCompact(true);
    m_help->setCompact(true);
    state->addWidget(m_unlock);
    state->addWidget(m_help);
    state->addStretch(1);
    column->addLayout(state);
    auto *offer = new QHBoxLayout(m_offer);
    offer->setContentsMargins(0, 0, 0, 0);
    offer->setSpacing(6);
    offer->addWidget(new IconLabel(m_services.theme, QStringLiteral("info"), 14, "accent.text", m_offer));
    m_offerText->setElideMode(Qt::ElideNone);
    offer->addWidget(m_offerText);
    auto *use = new Button(m_services.theme, tr("Use it"), ButtonKind::Link, {}, m_offer);
    use->setCompact(true);
    use->setToolTip(tr("The settings name the variable. The key itself is not stored."));
    connect(use, &QPushButton::clicked, this, [this] {
        m_variable->setText(m_offered);
        m_source->setCurrent(QStringLiteral("variable"));
        arrange();
        m_variable->setFocus();
        Q_EMIT edited();
    });
    offer->addWidget(use);
    offer->addStretch(1);
    column->addWidget(m_offer);
    setFocusProxy(m_key);
}

void KeyEditor::connectParts()
{
    const auto tell = [this] {
        if (!m_loading)
            Q_EMIT edited();
    };
    connect(m_source, &SegmentedControl::chosen, this, [this] {
        arrange();
        Q_EMIT edited();
    });
    connect(m_key, &QLineEdit::textChanged, this, tell);
    connect(m_newName, &QLineEdit::textChanged, this, tell);
    connect(m_variable, &QLineEdit::textChanged, this, [this, tell] {
        showState();
        tell();
    });
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this, tell] {
        if (m_loading)
            return;
        check();
        arrange();
        tell();
    });
    connect(m_replace, &QPushButton::clicked, this, &KeyEditor::replaceKey);
    connect(m_keep, &QPushButton::clicked, this, [this] {
        m_mode = Mode::Stored;
        m_key->wipeField();
        m_newName->clear();
        arrange();
        m_replace->setFocus();
        Q_EMIT edited();
    });
    connect(m_add, &QPushButton::clicked, this, [this] {
        m_mode = Mode::Adding;
        arrange();
        m_newName->setFocus();
        Q_EMIT edited();
    });
    connect(m_forget, &QPushButton::clicked, this, [this] { Q_EMIT forgetRequested(chosenKey(), isForSession()); });
    connect(m_unlock, &QPushButton::clicked, this, &KeyEditor::unlock);
    connect(m_help, &QPushButton::clicked, this, &KeyEditor::helpRequested);
    connect(&m_keychain, &KeychainWatch::changed, this, [this] {
        check();
        showState();
    });
    const auto fonts = [this] {
        for (QLineEdit *field : {m_stored, m_variable, m_newName})
            field->setFont(m_services.theme.font(FontRole::Mono));
        m_choice->setFont(m_services.theme.font(FontRole::Mono));
    };
    fonts();
    connect(&m_services.theme, &Theme::changed, this, fonts);
}

QList<QWidget *> KeyEditor::fields() const { return {m_source, m_stored, m_choice, m_key, m_variable}; }

} // namespace tollgate::ui
