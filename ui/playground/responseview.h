// One model's answer: header with model and state, Markdown, plain and JSON views, find, timeline and figures. Knows nothing of the
// engine: its owner tells what happened. Text is shown at most 30 times a second.
#pragma once

#include "ui/playground/phasetimeline.h"
#include "ui/widgets/failurewords.h"

#include <QElapsedTimer>
#include <QFrame>
#include <QTimer>

#include <optional>

class QPushButton;
class QStackedWidget;
class QTabBar;
class QVBoxLayout;

namespace tollgate::ui {

class Badge;
class Button;
class ErrorBlock;
class FindBar;
class IconButton;
class LongTextView;
class ModelPicker;
class PhaseBar;
class ReasoningSection;
class ResponseBrowser;
class ResultStrip;
class SafeLabel;
class ScrollSticker;
class Theme;
enum class Tone : quint8;

class ResponseView : public QFrame
{
    Q_OBJECT
public:
    enum View : quint8 { Markdown, Plain, Json };
    // Longer answers stream into the plain view; Markdown is made when asked for.
    static constexpr qsizetype markdownLimit = 256 * 1024;

    ResponseView(const Theme &theme, QWidget *parent);
    ~ResponseView() override;

    ModelPicker &picker() { return *m_picker; }
    PhaseBar &phaseBar() { return *m_phaseBar; }
    ResultStrip &strip() { return *m_strip; }
    ResponseBrowser &markdown() { return *m_markdown; }
    LongTextView &plain() { return *m_plain; }

    // --- what happened, in this order ---
    void begin();
    void enter(CallState state);
    void add(const QList<Delta> &pieces);
    void retry(const RetryNotice &notice, int maxAttempts);
    // `words` when it failed.
    void finish(const Outcome &outcome, const std::optional<FailureWords> &words);
    // Something that kept the prompt from being sent.
    void showWords(const FailureWords &words);
    void showNote(const QString &text); // one amber line above the answer; empty: none

    bool isRunning() const { return m_running; }
    bool hasErrorAction() const { return m_hasErrorAction; }
    const QString &text() const { return m_text; }
    QString stateText() const;
    QString noteText() const;
    View view() const { return m_view; }
    void setView(View view);
    void openFind();

Q_SIGNALS:
    void errorAction(const QString &id);
    void saveAsMessageRequested(const QString &text);
    void viewChanged();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void build();
    QWidget *buildHeader();
    QWidget *buildTabs();
    void buildBody(QVBoxLayout *column);
    void flush();
    void feedView();
    void showLongAsPlain();
    void takeAnswer(const Outcome &outcome);
    void setState(Tone tone, const QString &text, const QString &icon);
    void showBody();
    void placeJump();
    void copyAll();
    void saveToFile();
    void announce(const QString &text);
    ScrollSticker &sticker() const { return *m_stickers[m_view]; }
    qint64 elapsedNs() const { return m_elapsed.isValid() ? m_elapsed.nsecsElapsed() : 0; }

    const Theme &m_theme;
    ModelPicker *m_picker = nullptr;
    Badge *m_badge = nullptr;
    QTabBar *m_tabs = nullptr;
    IconButton *m_find = nullptr;
    IconButton *m_copy = nullptr;
    IconButton *m_more = nullptr;
    FindBar *m_findBar = nullptr;
    QFrame *m_noteBar = nullptr;
    SafeLabel *m_note = nullptr;
    ErrorBlock *m_error = nullptr;
    QFrame *m_errorFrame = nullptr;
    ReasoningSection *m_reasoning = nullptr;
    SafeLabel *m_empty = nullptr;
    QStackedWidget *m_stack = nullptr;
    QWidget *m_rest = nullptr;
    ResponseBrowser *m_markdown = nullptr;
    LongTextView *m_plain = nullptr;
    LongTextView *m_json = nullptr;
    ScrollSticker *m_stickers[3] = {};
    Button *m_jump = nullptr;
    PhaseBar *m_phaseBar = nullptr;
    ResultStrip *m_strip = nullptr;

    View m_view = Markdown;
    QString m_text;
    QString m_jsonText;
    qsizetype m_markdownGiven = 0;
    bool m_running = false;
    bool m_ended = false;       // an outcome is shown
    bool m_hasErrorAction = false;
    bool m_longAnswer = false;  // the view was changed for it
    int m_attempts = 1;
    qint64 m_firstText = -1;
    QElapsedTimer m_elapsed;
    LiveTimeline m_live;
    QTimer m_flushTimer;
    QTimer m_tick;
};

} // namespace tollgate::ui
