// Writes Markdown blocks into a text document and keeps it equal to the wanted list: only blocks that changed are written again, and
// long lists are written in slices so that the window never stands still. UI thread.
#pragma once

#include "ui/playground/markdownstream.h"

#include <QList>
#include <QTextBlockFormat>
#include <QTextCharFormat>

#include <chrono>
#include <utility>

class QTextCursor;
class QTextDocument;

namespace tollgate::ui {

class Theme;

// Block properties the browser paints from.
enum MarkdownProperty : int {
    MarkdownCode = 0x100001,      // 1: inside, 2: first line, 4: last line (bits)
    MarkdownQuote = 0x100002,     // depth
    MarkdownQuoteLeft = 0x100003, // px
    MarkdownRule = 0x100004,
};

class MarkdownWriter
{
public:
    MarkdownWriter(QTextDocument &document, const Theme &theme);

    void clear();
    // What is no longer wanted goes at once, what is new waits for writeSome().
    void apply(MarkdownStream::Update update);
    void add(QList<MarkdownBlock> blocks) { m_blocks += std::move(blocks); }
    // Writes until the list is done or `budget` is used up; true when done.
    bool writeSome(std::chrono::microseconds budget);
    bool isDone() const { return m_starts.size() == m_blocks.size(); }
    // Writes everything again in the theme's colours and fonts (over the next writeSome() calls).
    void restyle();

private:
    void truncate(qsizetype blocks);
    void write(QTextCursor &cursor, const MarkdownBlock &block);
    void writeTable(QTextCursor &cursor, const MarkdownBlock &block);
    void insertSpans(QTextCursor &cursor, const MarkdownSpans &spans, const QTextCharFormat &base) const;
    QTextBlockFormat blockFormat(const MarkdownBlock &block) const;
    QTextCharFormat charFormat(const MarkdownBlock &block) const;
    int markerWidth(const QString &marker) const;

    QTextDocument &m_document;
    const Theme &m_theme;
    QList<MarkdownBlock> m_blocks; // wanted
    QList<int> m_starts;           // per written block: the document's end before it
};

} // namespace tollgate::ui
