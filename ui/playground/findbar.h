// Find in a text view: a line with a field, previous, next and what was found.
#pragma once

#include <QFrame>

class QTextCursor;
class QTextDocument;

namespace tollgate::ui {

class IconButton;
class SafeLabel;
class SearchField;
class Theme;

class FindBar : public QFrame
{
    Q_OBJECT
public:
    FindBar(const Theme &theme, QWidget *parent);
    // The view to search: a QTextEdit or a QPlainTextEdit.
    void setTarget(QWidget *view);
    void open();
    void close();

protected:
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void find(bool backward, bool fromStart);
    const Theme &m_theme;
    QWidget *m_target = nullptr;
    SearchField *m_field;
    SafeLabel *m_result;
};

} // namespace tollgate::ui
