#include "ui/playground/markdownstream.h"

#include <utility>

namespace tollgate::ui {

void MarkdownStream::append(QStringView text)
{
    QString piece = std::exchange(m_held, QString()) + text.toString();
    if (piece.endsWith(u'\r') || (!piece.isEmpty() && piece.back().isHighSurrogate())) {
        m_held = piece.last(1);
        piece.chop(1);
    }
    piece.replace(QStringLiteral("\r\n"), QStringLiteral("\n"));
    piece.replace(u'\r', u'\n');
    m_whole += piece;
    m_tail += piece;
}

MarkdownStream::Update MarkdownStream::update()
{
    const MarkdownParse parse = parseMarkdown(m_tail);
    Update change = replaceOpen(parse.blocks);
    commit(parse);
    return change;
}

MarkdownStream::Update MarkdownStream::finish()
{
    if (!m_held.isEmpty()) {
        QString rest = std::exchange(m_held, QString());
        if (rest == u"\r")
            rest = QStringLiteral("\n");
        m_whole += rest;
        m_tail += rest;
    }
    m_hasReferences = m_hasReferences || m_whole.contains(QStringLiteral("]:"));
    if (!m_hasReferences)
        return update();
    QList<MarkdownBlock> shown = std::exchange(m_final, {});
    shown += m_open;
    m_open = std::move(shown);
    m_tail = m_whole;
    return replaceOpen(parseMarkdown(m_whole).blocks);
}

MarkdownStream::Update MarkdownStream::replaceOpen(QList<MarkdownBlock> blocks)
{
    qsizetype same = 0;
    const qsizetype limit = qMin(blocks.size(), m_open.size());
    while (same < limit && blocks[same] == m_open[same])
        ++same;
    Update change{m_final.size() + same, blocks.sliced(same)};
    m_open = std::move(blocks);
    return change;
}

// A block is finished when a later top-level block starts on a complete line with another complete line below: no later text can
// join the two. The second line matters because a table takes its first row from the end of a paragraph.
void MarkdownStream::commit(const MarkdownParse &parse)
{
    const qsizetype completeLines = m_tail.count(u'\n');
    qsizetype boundary = 0;
    for (qsizetype i = parse.tops.size() - 1; i > 0 && !boundary; --i) {
        // A paragraph that a table was split from has no line, and the table has the paragraph's: such a start is no boundary.
        if (parse.tops[i - 1].line > 0 && parse.tops[i].line > parse.tops[i - 1].line
            && parse.tops[i].line < completeLines)
            boundary = i;
    }
    if (boundary == 0)
        return;
    qsizetype offset = 0;
    for (int line = 1; line < parse.tops[boundary].line; ++line)
        offset = m_tail.indexOf(u'\n', offset) + 1;
    const qsizetype blocks = parse.tops[boundary].block;
    m_tail.remove(0, offset);
    m_final += m_open.first(blocks);
    m_open.remove(0, blocks);
}

} // namespace tollgate::ui
