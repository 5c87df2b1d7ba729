#include "ui/playground/markdownblocks.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QStringList>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <cstring>
#include <utility>
#include <memory>

namespace tollgate::ui {

namespace {

constexpr int maxDepth = 8;      // deeper lists and quotes are drawn at this depth
constexpr int maxTableRows = 60; // longer tables are drawn as text: QTextTable is slow with many cells

struct ParserDeleter {
    void operator()(cmark_parser *p) const { cmark_parser_free(p); }
};
struct NodeDeleter {
    void operator()(cmark_node *n) const { cmark_node_free(n); }
};
struct IterDeleter {
    void operator()(cmark_iter *i) const { cmark_iter_free(i); }
};

QString literalOf(cmark_node *node)
{
    const char *text = cmark_node_get_literal(node);
    return text ? QString::fromUtf8(text) : QString();
}

bool isWebAddress(const QString &address)
{
    return address.startsWith(u"http://", Qt::CaseInsensitive) || address.startsWith(u"https://", Qt::CaseInsensitive);
}

// Walks the tree once, without recursion: hostile text nests thousands of levels.
class Builder
{
public:
    explicit Builder(MarkdownParse &out) : m_out(out) {}
    void walk(cmark_node *root);

private:
    struct ListLevel {
        bool ordered = false;
        int number = 1;
        bool closesWithParenthesis = false;
        bool tight = true;
        bool fresh = true; // no block of it was written yet
    };
    void enter(cmark_node *node, cmark_node_type type);
    void leave(cmark_node *node, cmark_node_type type);
    bool enterExtension(cmark_node *node);
    void enterInline(cmark_node *node, cmark_node_type type);
    void leaveInline(cmark_node *node, cmark_node_type type);
    void enterItem(cmark_node *node);
    void begin(MarkdownBlock::Kind kind);
    void emitBlock();
    void addCode(const QString &text);
    void addText(const QString &text, bool code = false);
    void leaveTable();
    MarkdownBlock context(MarkdownBlock::Kind kind);

