// One message of the prompt: handle, role, token count, duplicate, delete, and its text.
#pragma once

#include "core/chat/message.h"
#include "ui/playground/promptedit.h"

#include <QFrame>

#include <optional>

namespace tollgate::ui {

class Button;
class IconButton;
class SafeLabel;
class Theme;

// Six dots; dragging it tells where the pointer is.
class DragHandle : public QWidget
{
    Q_OBJECT
public:
    DragHandle(const Theme &theme, QWidget *parent);
    QSize sizeHint() const override { return {16, 24}; }

Q_SIGNALS:
    void draggedTo(const QPoint &globalPosition);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;

private:
    const Theme &m_theme;
};

class MessageCard : public QFrame
{
    Q_OBJECT
public:
    MessageCard(const Theme &theme, Role role, const QString &text, QWidget *parent);
    ~MessageCard() override;

    Role role() const { return m_role; }
    void setRole(Role role);
    QString text() const { return m_edit->toPlainText(); }
    PromptEdit &edit() { return *m_edit; }
    // `reported`: by a provider, else an estimate.
    void setTokens(std::optional<qint64> tokens, bool reported);
    void setNumber(int number, int count); // for screen readers, from 1
    QList<QWidget *> tabChain() const;      // what Tab visits, in order

Q_SIGNALS:
    void changed();
    void duplicateRequested();
    void deleteRequested();
    void moveRequested(int steps); // -1 up, 1 down
    void draggedTo(const QPoint &globalPosition);

protected:
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    void showActions();
    const Theme &m_theme;
    Role m_role;
    bool m_focused = false; // the text has the focus
    bool m_inside = false;  // the text or a button has
    bool m_hovered = false;
    Button *m_roleButton;
    SafeLabel *m_tokens;
    IconButton *m_duplicate;
    IconButton *m_delete;
    PromptEdit *m_edit;
};

QString roleTitle(Role role); // "System", "User", ...

} // namespace tollgate::ui
