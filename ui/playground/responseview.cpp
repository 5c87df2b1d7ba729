#include "ui/playground/responseview.h"

#include "ui/playground/findbar.h"
#include "ui/playground/jsonformat.h"
#include "ui/playground/longtextview.h"
#include "ui/playground/modelpicker.h"
#include "ui/playground/phasebar.h"
#include "ui/playground/reasoningsection.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responsejson.h"
#include "ui/playground/resultstrip.h"
#include "ui/playground/scrollsticker.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/badge.h"
#include "ui/widgets/button.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/safelabel.h"

#include <QAccessible>
#include <QStackedWidget>
#include <QStyle>
#include <QTabBar>

namespace tollgate::ui {

namespace {

constexpr int repaintMs = 33; // tokens.json timing.streamRepaintMs
constexpr int tickMs = 100;   // of the running timeline
constexpr qsizetype announcedCharacters = 4000;

Tone toneOf(const FailureWords &words)
{
    return words.news ? Tone::Accent : words.warning ? Tone::Warning : Tone::Danger;
}

} // namespace

ResponseView::ResponseView(const Theme &theme, QWidget *parent) : QFrame(parent), m_theme(theme)
{
    setProperty("surface", QStringLiteral("panel"));
    setAccessibleName(tr("Response"));
    build();
    m_flushTimer.setSingleShot(true);
    m_flushTimer.setInterval(repaintMs);
    connect(&m_flushTimer, &QTimer::timeout, this, &ResponseView::flush);
    m_tick.setInterval(tickMs);
    connect(&m_tick, &QTimer::timeout, this, [this] {
        m_phaseBar->setTimeline(m_live.at(elapsedNs()));
        m_strip->setRunning(m_firstText, elapsedNs(), m_attempts);
    });
    showBody();
}

ResponseView::~ResponseView() = default;

void ResponseView::begin()
{
    const bool toMarkdown = m_view == Json || m_longAnswer; // JSON comes only at the end
    if (m_stack->isAncestorOf(focusWidget())) // it is hidden until there is text, and the focus would go anywhere
        m_tabs->setFocus(Qt::OtherFocusReason);
    m_running = true;
    m_ended = m_hasErrorAction = m_longAnswer = false;
    m_text.clear();
    m_jsonText.clear();
    m_markdownGiven = 0;
    m_attempts = 1;
    m_firstText = -1;
    m_markdown->clearText();
    m_plain->clearText();
    m_json->clearText();
    m_reasoning->clear();
    m_strip->clear();
    m_elapsed.start();
    m_live.start();
    m_tick.start();
    showNote({});
    for (ScrollSticker *each : m_stickers)
        each->stick();
    m_phaseBar->show();
    m_phaseBar->setTimeline(m_live.at(0));
    if (toMarkdown)
        setView(Markdown);
    setState(Tone::Neutral, tr("Waiting"), QString());
    showBody();
}

void ResponseView::enter(CallState state)
{
    if (!m_running)
        return;
    m_live.enter(state, elapsedNs());
    if (state == CallState::Connecting || state == CallState::Sending)
        showNote({});
    if (state == CallState::Following)
        showNote(tr("The same request is already running; its answer is shared."));
    if (state == CallState::Streaming && m_text.isEmpty())
        setState(Tone::Accent, tr("Streaming"), QStringLiteral("dot"));
}

void ResponseView::add(const QList<Delta> &pieces)
{
    if (!m_running)
        return;
    for (const Delta &piece : pieces) {
        if (piece.kind == Delta::Kind::Text || piece.kind == Delta::Kind::Refusal)
            m_text += piece.text;
        else if (piece.kind == Delta::Kind::Reasoning)
            m_reasoning->add(piece.text);
    }
    if (m_firstText < 0 && !m_text.isEmpty()) {
        m_firstText = elapsedNs();
        m_live.content(m_firstText);
        setState(Tone::Accent, tr("Streaming"), QStringLiteral("dot"));
        showNote({});
        showBody();
        flush(); // the first piece at once
    } else if (!m_flushTimer.isActive()) {
        m_flushTimer.start();
    }
}

void ResponseView::flush()
{
    m_flushTimer.stop();
    showLongAsPlain();
    m_reasoning->flush();
    feedView();
}

void ResponseView::showLongAsPlain()
{
    if (!m_running || m_text.size() <= markdownLimit || m_view != Markdown || m_longAnswer)
        return;
    m_longAnswer = true;
    setView(Plain);
    showNote(tr("Long answer, shown as plain text. Markdown is one click away."));
}

void ResponseView::feedView()
{
    if (m_view == Markdown) {
        if (m_markdownGiven < m_text.size()) {
            const qsizetype from = m_markdownGiven;
            m_markdownGiven = m_text.size();
            m_markdown->append(QStringView(m_text).sliced(from));
        }
        if (m_ended)
            m_markdown->finishText();
    } else if (m_view == Plain) {
        const qsizetype given = m_plain->givenCharacters();
        if (given < m_text.size())
            m_plain->append(QStringView(m_text).sliced(given));
    } else if (m_json->givenCharacters() == 0) {
        if (m_ended)
            m_json->setText(m_jsonText);
    }
}

void ResponseView::retry(const RetryNotice &notice, int maxAttempts)
{
    if (!m_running)
        return;
    m_live.attemptFailed(elapsedNs());
    m_attempts = notice.attempt + 1;
    const QString wait = formatDurationMs(double(notice.delay.count()));
    const QString why = notice.failure.httpStatus > 0 ? QStringLiteral("%1 %2").arg(notice.failure.httpStatus).arg(notice.failure.message)
                                                      : notice.failure.message;
    showNote(tr("Attempt %1 of %2, waiting %3: %4").arg(m_attempts).arg(maxAttempts).arg(wait, why.simplified().left(200)));
    setState(Tone::Warning, tr("Waiting"), QStringLiteral("replay"));
}

void ResponseView::takeAnswer(const Outcome &outcome)
{
    const QString answer = outcome.completion.text.isEmpty() ? outcome.completion.refusal : outcome.completion.text;
    if (answer.isEmpty() || answer == m_text)
        return;
    // Not streamed, or it differs from what streamed: the whole answer is right.
    if (!answer.startsWith(m_text)) {
        m_markdown->clearText();
        m_plain->clearText();
        m_markdownGiven = 0;
    }
    m_text = answer;
}

void ResponseView::finish(const Outcome &outcome, const std::optional<FailureWords> &words)
{
    m_flushTimer.stop();
    m_tick.stop();
    takeAnswer(outcome);
    showLongAsPlain();
    m_running = false;
    m_ended = true;
    m_jsonText = prettyJson(responseJson(outcome));
    if (m_reasoning->text().isEmpty() && !outcome.completion.reasoning.isEmpty())
        m_reasoning->add(outcome.completion.reasoning);
    if (!outcome.warning.isEmpty() || !m_longAnswer)
        showNote(outcome.warning);
    m_phaseBar->setTimeline(timelineOf(outcome.record));
    m_phaseBar->setVisible(m_firstText >= 0 || outcome.ok() || outcome.record.attempts.size() > 1);
    m_strip->setOutcome(outcome);
    if (words) {
        m_error->show(*words);
        m_hasErrorAction = !words->actions.isEmpty() && outcome.failure && outcome.failure->kind != FailureKind::Cancelled;
        setState(toneOf(*words), words->badge, words->iconName);
    } else if (outcome.record.cache == CacheOutcome::Hit) {
        setState(Tone::Success, tr("From cache"), QStringLiteral("cache-hit"));
    } else {
        setState(Tone::Success, tr("Done"), QStringLiteral("check"));
    }
    m_errorFrame->setVisible(words.has_value());
    showBody();
    flush();
    announce(words ? words->title : m_text.left(announcedCharacters));
}

void ResponseView::showWords(const FailureWords &words)
{
    m_error->show(words);
    m_hasErrorAction = !words.actions.isEmpty();
    m_ended = m_ended && !m_text.isEmpty();
    setState(toneOf(words), words.badge, words.iconName);
    m_errorFrame->show();
    showBody();
    m_errorFrame->show();
}

void ResponseView::showNote(const QString &text)
{
    m_note->setText(text);
    m_note->setToolTip(text.isEmpty() ? QString() : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped()));
    m_noteBar->setVisible(!text.isEmpty());
}

