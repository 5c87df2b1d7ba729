#include "tests/support/testmain.h"
#include "ui/playground/markdownblocks.h"
#include "ui/playground/markdownstream.h"

#include <QRandomGenerator>
#include <QTest>

using namespace tollgate::ui;

namespace {

QString sample()
{
    return QStringLiteral(
        "# Title\n\nSome *italic*, **bold**, ~~gone~~ and `code` text\nwith a soft break.\n\n"
        "1. one\n2. two\n   - nested\n   - more\n\n     a paragraph inside\n3. three\n\n"
        "- [ ] open\n- [x] done\n\n> quoted\n> > deeper\n\n```cpp\nint x;\n\nint y;\n```\n\n"
        "    indented code\n\n| a | b |\n|:--|--:|\n| 1 | `2` |\n| 3 | 4 |\n\npara before\n| c | d |\n|---|---|\n| 5 | 6 |\n\n"
        "Setext\n======\n\n#not a heading\n\n<div>raw <b>html</b>\n</div>\n\n---\n\nhttps://example.com/x and [a](https://e.com/?q=1).\r\n\r\n"
        "Line one  \r\nline two\n\n\U0001F600 smile [late] use\n\n[late]: https://late.example/\n");
}

// What a view would show after the updates.
QList<MarkdownBlock> applyAll(const QString &text, const QList<qsizetype> &cuts)
{
    MarkdownStream stream;
    QList<MarkdownBlock> shown;
    const auto apply = [&shown](MarkdownStream::Update update) {
        Q_ASSERT(update.keep <= shown.size());
        shown.resize(update.keep);
        shown += update.add;
    };
    qsizetype from = 0;
    for (const qsizetype cut : cuts) {
        stream.append(QStringView(text).sliced(from, cut - from));
        apply(stream.update());
        from = cut;
    }
    stream.append(QStringView(text).sliced(from));
    apply(stream.finish());
    return shown;
}

QString shownText(const QList<MarkdownBlock> &blocks)
{
    QString out;
    for (const MarkdownBlock &block : blocks)
        out += block.marker + block.plainText() + u'\n';
    return out;
}

} // namespace

