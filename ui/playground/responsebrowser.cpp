#include "ui/playground/responsebrowser.h"

#include "ui/theme/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QElapsedTimer>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>

namespace tollgate::ui {

namespace {

constexpr qsizetype chunk = 16 * 1024;  // characters given to the parser at a time
constexpr double tooSlowMs = 40;        // a parse that takes longer means hostile text
constexpr int readingMaxWidth = 760;    // tokens.json size.readingMaxWidth
constexpr int documentMargin = 18; // 20 with the room of the focus ring

} // namespace

ResponseBrowser::ResponseBrowser(const Theme &theme, QWidget *parent)
    : QTextBrowser(parent), m_theme(theme), m_writer(*document(), theme)
{
    setOpenLinks(false);
    setOpenExternalLinks(false);
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setTextInteractionFlags(Qt::TextBrowserInteraction);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    document()->setDocumentMargin(documentMargin);
    setLineWrapMode(QTextEdit::FixedPixelWidth);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &ResponseBrowser::work);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        if (url.scheme() == u"http" || url.scheme() == u"https")
            Q_EMIT linkChosen(url.toString(QUrl::FullyEncoded));
    });
    connect(&theme, &Theme::changed, this, [this] {
        m_writer.restyle();
        document()->setDocumentMargin(documentMargin);
        m_timer.start();
    });
    fitWidth();
}

QVariant ResponseBrowser::loadResource(int, const QUrl &)
{
    return {}; // text of a model must not reach files or the network
}

void ResponseBrowser::doSetSource(const QUrl &, QTextDocument::ResourceType)
{
}

void ResponseBrowser::clearText()
{
    m_timer.stop();
    m_stream = {};
    m_writer.clear();
    document()->setDocumentMargin(documentMargin);
    m_text.clear();
    m_fed = 0;
    m_finishing = m_finished = m_plain = false;
    m_parseMs = 0;
}

void ResponseBrowser::append(QStringView text)
{
    m_text += text;
    if (!m_timer.isActive())
        work();
}

void ResponseBrowser::finishText()
{
    m_finishing = true;
    work();
}

void ResponseBrowser::work()
{
    parseSome();
    if (!m_writer.isDone())
        m_writer.writeSome(std::chrono::milliseconds(8));
    if (isBehind())
        m_timer.start(m_parseMs > 8 ? int(m_parseMs * 3) : 0); // a big open block gets at most a quarter of the time
    else
        Q_EMIT caughtUp();
}

void ResponseBrowser::parseSome()
{
    if (!m_writer.isDone())
        return; // first show what is parsed
    QElapsedTimer timer;
    timer.start();
    const bool parseAll = m_fed >= m_text.size();
    if (parseAll && (!m_finishing || m_finished))
        return;
    const qsizetype size = qMin(chunk, m_text.size() - m_fed);
    if (m_plain) {
        QList<MarkdownBlock> lines;
        for (const QStringView line : QStringView(m_text).sliced(m_fed, size).split(u'\n')) {
            MarkdownBlock block;
            block.gap = false;
            block.spans = {{line.toString(), false, false, false, false, {}}};
            lines.append(std::move(block));
        }
        m_writer.add(std::move(lines));
        m_fed += size;
        m_finished = m_finishing && m_fed >= m_text.size();
        return;
    }
    m_stream.append(QStringView(m_text).sliced(m_fed, size));
    m_fed += size;
    const bool last = m_finishing && m_fed >= m_text.size();
    MarkdownStream::Update update = last ? m_stream.finish() : m_stream.update();
    m_finished = last;
    m_parseMs = double(timer.nsecsElapsed()) / 1e6;
    m_plain = m_parseMs > tooSlowMs && !last;
    m_writer.apply(std::move(update));
}

void ResponseBrowser::resizeEvent(QResizeEvent *event)
{
    fitWidth();
    QTextBrowser::resizeEvent(event);
}

void ResponseBrowser::fitWidth()
{
    const int width = qMin(viewport()->width(), readingMaxWidth + 2 * documentMargin);
    if (lineWrapColumnOrWidth() != width)
        setLineWrapColumnOrWidth(qMax(width, 120));
}

void ResponseBrowser::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(-horizontalScrollBar()->value(), -verticalScrollBar()->value());
    const qreal top = verticalScrollBar()->value();
    const qreal bottom = top + viewport()->height();
    const QAbstractTextDocumentLayout *layout = document()->documentLayout();
    QTextBlock block = cursorForPosition(QPoint(0, 0)).block();
    if (block.previous().isValid())
        block = block.previous();
    QRectF code;
    const auto drawCode = [&] {
        if (!code.isNull()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme.color("bg.sunken"));
            painter.drawRoundedRect(code, 4, 4);
        }
        code = {};
    };
    for (; block.isValid(); block = block.next()) {
        const QRectF rect = layout->blockBoundingRect(block);
        if (rect.top() > bottom)
            break;
        const QTextBlockFormat format = block.blockFormat();
        const int part = format.intProperty(MarkdownCode);
        if (part == 0 || (part & 2))
            drawCode();
        if (part) {
            const qreal left = documentMargin + format.leftMargin() - 12;
            const qreal right = lineWrapColumnOrWidth() - documentMargin;
            const qreal above = code.isNull() ? 6 : 0; // a run that begins above the window may start anywhere
            const QRectF line(left, rect.top() - above, right - left, rect.height() + above + (part & 4 ? 10 : 0));
            code = code.isNull() ? line : code.united(line);
        }
        if (const int depth = format.intProperty(MarkdownQuote)) {
            // One bar over neighbouring paragraphs of a quote: it also covers the space above.
            const bool goesOn = block.previous().blockFormat().intProperty(MarkdownQuote) > 0;
            const qreal from = rect.top() - (goesOn ? format.topMargin() : 0) + 3;
            for (int i = 0; i < depth; ++i)
                painter.fillRect(QRectF(documentMargin + format.intProperty(MarkdownQuoteLeft) + i * 14, from, 3, rect.bottom() + 3 - from),
                                 m_theme.color("border.default"));
        }
        if (format.boolProperty(MarkdownRule))
            painter.fillRect(QRectF(documentMargin, rect.center().y(), lineWrapColumnOrWidth() - 2 * documentMargin, 1),
                             m_theme.color("border.default"));
    }
    drawCode();
    painter.end();
    QTextBrowser::paintEvent(event);
}

} // namespace tollgate::ui
