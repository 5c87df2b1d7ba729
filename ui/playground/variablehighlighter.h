// Tints {{variables}} in a prompt; names without a value get a danger underline.
#pragma once

#include <QSet>
#include <QString>
#include <QSyntaxHighlighter>

namespace tollgate::ui {

class Theme;

class VariableHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    VariableHighlighter(QTextDocument *document, const Theme &theme);
    // Names that have a value.
    void setKnown(const QSet<QString> &names);

protected:
    void highlightBlock(const QString &text) override;

private:
    const Theme &m_theme;
    QSet<QString> m_known;
};

} // namespace tollgate::ui
