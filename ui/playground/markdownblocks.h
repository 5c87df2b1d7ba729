// Markdown as a flat list of blocks: the safe subset that answers are shown in. Pure values, no Gui. Raw HTML is text, images are
// their alternative text, links keep their address only when it is http or https.
#pragma once

#include <QList>
#include <QString>

namespace tollgate::ui {

struct MarkdownSpan {
    QString text; // U+2028 is a line break inside a block
    bool bold = false;
    bool italic = false;
    bool strike = false;
    bool code = false;
    QString link; // http or https address as written; empty: not a link
    bool sameStyle(const MarkdownSpan &other) const
    {
        return bold == other.bold && italic == other.italic && strike == other.strike && code == other.code
            && link == other.link;
    }
    friend bool operator==(const MarkdownSpan &, const MarkdownSpan &) = default;
};
using MarkdownSpans = QList<MarkdownSpan>;

struct MarkdownTable {
    QList<QList<MarkdownSpans>> rows; // the first is the header
    QList<char> alignments;           // per column: 'l', 'c', 'r' or 0
    friend bool operator==(const MarkdownTable &, const MarkdownTable &) = default;
};

struct MarkdownBlock {
    enum class Kind : quint8 { Paragraph, Heading, CodeLine, Rule, Table };
    Kind kind = Kind::Paragraph;
    int level = 0;          // headings: 1 to 6
    int indent = 0;         // lists around it, at most 8
    int quote = 0;          // quotes around it, at most 8
    QString marker;         // of the first block of a list item: a bullet, "1.", a check box
    bool gap = true;        // space above
    bool codeStart = false; // first and last line of a code block
    bool codeEnd = false;
    MarkdownSpans spans;
    MarkdownTable table;
    QString plainText() const;
    friend bool operator==(const MarkdownBlock &, const MarkdownBlock &) = default;
};

struct MarkdownParse {
    QList<MarkdownBlock> blocks;
    // Per top-level node: its first line (from 1) and the index of its first block.
    struct Top {
        int line = 0;
        qsizetype block = 0;
    };
    QList<Top> tops;
};

// CommonMark with tables, strikethrough, bare addresses and task lists.
MarkdownParse parseMarkdown(QStringView text);

} // namespace tollgate::ui