class TstMarkdown : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void blocksHaveTheirKinds()
    {
        const MarkdownParse parse = parseMarkdown(QStringLiteral("# A\n\ntext\n\n- x\n  - y\n\n3. z\n\n> q\n\n```\na\nb\n```\n\n---\n\n|h|\n|-|\n|c|\n"));
        QStringList kinds;
        for (const MarkdownBlock &b : parse.blocks)
            kinds << QStringLiteral("%1%2%3%4").arg(int(b.kind)).arg(b.indent).arg(b.quote).arg(b.marker);
        QCOMPARE(kinds, QStringList({QStringLiteral("100"), QStringLiteral("000"), QStringLiteral("010\u2022"), QStringLiteral("020\u2013"),
                                     QStringLiteral("0103."), QStringLiteral("001"), QStringLiteral("200"), QStringLiteral("200"),
                                     QStringLiteral("300"), QStringLiteral("400")}));
        QVERIFY(parse.blocks[6].codeStart && !parse.blocks[6].codeEnd);
        QVERIFY(parse.blocks[7].codeEnd);
        QCOMPARE(parse.blocks.last().table.rows.size(), 2);
    }

    void htmlIsShownAsText()
    {
        const QString html = QStringLiteral("<script>alert(1)</script>\n\nhello <img src=\"file:///etc/passwd\"> <b>x</b>");
        const QString text = shownText(parseMarkdown(html).blocks);
        QVERIFY(text.contains(QStringLiteral("<script>alert(1)</script>")));
        QVERIFY(text.contains(QStringLiteral("<img src=\"file:///etc/passwd\">")));
        QVERIFY(text.contains(QStringLiteral("<b>x</b>")));
    }

    void imagesAreTheirAlternativeText()
    {
        const MarkdownParse parse = parseMarkdown(QStringLiteral("![the *alt* text](https://evil.example/?q=secret) ![](file:///x)"));
        QCOMPARE(parse.blocks.size(), 1);
        QCOMPARE(parse.blocks[0].plainText(), QStringLiteral("the alt text image"));
        for (const MarkdownSpan &span : parse.blocks[0].spans)
            QVERIFY(span.link.isEmpty());
    }

    void onlyWebAddressesAreLinks_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("link");
        QTest::newRow("https") << QStringLiteral("https://example.com") << true;
        QTest::newRow("http in capitals") << QStringLiteral("HTTP://example.com") << true;
        QTest::newRow("script") << QStringLiteral("javascript:alert(1)") << false;
        QTest::newRow("file") << QStringLiteral("file:///etc/passwd") << false;
        QTest::newRow("UNC") << QStringLiteral("//server/share") << false;
        QTest::newRow("data") << QStringLiteral("data:text/html,x") << false;
        QTest::newRow("desktop") << QStringLiteral("ms-settings:x") << false;
    }
    void onlyWebAddressesAreLinks()
    {
        QFETCH(QString, address);
        QFETCH(bool, link);
        const MarkdownParse parse = parseMarkdown(QStringLiteral("[text](<%1>)").arg(address));
        QCOMPARE(parse.blocks.size(), 1);
        const QString shown = parse.blocks[0].plainText();
        QVERIFY(shown.startsWith(QStringLiteral("text")));
        QCOMPARE(!parse.blocks[0].spans[0].link.isEmpty(), link);
        if (!link)
            QVERIFY2(shown.contains(address), "an address that cannot be opened is shown, not hidden");
    }

    void everySplitOfAStreamShowsTheWhole()
    {
        const QString text = sample();
        MarkdownStream whole;
        whole.append(text);
        const QList<MarkdownBlock> wanted = whole.finish().add;
        QVERIFY(wanted.size() > 20);
        QVERIFY(shownText(wanted).contains(QStringLiteral("\U0001F600 smile late use")));
        for (qsizetype cut = 0; cut <= text.size(); ++cut)
            QVERIFY2(applyAll(text, {cut}) == wanted, qPrintable(QStringLiteral("cut at %1").arg(cut)));
    }

    void randomSplitsShowTheWhole()
    {
        QRandomGenerator random(20261124);
        const QStringList pieces = {QStringLiteral("- item\n"), QStringLiteral("\n"), QStringLiteral("text "), QStringLiteral("  indented\n"),
                                    QStringLiteral("```\n"), QStringLiteral("> q\n"), QStringLiteral("| a | b |\n"), QStringLiteral("|---|---|\n"),
                                    QStringLiteral("1. n\n"), QStringLiteral("**b** `c`\n"), QStringLiteral("===\n"), QStringLiteral("---\n"),
                                    QStringLiteral("# h\n"), QStringLiteral("<div>\n"), QStringLiteral("    code\n"), QStringLiteral("[x]: http://y\n"),
                                    QStringLiteral("[x] "), QStringLiteral("\r\n"), QStringLiteral("* b\n"), QStringLiteral("~~~\n")};
        for (int round = 0; round < 400; ++round) {
            QString text;
            for (int i = random.bounded(30); i >= 0; --i)
                text += pieces[random.bounded(int(pieces.size()))];
            MarkdownStream whole;
            whole.append(text);
            const QList<MarkdownBlock> wanted = whole.finish().add;
            QList<qsizetype> cuts;
            for (int i = random.bounded(20); i >= 0; --i)
                cuts.append(random.bounded(int(text.size() + 1)));
            std::sort(cuts.begin(), cuts.end());
            QVERIFY2(applyAll(text, cuts) == wanted, qPrintable(QStringLiteral("round %1: %2").arg(round).arg(text)));
        }
    }

    void finishedBlocksAreNotParsedAgain()
    {
        MarkdownStream stream;
        for (int i = 0; i < 200; ++i) {
            stream.append(QStringLiteral("Paragraph %1 with some words.\n\n").arg(i));
            stream.update();
        }
        QVERIFY2(stream.openSize() < 100, "only the last paragraph may still change");
    }

    void growingCodeKeepsItsLines()
    {
        MarkdownStream stream;
        stream.append(QStringLiteral("```\n"));
        stream.update();
        for (int i = 0; i < 100; ++i) {
            stream.append(QStringLiteral("line %1\n").arg(i));
            const MarkdownStream::Update update = stream.update();
            QVERIFY2(update.add.size() <= 2, "a new line changes itself and the end of the one before");
        }
    }

    void hostileTextEnds()
    {
        for (const QString &unit : {QStringLiteral("> "), QStringLiteral("["), QStringLiteral("![a]("), QStringLiteral("**a "), QStringLiteral("- "),
                                    QStringLiteral("`"), QStringLiteral("<a "), QStringLiteral("| "), QStringLiteral("_a_")}) {
            const QString text = unit.repeated(3000);
            const MarkdownParse parse = parseMarkdown(text);
            for (const MarkdownBlock &block : parse.blocks)
                QVERIFY(block.quote <= 8 && block.indent <= 8);
        }
    }
};

TOLLGATE_TEST(TstMarkdown)
#include "tst_markdown.moc"
