#include "ui/playground/variablehighlighter.h"

#include "core/chat/templates.h"
#include "ui/theme/theme.h"

namespace tollgate::ui {

VariableHighlighter::VariableHighlighter(QTextDocument *document, const Theme &theme)
    : QSyntaxHighlighter(document), m_theme(theme)
{
    connect(&theme, &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

void VariableHighlighter::setKnown(const QSet<QString> &names)
{
    if (m_known == names)
        return;
    m_known = names;
    rehighlight();
}

void VariableHighlighter::highlightBlock(const QString &text)
{
    if (!text.contains(QStringLiteral("{{")))
        return;
    for (const VariableUse &use : variablesIn(text)) {
        QTextCharFormat format;
        format.setForeground(m_theme.color("variable.text"));
        format.setBackground(m_theme.color("variable.tint"));
        if (!m_known.contains(use.name)) {
            format.setUnderlineStyle(QTextCharFormat::SingleUnderline);
            format.setUnderlineColor(m_theme.color("danger"));
        }
        setFormat(int(use.start), int(use.length), format);
    }
}

} // namespace tollgate::ui