    MarkdownParse &m_out;
    QList<ListLevel> m_lists;
    int m_quote = 0;
    int m_bold = 0, m_italic = 0, m_strike = 0, m_image = 0;
    QString m_imageText;
    QString m_link;
    QString m_marker;
    MarkdownBlock m_block;
    MarkdownSpans *m_spans = nullptr;
};

void Builder::walk(cmark_node *root)
{
    const std::unique_ptr<cmark_iter, IterDeleter> iter(cmark_iter_new(root));
    for (cmark_event_type event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iter.get())) {
        cmark_node *node = cmark_iter_get_node(iter.get());
        const cmark_node_type type = cmark_node_get_type(node);
        if (event == CMARK_EVENT_ENTER) {
            if (cmark_node_parent(node) == root)
                m_out.tops.append({cmark_node_get_start_line(node), m_out.blocks.size()});
            enter(node, type);
        } else {
            leave(node, type);
        }
    }
}

MarkdownBlock Builder::context(MarkdownBlock::Kind kind)
{
    MarkdownBlock block;
    block.kind = kind;
    block.indent = int(qMin<qsizetype>(m_lists.size(), maxDepth));
    block.quote = qMin(m_quote, maxDepth);
    block.marker = std::exchange(m_marker, QString());
    if (!m_lists.isEmpty()) {
        const bool outermostStart = m_lists.size() == 1 && m_lists.first().fresh;
        block.gap = outermostStart || !m_lists.last().tight;
        for (ListLevel &level : m_lists)
            level.fresh = false;
    }
    return block;
}

void Builder::begin(MarkdownBlock::Kind kind)
{
    m_block = context(kind);
    m_spans = &m_block.spans;
}

void Builder::emitBlock()
{
    m_spans = nullptr;
    m_out.blocks.append(std::move(m_block));
    m_block = {};
}

void Builder::addText(const QString &text, bool code)
{
    if (m_image) {
        m_imageText += text;
        return;
    }
    if (!m_spans || text.isEmpty())
        return;
    MarkdownSpan span{text, m_bold > 0, m_italic > 0, m_strike > 0, code, m_link};
    if (!m_spans->isEmpty() && m_spans->last().sameStyle(span))
        m_spans->last().text += text;
    else
        m_spans->append(std::move(span));
}

void Builder::addCode(const QString &text)
{
    QStringView rest(text);
    if (rest.endsWith(u'\n'))
        rest.chop(1);
    const QList<QStringView> lines = rest.split(u'\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        MarkdownBlock block = context(MarkdownBlock::Kind::CodeLine);
        block.codeStart = i == 0;
        block.codeEnd = i == lines.size() - 1;
        block.gap = i == 0;
        if (!lines[i].isEmpty())
            block.spans.append({lines[i].toString(), false, false, false, true, {}});
        m_out.blocks.append(std::move(block));
    }
}

void Builder::enterItem(cmark_node *node)
{
    if (m_lists.isEmpty())
        return;
    ListLevel &level = m_lists.last();
    if (std::strcmp(cmark_node_get_type_string(node), "tasklist") == 0)
        m_marker = cmark_gfm_extensions_get_tasklist_item_checked(node) ? QStringLiteral("\u2611")
                                                                        : QStringLiteral("\u2610");
    else if (level.ordered)
        m_marker = QString::number(level.number) + (level.closesWithParenthesis ? u')' : u'.');
    else
        m_marker = m_lists.size() % 2 == 1 ? QStringLiteral("\u2022") : QStringLiteral("\u2013");
    ++level.number;
}

bool Builder::enterExtension(cmark_node *node)
{
    const char *name = cmark_node_get_type_string(node);
    if (std::strcmp(name, "table") == 0) {
        m_block = context(MarkdownBlock::Kind::Table);
        const int columns = cmark_gfm_extensions_get_table_columns(node);
        const uint8_t *alignments = cmark_gfm_extensions_get_table_alignments(node);
        for (int i = 0; i < columns; ++i)
            m_block.table.alignments.append(alignments ? char(alignments[i]) : char(0));
    } else if (std::strcmp(name, "table_row") == 0 || std::strcmp(name, "table_header") == 0) {
        m_block.table.rows.append(QList<MarkdownSpans>());
    } else if (std::strcmp(name, "table_cell") == 0) {
        if (!m_block.table.rows.isEmpty()) {
            m_block.table.rows.last().append(MarkdownSpans());
            m_spans = &m_block.table.rows.last().last();
        }
    } else if (std::strcmp(name, "strikethrough") == 0) {
        ++m_strike;
    } else {
        return false;
    }
    return true;
}

void Builder::enter(cmark_node *node, cmark_node_type type)
{
    switch (type) {
    case CMARK_NODE_DOCUMENT:
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        ++m_quote;
        break;
    case CMARK_NODE_LIST: {
        ListLevel level;
        level.ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
        level.number = cmark_node_get_list_start(node);
        level.closesWithParenthesis = cmark_node_get_list_delim(node) == CMARK_PAREN_DELIM;
        level.tight = cmark_node_get_list_tight(node) != 0;
        m_lists.append(level);
        break;
    }
    case CMARK_NODE_ITEM:
        enterItem(node);
        break;
    case CMARK_NODE_PARAGRAPH:
        begin(MarkdownBlock::Kind::Paragraph);
        break;
    case CMARK_NODE_HEADING:
        begin(MarkdownBlock::Kind::Heading);
        m_block.level = cmark_node_get_heading_level(node);
        break;
    case CMARK_NODE_CODE_BLOCK:
        addCode(literalOf(node));
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        begin(MarkdownBlock::Kind::Rule);
        emitBlock();
        break;
    case CMARK_NODE_HTML_BLOCK: {
        begin(MarkdownBlock::Kind::Paragraph);
        QString text = literalOf(node);
        if (text.endsWith(u'\n'))
            text.chop(1);
        addText(text.replace(u'\n', QChar(QChar::LineSeparator)));
        emitBlock();
        break;
    }
    default:
        if (!enterExtension(node))
            enterInline(node, type);
    }
}

void Builder::enterInline(cmark_node *node, cmark_node_type type)
{
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_HTML_INLINE)
        addText(literalOf(node));
    else if (type == CMARK_NODE_SOFTBREAK)
        addText(QStringLiteral(" "));
    else if (type == CMARK_NODE_LINEBREAK)
        addText(QString(QChar(QChar::LineSeparator)));
    else if (type == CMARK_NODE_CODE)
        addText(literalOf(node), true);
    else if (type == CMARK_NODE_STRONG)
        ++m_bold;
    else if (type == CMARK_NODE_EMPH)
        ++m_italic;
    else if (type == CMARK_NODE_IMAGE)
        ++m_image;
    else if (type == CMARK_NODE_LINK) {
        const QString address = QString::fromUtf8(cmark_node_get_url(node));
        m_link = isWebAddress(address) ? address : QString();
    }
}

