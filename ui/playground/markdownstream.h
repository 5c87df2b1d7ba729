// Markdown that arrives in pieces: finished blocks are parsed once, only the open last block again. Pure; one thread.
#pragma once

#include "ui/playground/markdownblocks.h"

namespace tollgate::ui {

class MarkdownStream
{
public:
    // What to do with what was shown: keep the first `keep` blocks, drop the rest, add `add`.
    struct Update {
        qsizetype keep = 0;
        QList<MarkdownBlock> add;
    };

    void append(QStringView text);
    // Parses what has come since the last finished block.
    Update update();
    // The text is over: parses what was held back. With reference definitions ("[a]: address") all of it again, because a
    // definition may come after its use.
    Update finish();
    // Characters that update() has to parse.
    qsizetype openSize() const { return m_tail.size(); }

private:
    Update replaceOpen(QList<MarkdownBlock> blocks);
    void commit(const MarkdownParse &parse);

    QString m_whole;              // everything, for finish()
    QString m_tail;               // from the start of the first block that may still change
    QString m_held;               // half of a line end or of a surrogate pair
    QList<MarkdownBlock> m_final; // blocks before the tail
    QList<MarkdownBlock> m_open;  // blocks of the tail as last reported
    bool m_hasReferences = false;
};

} // namespace tollgate::ui
