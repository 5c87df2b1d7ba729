// What a model thought before it answered: a line that opens a text above the answer. Hidden while there is none.
#pragma once

#include <QFrame>

namespace tollgate::ui {

class Button;
class LongTextView;
class Theme;

class ReasoningSection : public QFrame
{
    Q_OBJECT
public:
    ReasoningSection(const Theme &theme, QWidget *parent);
    void clear();
    void add(QStringView text); // shown with the next flush()
    void flush();
    void setOpen(bool open);
    bool isOpen() const { return m_open; }
    const QString &text() const { return m_text; }

private:
    Button *m_toggle;
    LongTextView *m_view;
    QString m_text;
    bool m_open = false;
};

} // namespace tollgate::ui
