#include "ui/playground/findbar.h"
#include "ui/playground/longtextview.h"
#include "ui/playground/modelpicker.h"
#include "ui/playground/phasebar.h"
#include "ui/playground/reasoningsection.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responseview.h"
#include "ui/playground/resultstrip.h"
#include "ui/playground/scrollsticker.h"
#include "ui/theme/theme.h"
#include "ui/widgets/badge.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QSaveFile>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTabBar>
#include <QUrl>
#include <QVBoxLayout>

namespace tollgate::ui {

void ResponseView::build()
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHeader());
    column->addWidget(buildTabs());
    m_findBar = new FindBar(m_theme, this);
    column->addWidget(m_findBar);
    m_noteBar = new QFrame(this);
    m_noteBar->setProperty("surface", QStringLiteral("section"));
    auto *noteLine = new QHBoxLayout(m_noteBar);
    noteLine->setContentsMargins(14, 5, 14, 5);
    m_note = new SafeLabel(m_theme, {}, FontRole::Small, "warning.text", QFont::Medium, m_noteBar);
    m_note->setAccessibleName(tr("Note"));
    noteLine->addWidget(m_note, 1);
    column->addWidget(m_noteBar);
    buildBody(column);
    m_phaseBar = new PhaseBar(m_theme, this);
    column->addWidget(m_phaseBar);
    m_phaseBar->hide();
    m_strip = new ResultStrip(m_theme, this);
    column->addWidget(m_strip);
    m_jump = new Button(m_theme, tr("Jump to end"), ButtonKind::Default, QStringLiteral("chevron-down"), this);
    m_jump->setCompact(true);
    m_jump->hide();
    connect(m_jump, &QAbstractButton::clicked, this, [this] { sticker().stick(); });
    m_findBar->setTarget(m_stack->currentWidget());
    m_badge->hide();
    m_noteBar->hide();
}

QWidget *ResponseView::buildHeader()
{
    auto *header = new HeaderBar(m_theme, HeaderKind::Pane, {}, this);
    header->title()->hide();
    m_picker = new ModelPicker(m_theme, header);
    header->addLeft(m_picker);
    m_badge = new Badge(m_theme, header);
    header->add(m_badge);
    return header;
}

QWidget *ResponseView::buildTabs()
{
    auto *bar = new QFrame(this);
    bar->setProperty("surface", QStringLiteral("section"));
    auto *line = new QHBoxLayout(bar);
    line->setContentsMargins(6, 0, 8, 0);
    line->setSpacing(2);
    m_tabs = new QTabBar(bar);
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setAccessibleName(tr("Response view"));
    int number = 1;
    for (const QString &name : {tr("Markdown"), tr("Plain"), tr("Raw JSON")}) {
        m_tabs->addTab(name);
        m_tabs->setTabToolTip(m_tabs->count() - 1, QKeySequence(Qt::ALT | (Qt::Key_0 + number++)).toString(QKeySequence::NativeText));
    }
    line->addWidget(m_tabs);
    line->addStretch(1);
    m_find = new IconButton(m_theme, QStringLiteral("search"), tr("Find"), QKeySequence::Find, bar);
    m_copy = new IconButton(m_theme, QStringLiteral("copy"), tr("Copy the answer"), {}, bar);
    m_more = new IconButton(m_theme, QStringLiteral("more"), tr("More"), {}, bar);
    for (IconButton *button : {m_find, m_copy, m_more})
        line->addWidget(button);
    auto *menu = new QMenu(m_more);
    menu->addAction(tr("Add the answer as a message"), this, [this] { Q_EMIT saveAsMessageRequested(m_text); });
    menu->addAction(tr("Save to file\u2026"), this, &ResponseView::saveToFile);
    m_more->setMenu(menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) { setView(View(index)); });
    connect(m_find, &QToolButton::clicked, this, &ResponseView::openFind);
    connect(m_copy, &QToolButton::clicked, this, &ResponseView::copyAll);
    return bar;
}

void ResponseView::buildBody(QVBoxLayout *column)
{
    m_errorFrame = new QFrame(this);
    auto *errorLayout = new QVBoxLayout(m_errorFrame);
    errorLayout->setContentsMargins(16, 16, 16, 8);
    m_error = new ErrorBlock(m_theme, m_errorFrame);
    errorLayout->addWidget(m_error);
    m_errorFrame->hide();
    column->addWidget(m_errorFrame);
    connect(m_error, &ErrorBlock::actionTriggered, this, &ResponseView::errorAction);
    m_reasoning = new ReasoningSection(m_theme, this);
    column->addWidget(m_reasoning);
    m_stack = new QStackedWidget(this);
    m_markdown = new ResponseBrowser(m_theme, m_stack);
    m_markdown->setAccessibleName(tr("Answer"));
    m_plain = new LongTextView(m_theme, m_stack);
    m_plain->setAccessibleName(tr("Answer as plain text"));
    m_json = new LongTextView(m_theme, m_stack);
    m_json->setAccessibleName(tr("Answer as JSON"));
    m_json->setJson(true);
    m_stack->addWidget(m_markdown);
    m_stack->addWidget(m_plain);
    m_stack->addWidget(m_json);
    column->addWidget(m_stack, 1);
    m_rest = new QFrame(this);
    auto *restLayout = new QVBoxLayout(m_rest);
    m_empty = new SafeLabel(m_theme, tr("The answer appears here"), FontRole::Body, "text.tertiary", QFont::Normal, m_rest);
    m_empty->setAlignment(Qt::AlignCenter);
    restLayout->addWidget(m_empty, 0, Qt::AlignCenter);
    column->addWidget(m_rest, 1);
    QAbstractScrollArea *const areas[] = {m_markdown, m_plain, m_json};
    for (int i = 0; i < 3; ++i) {
        m_stickers[i] = new ScrollSticker(areas[i], this);
        connect(m_stickers[i], &ScrollSticker::stuckChanged, this, &ResponseView::placeJump);
    }
    connect(m_markdown, &ResponseBrowser::linkChosen, this,
            [this](const QString &address) { openLinkAfterAsking(m_theme, QUrl(address), this); });
}

void ResponseView::openFind()
{
    if (!m_text.isEmpty())
        m_findBar->open();
}

void ResponseView::placeJump()
{
    if (!m_jump)
        return;
    const bool wanted = m_running && !m_stack->isHidden() && !sticker().isStuck();
    m_jump->setVisible(wanted);
    if (!wanted)
        return;
    m_jump->adjustSize();
    const QRect area = m_stack->geometry();
    m_jump->move(area.right() - m_jump->width() - 18, area.bottom() - m_jump->height() - 10);
    m_jump->raise();
}

void ResponseView::copyAll()
{
    QGuiApplication::clipboard()->setText(m_view == Json && m_ended ? m_jsonText : m_text);
    if (NoticeStack *notices = NoticeStack::of(this))
        notices->post(tr("Answer copied."));
}

void ResponseView::saveToFile()
{
    const bool json = m_view == Json && m_ended;
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the answer"), json ? QStringLiteral("answer.json") : QStringLiteral("answer.md"));
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    const QByteArray bytes = (json ? m_jsonText : m_text).toUtf8();
    const bool saved = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    if (NoticeStack *notices = NoticeStack::of(this))
        notices->post(saved ? tr("Answer saved.") : tr("The answer was not saved: %1").arg(file.errorString()));
}

} // namespace tollgate::ui
