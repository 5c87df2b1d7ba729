#include "ui/playground/longtextview.h"

#include "ui/playground/jsonformat.h"
#include "ui/theme/theme.h"

#include <QElapsedTimer>
#include <QMimeData>
#include <QTextBlock>
#include <QTextLayout>

namespace tollgate::ui {

namespace {

constexpr qsizetype slice = 8 * 1024;     // characters written at a time
constexpr qsizetype longestLine = 2'000;  // a paragraph is laid out as a whole: longer ones would stop the window
constexpr qint64 budgetNs = 6'000'000;
constexpr int softBreak = 1;              // block state: the line goes on in the next block
constexpr int coloured = 2;               // block state bit: formats are set

} // namespace

LongTextView::LongTextView(const Theme &theme, QWidget *parent) : QPlainTextEdit(parent), m_theme(theme)
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document()->setDocumentMargin(18); // 20 with the room of the focus ring
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &LongTextView::writeSome);
    m_colorTimer.setSingleShot(true);
    m_colorTimer.setInterval(0);
    connect(&m_colorTimer, &QTimer::timeout, this, &LongTextView::colorVisible);
    connect(&theme, &Theme::changed, this, &LongTextView::applyTheme);
    applyTheme();
}

void LongTextView::applyTheme()
{
    setFont(m_theme.font(FontRole::Mono));
    for (QTextBlock block = document()->begin(); m_json && block.isValid(); block = block.next())
        if (block.userState() > 0)
            block.setUserState(block.userState() & ~coloured);
    viewport()->update();
    if (m_json)
        m_colorTimer.start();
}

void LongTextView::setJson(bool json)
{
    m_json = json;
}

void LongTextView::clearText()
{
    m_timer.stop();
    m_text.clear();
    m_written = m_lineLength = 0;
    clear();
}

void LongTextView::setText(const QString &text)
{
    clearText();
    append(text);
}

void LongTextView::append(QStringView text)
{
    m_text += text;
    if (!m_timer.isActive())
        writeSome();
}

void LongTextView::writeSome()
{
    QElapsedTimer timer;
    timer.start();
    while (isBehind() && timer.nsecsElapsed() < budgetNs) {
        qsizetype size = qMin(slice, m_text.size() - m_written);
        if (m_text[m_written + size - 1].isHighSurrogate() && size > 1)
            --size;
        insert(QStringView(m_text).sliced(m_written, size));
        m_written += size;
    }
    if (m_json)
        m_colorTimer.start();
    if (isBehind())
        m_timer.start();
    else
        Q_EMIT caughtUp();
}

void LongTextView::insert(QStringView text)
{
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf(u'\n');
        const qsizetype lineEnd = end < 0 ? text.size() : end;
        const qsizetype room = longestLine - m_lineLength;
        if (lineEnd > room) {
            // Rather after a word than inside it.
            qsizetype cut = text.first(room).lastIndexOf(u' ') + 1;
            if (cut <= room / 2)
                cut = room > 1 && text[room - 1].isHighSurrogate() ? room - 1 : room;
            cursor.insertText(text.first(cut).toString());
            cursor.block().setUserState(softBreak);
            cursor.insertBlock();
            cursor.block().setUserState(-1);
            m_lineLength = 0;
            text = text.sliced(cut);
            continue;
        }
        cursor.insertText(text.first(lineEnd).toString());
        m_lineLength += lineEnd;
        if (end >= 0) {
            cursor.insertBlock();
            cursor.block().setUserState(-1);
            m_lineLength = 0;
        }
        text = text.sliced(end < 0 ? lineEnd : lineEnd + 1);
    }
    cursor.endEditBlock();
}

QMimeData *LongTextView::createMimeDataFromSelection() const
{
    const QTextCursor cursor = textCursor();
    QString text;
    for (QTextBlock block = document()->findBlock(cursor.selectionStart());
         block.isValid() && block.position() <= cursor.selectionEnd(); block = block.next()) {
        const int from = qMax(cursor.selectionStart() - block.position(), 0);
        const int to = qMin(cursor.selectionEnd() - block.position(), block.length() - 1);
        text += QStringView(block.text()).sliced(from, qMax(to - from, 0));
        const bool joined = block.userState() > 0 && (block.userState() & softBreak);
        if (cursor.selectionEnd() >= block.position() + block.length() && !joined)
            text += u'\n';
    }
    auto *mime = new QMimeData;
    mime->setText(text);
    return mime;
}

void LongTextView::scrollContentsBy(int dx, int dy)
{
    QPlainTextEdit::scrollContentsBy(dx, dy);
    if (m_json)
        m_colorTimer.start();
}

void LongTextView::resizeEvent(QResizeEvent *event)
{
    QPlainTextEdit::resizeEvent(event);
    if (m_json)
        m_colorTimer.start();
}

void LongTextView::colorVisible()
{
    const int bottom = viewport()->height();
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        if (blockBoundingGeometry(block).translated(contentOffset()).top() > bottom)
            break;
        const int state = qMax(block.userState(), 0);
        // The last block may still grow.
        if ((state & coloured) && block.next().isValid())
            continue;
        const QTextBlock previous = block.previous();
        const bool continued = previous.isValid() && previous.userState() > 0 && (previous.userState() & softBreak);
        block.layout()->setFormats(jsonFormats(m_theme, block.text(), continued));
        document()->markContentsDirty(block.position(), block.length());
        block.setUserState(state | coloured);
    }
}

} // namespace tollgate::ui
