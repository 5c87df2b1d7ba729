#include "ui/playground/promptedit.h"

#include "ui/playground/variablehighlighter.h"
#include "ui/theme/theme.h"

#include <QMimeData>
#include <QScrollBar>
#include <QWheelEvent>

#include <cmath>

namespace tollgate::ui {

namespace {
constexpr int padding = 9; // of the design, less the frame of the card
}

PromptEdit::PromptEdit(const Theme &theme, QWidget *parent) : QPlainTextEdit(parent), m_theme(theme)
{
    m_highlighter = new VariableHighlighter(document(), theme);
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(padding);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, &PromptEdit::fit);
    connect(&theme, &Theme::changed, this, &PromptEdit::applyTheme);
    applyTheme();
}

void PromptEdit::applyTheme()
{
    setFont(m_theme.font(FontRole::Mono));
    fit();
}

void PromptEdit::setMaximumTextHeight(int height)
{
    m_limit = qMax(height, 60);
    fit();
}

QSize PromptEdit::sizeHint() const
{
    // The layout of a plain text edit counts its height in lines.
    const double lines = std::max(document()->documentLayout()->documentSize().height(), 1.0);
    const int height = int(std::ceil(lines * fontMetrics().lineSpacing())) + 2 * padding + 2;
    return {200, qMin(height, m_limit)};
}

void PromptEdit::fit()
{
    const int height = sizeHint().height();
    setVerticalScrollBarPolicy(height < m_limit ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
    if (minimumHeight() != height || maximumHeight() != height)
        setFixedHeight(height);
}

void PromptEdit::focusInEvent(QFocusEvent *event)
{
    QPlainTextEdit::focusInEvent(event);
    Q_EMIT focusChanged(true);
}

void PromptEdit::focusOutEvent(QFocusEvent *event)
{
    QPlainTextEdit::focusOutEvent(event);
    Q_EMIT focusChanged(false);
}

void PromptEdit::resizeEvent(QResizeEvent *event)
{
    QPlainTextEdit::resizeEvent(event);
    fit();
}

void PromptEdit::wheelEvent(QWheelEvent *event)
{
    // A message that shows all its text leaves the wheel to the list.
    if (verticalScrollBar()->maximum() == 0)
        event->ignore();
    else
        QPlainTextEdit::wheelEvent(event);
}

void PromptEdit::insertFromMimeData(const QMimeData *source)
{
    insertPlainText(source->text());
}

} // namespace tollgate::ui
