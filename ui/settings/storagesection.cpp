#include "ui/settings/storagesection.h"

#include "core/ledger/ledger.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QUrl>
#include <QVBoxLayout>

namespace tollgate::ui {

StorageSection::StorageSection(Services &services, QWidget *parent)
    : FormSection(services, tr("Storage"), parent), m_error(new ErrorBlock(services.theme, this))
{
    const Theme &theme = services.theme;
    m_error->hide();
    content()->addWidget(m_error);
    addHeading(tr("What is kept"));
    addText(tr("Every request leaves one line of figures: time, model, tokens, cost, outcome. Prompts and answers of the Playground are kept "
               "as well; those of the command line are not. Answers in the cache are kept in a file of their own. Keys are only in the system "
               "keychain."));
    addSwitch(tr("Keep nothing"), &SettingsData::keepNothing, tr("No prompts and answers, and the cache in memory only. Figures stay."));
    addNumber(tr("Playground history"), &SettingsData::payloadDays, 0, 3650, 1, tr(" days"), tr("Older prompts and answers are deleted."));
    addNumber(tr("Figures"), &SettingsData::ledgerDays, 1, 3650, 1, tr(" days"), tr("Older lines are deleted."));
    addHeading(tr("Safety"));
    addSwitch(tr("Survive power loss"), &SettingsData::survivePowerLoss,
              tr("Waits for the disk at every commit. Without it a crash of the program loses nothing; a power cut may lose the last second."));
    addHeading(tr("Where"));
    auto *place = new QWidget(this);
    auto *row = new QHBoxLayout(place);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    auto *path = new SafeLabel(theme, QDir::toNativeSeparators(services.profilePath), FontRole::Mono, "text.primary", QFont::Normal, place);
    path->setElideMode(Qt::ElideMiddle);
    path->setMaximumWidth(420);
    row->addWidget(path);
    auto *copy = new IconButton(theme, QStringLiteral("copy"), tr("Copy the folder’s path"), {}, place);
    connect(copy, &QToolButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(QDir::toNativeSeparators(this->services().profilePath));
        if (NoticeStack *notices = NoticeStack::of(this))
            notices->post(tr("Path copied."));
    });
    row->addWidget(copy);
    auto *show = new IconButton(theme, QStringLiteral("folder-open"), tr("Open the folder"), {}, place);
    connect(show, &QToolButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(this->services().profilePath)); });
    row->addWidget(show);
    place->setAccessibleName(tr("Profile folder: %1").arg(services.profilePath));
    addRow(tr("Profile folder"), place);
    load();
    connect(&services.ledger, &Ledger::storageErrorChanged, this, &StorageSection::showError);
    showError();
}

void StorageSection::showError()
{
    const std::optional<Error> error = services().ledger.storageError();
    if (!error) {
        m_error->hide();
        return;
    }
    FailureWords words = wordsForStorage(*error);
    words.actions.clear(); // this is the page they lead to
    if (!error->fix.isEmpty())
        words.text += u' ' + error->fix;
    m_error->show(words);
}

} // namespace tollgate::ui
