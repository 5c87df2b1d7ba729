#include "ui/playground/markdownwriter.h"

#include "ui/theme/theme.h"

#include <QElapsedTimer>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>

namespace tollgate::ui {

namespace {

constexpr int indentStep = 22; // px per list level
constexpr int quoteStep = 14;  // px per quote level
constexpr int codePadding = 12;

} // namespace

MarkdownWriter::MarkdownWriter(QTextDocument &document, const Theme &theme) : m_document(document), m_theme(theme)
{
    m_document.setUndoRedoEnabled(false);
}

void MarkdownWriter::clear()
{
    m_blocks.clear();
    m_starts.clear();
    m_document.clear();
}

void MarkdownWriter::apply(MarkdownStream::Update update)
{
    QTextCursor cursor(&m_document);
    cursor.beginEditBlock();
    truncate(update.keep);
    m_blocks.resize(qMin(update.keep, m_blocks.size()));
    m_blocks += std::move(update.add);
    // A short list is written inside the same edit, so that a block that grows never shows as missing for a moment.
    writeSome(std::chrono::milliseconds(4));
    cursor.endEditBlock();
}

bool MarkdownWriter::writeSome(std::chrono::microseconds budget)
{
    if (isDone())
        return true;
    QElapsedTimer timer;
    timer.start();
    QTextCursor cursor(&m_document);
    cursor.beginEditBlock();
    do {
        write(cursor, m_blocks[m_starts.size()]);
    } while (!isDone() && timer.nsecsElapsed() < budget.count() * 1000);
    cursor.endEditBlock();
    return isDone();
}

void MarkdownWriter::restyle()
{
    truncate(0);
}

void MarkdownWriter::truncate(qsizetype blocks)
{
    if (blocks >= m_starts.size())
        return;
    if (blocks == 0) {
        m_document.clear();
        m_starts.clear();
        return;
    }
    QTextCursor cursor(&m_document);
    cursor.setPosition(m_starts[blocks]);
    cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
    cursor.removeSelectedText();
    m_starts.resize(blocks);
    // Removing may leave the removed block's format on an empty one.
    const MarkdownBlock &last = m_blocks[blocks - 1];
    if (last.kind != MarkdownBlock::Kind::Table)
        cursor.setBlockFormat(blockFormat(last));
}

int MarkdownWriter::markerWidth(const QString &marker) const
{
    const qreal width = QFontMetricsF(m_theme.font(FontRole::Response)).horizontalAdvance(marker) + 7;
    return qMax(indentStep, int(width + 0.5));
}

QTextBlockFormat MarkdownWriter::blockFormat(const MarkdownBlock &block) const
{
    QTextBlockFormat format;
    const bool code = block.kind == MarkdownBlock::Kind::CodeLine;
    const bool heading = block.kind == MarkdownBlock::Kind::Heading;
    // Line heights of the design: 21 for 13.5 px text, 19 for 12 px code.
    const double pixels = QFontInfo(charFormat(block).font()).pixelSize();
    format.setLineHeight(pixels * (code ? 1.5 : heading ? 1.35 : 1.556), QTextBlockFormat::MinimumHeight);
    const int left = block.indent * indentStep + block.quote * quoteStep;
    format.setLeftMargin(left + (code ? codePadding : 0));
    format.setTopMargin(!block.gap ? 0 : code ? 18 : heading ? 16 : 10);
    if (code) {
        format.setRightMargin(codePadding);
        if (block.codeEnd)
            format.setBottomMargin(18);
        format.setProperty(MarkdownCode, 1 | (block.codeStart ? 2 : 0) | (block.codeEnd ? 4 : 0));
    }
    if (block.kind == MarkdownBlock::Kind::Rule) {
        format.setProperty(MarkdownRule, true);
        format.setBottomMargin(4);
    }
    if (block.quote > 0) {
        format.setProperty(MarkdownQuote, block.quote);
        format.setProperty(MarkdownQuoteLeft, block.indent * indentStep);
    }
    if (heading)
        format.setHeadingLevel(block.level);
    if (!block.marker.isEmpty()) {
        const int width = markerWidth(block.marker);
        format.setLeftMargin(format.leftMargin() + width - indentStep);
        format.setTextIndent(-width);
        format.setTabPositions({QTextOption::Tab(width, QTextOption::LeftTab)});
    }
    return format;
}

QTextCharFormat MarkdownWriter::charFormat(const MarkdownBlock &block) const
{
    QTextCharFormat format;
    QFont font = m_theme.font(block.kind == MarkdownBlock::Kind::CodeLine ? FontRole::Mono : FontRole::Response);
    if (block.kind == MarkdownBlock::Kind::Heading) {
        constexpr double scales[] = {1.3, 1.17, 1.07, 1.0, 1.0, 1.0};
        const double scale = scales[qBound(1, block.level, 6) - 1];
        if (font.pixelSize() > 0)
            font.setPixelSize(qRound(font.pixelSize() * scale));
        else
            font.setPointSizeF(font.pointSizeF() * scale);
        font.setWeight(QFont::DemiBold);
    }
    format.setFont(font);
    format.setForeground(m_theme.color(block.quote > 0 ? "text.secondary" : "text.primary"));
    return format;
}

void MarkdownWriter::insertSpans(QTextCursor &cursor, const MarkdownSpans &spans, const QTextCharFormat &base) const
{
    for (const MarkdownSpan &span : spans) {
        QTextCharFormat format = base;
        if (span.code) {
            QFont mono = m_theme.font(FontRole::Mono);
            mono.setWeight(base.font().weight());
            format.setFont(mono);
        }
        if (span.code && base.background().style() == Qt::NoBrush && !base.hasProperty(MarkdownCode))
            format.setBackground(m_theme.color("bg.sunken"));
        if (span.bold)
            format.setFontWeight(QFont::DemiBold);
        if (span.italic)
            format.setFontItalic(true);
        if (span.strike)
            format.setFontStrikeOut(true);
        if (!span.link.isEmpty()) {
            format.setAnchor(true);
            format.setAnchorHref(span.link);
            format.setForeground(m_theme.color("accent.text"));
            format.setFontUnderline(true);
        }
        cursor.insertText(span.text, format);
    }
}

void MarkdownWriter::write(QTextCursor &cursor, const MarkdownBlock &block)
{
    cursor.movePosition(QTextCursor::End);
    const bool first = m_starts.isEmpty();
    const bool afterTable = !first && m_blocks[m_starts.size() - 1].kind == MarkdownBlock::Kind::Table;
    m_starts.append(cursor.position());
    if (block.kind == MarkdownBlock::Kind::Table) {
        writeTable(cursor, block);
        return;
    }
    QTextCharFormat base = charFormat(block);
    QTextBlockFormat format = blockFormat(block);
    if (first)
        format.setTopMargin(block.kind == MarkdownBlock::Kind::CodeLine ? 8 : 0);
    // The document begins with an empty block, and a table leaves one behind it.
    if (first || afterTable)
        cursor.setBlockFormat(format);
    else
        cursor.insertBlock(format);
    cursor.setBlockCharFormat(base);
    if (block.kind == MarkdownBlock::Kind::CodeLine)
        base.setProperty(MarkdownCode, true); // its background is the browser's business
    if (!block.marker.isEmpty()) {
        QTextCharFormat marker = base;
        marker.setForeground(m_theme.color("text.secondary"));
        cursor.insertText(block.marker + u'\t', marker);
    }
    if (block.kind == MarkdownBlock::Kind::Rule)
        cursor.insertText(QStringLiteral(" "), base); // an empty block behind a table would get no room
    insertSpans(cursor, block.spans, base);
}

void MarkdownWriter::writeTable(QTextCursor &cursor, const MarkdownBlock &block)
{
    const int rows = int(block.table.rows.size());
    const int columns = int(block.table.alignments.size());
    if (rows == 0 || columns == 0)
        return;
    QTextTableFormat format;
    format.setBorder(1);
    format.setBorderBrush(m_theme.color("border.default"));
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderCollapse(true);
    format.setCellPadding(5);
    format.setCellSpacing(0);
    // Tables do not look at the margin of the block above.
    const qsizetype index = m_starts.size() - 1;
    format.setTopMargin(index > 0 && m_blocks[index - 1].codeEnd ? 22 : 10);
    format.setBottomMargin(4);
    format.setLeftMargin(block.indent * indentStep + block.quote * quoteStep);
    format.setHeaderRowCount(1);
    QTextTable *table = cursor.insertTable(rows, columns, format);
    QTextCharFormat base = charFormat(block);
    for (int row = 0; row < rows; ++row) {
        base.setFontWeight(row == 0 ? QFont::DemiBold : QFont::Normal);
        for (int column = 0; column < columns && column < block.table.rows[row].size(); ++column) {
            QTextTableCell cell = table->cellAt(row, column);
            if (row == 0) {
                QTextCharFormat cellFormat = cell.format();
                cellFormat.setBackground(m_theme.color("bg.header"));
                cell.setFormat(cellFormat);
            }
            QTextCursor inside = cell.firstCursorPosition();
            QTextBlockFormat alignment;
            const char where = block.table.alignments[column];
            alignment.setAlignment(where == 'r' ? Qt::AlignRight : where == 'c' ? Qt::AlignHCenter : Qt::AlignLeft);
            inside.setBlockFormat(alignment);
            insertSpans(inside, block.table.rows[row][column], base);
        }
    }
    // The block behind the table is the next one's; while it is the last it should not show.
    cursor.movePosition(QTextCursor::End);
}

} // namespace tollgate::ui
