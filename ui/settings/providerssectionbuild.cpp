// The widgets of the providers section.
#include "core/settings/settings.h"
#include "ui/settings/providerform.h"
#include "ui/settings/providerrowdelegate.h"
#include "ui/settings/providerssection.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/keychainwatch.h"
#include "ui/widgets/keychainwords.h"

#include <QComboBox>
#include <QListWidget>
#include <QMenu>
#include <QVBoxLayout>

namespace tollgate::ui {

ProvidersSection::ProvidersSection(Services &services, QWidget *parent)
    : QWidget(parent), m_services(services), m_keychain(new KeychainWatch(services.probeKeychain, this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_side = makeSide();
    row->addWidget(m_side);
    m_sideLine = makeHairline(this, Qt::Vertical, "line");
    row->addWidget(m_sideLine);
    auto *right = new QVBoxLayout;
    right->setSpacing(0);
    m_narrow = makeNarrowBar();
    right->addWidget(m_narrow);
    m_form = new ProviderForm(services, *m_keychain, this);
    right->addWidget(m_form, 1);
    m_empty = makeEmpty();
    right->addWidget(m_empty, 1);
    row->addLayout(right, 1);
    connectForm();
    showKeychain();
    rebuild();
    choose(shownProviders().isEmpty() ? QString() : shownProviders().first().id);
    arrange();
}

QWidget *ProvidersSection::makeEmpty()
{
    QFrame *empty = makeSurface("base", this);
    auto *column = new QVBoxLayout(empty);
    column->setContentsMargins(24, 24, 24, 24);
    column->addWidget(new SafeLabel(m_services.theme, tr("No providers yet"), FontRole::Body, "text.primary", QFont::DemiBold, empty));
    column->addWidget(new SafeLabel(m_services.theme, tr("Add one with the plus button: its key, its address, its models."), FontRole::Body,
                                    "text.secondary", QFont::Normal, empty));
    column->addStretch(1);
    return empty;
}

QWidget *ProvidersSection::makeSide()
{
    const Theme &theme = m_services.theme;
    QFrame *side = makeSurface("panel", this);
    side->setFixedWidth(theme.size("pane.providerList"));
    side->setProperty("pane", tr("Providers"));
    auto *column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *header = new HeaderBar(theme, HeaderKind::Pane, tr("Providers"), side);
    m_testAll = new Button(theme, tr("Test all"), ButtonKind::Flat, QStringLiteral("test"), header);
    m_testAll->setCompact(true);
    m_testAll->setToolTip(tr("Tests every enabled provider, as it is saved"));
    connect(m_testAll, &QPushButton::clicked, this, &ProvidersSection::testAll);
    header->add(m_testAll);
    auto *add = new IconButton(theme, QStringLiteral("new"), tr("Add a provider"), {}, header);
    add->setObjectName(QStringLiteral("add"));
    auto *menu = new QMenu(add);
    fillAddMenu(menu);
    add->setMenu(menu);
    add->setPopupMode(QToolButton::InstantPopup);
    header->add(add);
    column->addWidget(header);
    m_list = new QListWidget(side);
    m_list->setAccessibleName(tr("Providers"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setItemDelegate(new ProviderRowDelegate(theme, m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMouseTracking(true);
    connect(m_list, &QListWidget::currentRowChanged, this, &ProvidersSection::userChose);
    connect(&theme, &Theme::changed, m_list, [this] { m_list->doItemsLayout(); });
    column->addWidget(m_list, 1);
    column->addWidget(makeHairline(side));
    column->addWidget(makeNote(side));
    return side;
}

QWidget *ProvidersSection::makeNote(QWidget *parent)
{
    const Theme &theme = m_services.theme;
    auto *note = new QWidget(parent);
    auto *row = new QHBoxLayout(note);
    row->setContentsMargins(14, 10, 14, 12);
    row->setSpacing(10);
    m_noteIcon = new IconLabel(theme, QStringLiteral("lock"), 16, "success.text", note);
    row->addWidget(m_noteIcon, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(4);
    m_note = new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, note);
    m_note->setWordWrap(true);
    words->addWidget(m_note);
    m_noteHelp = new Button(theme, tr("How to fix"), ButtonKind::Link, {}, note);
    m_noteHelp->setCompact(true);
    connect(m_noteHelp, &QPushButton::clicked, this,
            [this] { showKeychainHelp(m_services.theme, m_keychain->state().value_or(KeychainState::Available), this); });
    words->addWidget(m_noteHelp, 0, Qt::AlignLeft);
    row->addLayout(words, 1);
    return note;
}

void ProvidersSection::showKeychain()
{
    const bool bad = m_keychain->isBad();
    const bool locked = m_keychain->state() == KeychainState::Locked;
    m_noteIcon->setIcon(!bad || locked ? QStringLiteral("lock") : QStringLiteral("warning"), bad ? "warning.text" : "success.text");
    m_note->setText(bad ? keychainLine(*m_keychain->state())
                        : tr("Keys are stored in the system keychain (Secret Service), never in Tollgate files or logs."));
    m_noteHelp->setVisible(bad);
}

QWidget *ProvidersSection::makeNarrowBar()
{
    const Theme &theme = m_services.theme;
    QFrame *bar = makeSurface("header", this);
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(24, 6, 12, 6);
    row->setSpacing(8);
    row->addWidget(new SafeLabel(theme, tr("Provider"), FontRole::Body, "text.secondary", QFont::Normal, bar));
    m_combo = new QComboBox(bar);
    m_combo->setAccessibleName(tr("Provider"));
    m_combo->setMinimumWidth(300);
    connect(m_combo, &QComboBox::activated, this, &ProvidersSection::userChose);
    row->addWidget(m_combo);
    auto *add = new IconButton(theme, QStringLiteral("new"), tr("Add a provider"), {}, bar);
    auto *menu = new QMenu(add);
    fillAddMenu(menu);
    add->setMenu(menu);
    add->setPopupMode(QToolButton::InstantPopup);
    row->addWidget(add);
    row->addStretch(1);
    auto *all = new Button(theme, tr("Test all"), ButtonKind::Flat, QStringLiteral("test"), bar);
    all->setCompact(true);
    connect(all, &QPushButton::clicked, this, &ProvidersSection::testAll);
    row->addWidget(all);
    return bar;
}

} // namespace tollgate::ui
