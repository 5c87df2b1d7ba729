// The text of one message: as high as its text, up to a limit, then it scrolls. Tab moves the focus.
#pragma once

#include <QPlainTextEdit>

namespace tollgate::ui {

class Theme;
class VariableHighlighter;

class PromptEdit : public QPlainTextEdit
{
    Q_OBJECT
public:
    PromptEdit(const Theme &theme, QWidget *parent);
    VariableHighlighter &highlighter() { return *m_highlighter; }
    void setMaximumTextHeight(int height);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

Q_SIGNALS:
    void focusChanged(bool focused);

protected:
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void insertFromMimeData(const QMimeData *source) override;

private:
    void fit();
    void applyTheme();
    const Theme &m_theme;
    VariableHighlighter *m_highlighter;
    int m_limit = 400;
};

} // namespace tollgate::ui