QString ResponseView::noteText() const
{
    return m_noteBar->isHidden() ? QString() : m_note->text();
}

QString ResponseView::stateText() const
{
    return m_badge->isHidden() ? QString() : m_badge->text();
}

void ResponseView::setState(Tone tone, const QString &text, const QString &icon)
{
    m_badge->setContent(tone, text, icon);
    m_badge->setVisible(!text.isEmpty());
}

void ResponseView::showBody()
{
    if (m_running)
        m_errorFrame->hide();
    const bool hasText = !m_text.isEmpty();
    const bool failed = !m_errorFrame->isHidden();
    m_stack->setVisible(hasText || (m_ended && m_view == Json));
    m_empty->setVisible(!hasText && !m_running && !failed && m_stack->isHidden());
    m_rest->setVisible(m_stack->isHidden());
    const QString surface = failed && m_stack->isHidden() ? QStringLiteral("base") : QStringLiteral("panel");
    for (QWidget *part : {static_cast<QWidget *>(m_errorFrame), m_rest}) {
        if (part->property("surface").toString() == surface)
            continue;
        part->setProperty("surface", surface);
        part->style()->unpolish(part);
        part->style()->polish(part);
    }
    for (IconButton *button : {m_find, m_copy, m_more})
        button->setEnabled(hasText);
    if (m_ended || hasText)
        m_reasoning->flush();
    placeJump();
}

void ResponseView::setView(View view)
{
    if (m_tabs->currentIndex() != view)
        m_tabs->setCurrentIndex(view);
    if (m_view == view)
        return;
    m_view = view;
    m_stack->setCurrentIndex(view);
    m_findBar->setTarget(m_stack->currentWidget());
    showBody();
    feedView();
    Q_EMIT viewChanged();
}

void ResponseView::announce(const QString &text)
{
    // Once, when it is done: never per token.
    setAccessibleDescription(text);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void ResponseView::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    placeJump();
}

} // namespace tollgate::ui