void Builder::leaveTable()
{
    if (m_block.table.rows.size() <= maxTableRows) {
        emitBlock();
        return;
    }
    const MarkdownBlock whole = std::exchange(m_block, {});
    const qsizetype count = whole.table.rows.size();
    for (qsizetype i = 0; i < count; ++i) {
        QStringList cells;
        for (const MarkdownSpans &cell : whole.table.rows[i]) {
            QString text;
            for (const MarkdownSpan &span : cell)
                text += span.text;
            cells.append(text);
        }
        MarkdownBlock line = whole;
        line.kind = MarkdownBlock::Kind::CodeLine;
        line.table = {};
        line.gap = line.codeStart = i == 0;
        line.codeEnd = i == count - 1;
        line.spans = {{cells.join(u" | "), i == 0, false, false, true, {}}};
        m_out.blocks.append(std::move(line));
    }
}

void Builder::leave(cmark_node *node, cmark_node_type type)
{
    if (type == CMARK_NODE_BLOCK_QUOTE) {
        --m_quote;
    } else if (type == CMARK_NODE_LIST) {
        m_lists.removeLast();
    } else if (type == CMARK_NODE_ITEM) {
        if (!m_marker.isEmpty()) { // an empty item is a line with its marker only
            begin(MarkdownBlock::Kind::Paragraph);
            emitBlock();
        }
    } else if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING) {
        emitBlock();
    } else {
        leaveInline(node, type);
    }
}

void Builder::leaveInline(cmark_node *node, cmark_node_type type)
{
    if (type == CMARK_NODE_STRONG) {
        --m_bold;
    } else if (type == CMARK_NODE_EMPH) {
        --m_italic;
    } else if (type == CMARK_NODE_IMAGE) {
        if (--m_image == 0) {
            const QString text = std::exchange(m_imageText, QString());
            addText(text.isEmpty() ? QCoreApplication::translate("Markdown", "image") : text);
        }
    } else if (type == CMARK_NODE_LINK) {
        const QString address = QString::fromUtf8(cmark_node_get_url(node));
        m_link.clear();
        // Not a web address: shown, never a link, so that nothing is hidden and nothing can be opened.
        if (!address.isEmpty() && !isWebAddress(address) && !address.startsWith(u"mailto:"))
            addText(QStringLiteral(" (") + address + u')');
    } else {
        const char *name = cmark_node_get_type_string(node);
        if (std::strcmp(name, "table") == 0)
            leaveTable();
        else if (std::strcmp(name, "table_cell") == 0)
            m_spans = nullptr;
        else if (std::strcmp(name, "strikethrough") == 0)
            --m_strike;
    }
}

} // namespace

QString MarkdownBlock::plainText() const
{
    QString text;
    for (const MarkdownSpan &span : spans)
        text += span.text;
    for (const QList<MarkdownSpans> &row : table.rows)
        for (const MarkdownSpans &cell : row)
            for (const MarkdownSpan &span : cell)
                text += span.text + u'\t';
    return text;
}

MarkdownParse parseMarkdown(QStringView text)
{
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, ParserDeleter> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
    for (const char *name : {"table", "strikethrough", "autolink", "tasklist"})
        if (cmark_syntax_extension *extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    const QByteArray utf8 = text.toUtf8();
    cmark_parser_feed(parser.get(), utf8.constData(), size_t(utf8.size()));
    const std::unique_ptr<cmark_node, NodeDeleter> root(cmark_parser_finish(parser.get()));
    MarkdownParse out;
    if (root)
        Builder(out).walk(root.get());
    return out;
}

} // namespace tollgate::ui
