// Shows an answer's Markdown: never loads a resource, never follows a link by itself, paints code backgrounds, quote bars and rules.
#pragma once

#include "ui/playground/markdownwriter.h"

#include <QTextBrowser>
#include <QTimer>

namespace tollgate::ui {

class Theme;

class ResponseBrowser : public QTextBrowser
{
    Q_OBJECT
public:
    ResponseBrowser(const Theme &theme, QWidget *parent);

    void clearText();
    // Shows the text so far; call it again with more. Work is sliced; isBehind() until the last slice is painted.
    void append(QStringView text);
    void finishText();
    bool isBehind() const { return m_fed < m_text.size() || (m_finishing && !m_finished) || !m_writer.isDone(); }
    qsizetype shownCharacters() const { return m_fed; }

    QVariant loadResource(int type, const QUrl &name) override;

Q_SIGNALS:
    void caughtUp();
    // An http or https address was chosen; whoever listens asks before opening it.
    void linkChosen(const QString &address);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void doSetSource(const QUrl &name, QTextDocument::ResourceType type) override;

private:
    void work();
    void parseSome();
    void fitWidth();

    const Theme &m_theme;
    MarkdownStream m_stream;
    MarkdownWriter m_writer;
    QTimer m_timer;
    QString m_text;      // all of it
    qsizetype m_fed = 0; // of m_text, given to the parser
    bool m_finishing = false;
    bool m_finished = false;
    bool m_plain = false; // the parser became too slow for this text: the rest is shown as it is
    double m_parseMs = 0; // cost of the last parse
};

} // namespace tollgate::ui
