// Push buttons of the design: icon, text and a quiet shortcut hint. Kinds: default, primary, danger, flat, link (property `kind`).
#pragma once

#include "ui/theme/theme.h"

#include <QKeySequence>
#include <QPushButton>
#include <QToolButton>

namespace tollgate::ui {

enum class ButtonKind : quint8 { Default, Primary, Danger, Flat, Link };

class Button : public QPushButton
{
    Q_OBJECT
public:
    explicit Button(const Theme &theme, const QString &text, ButtonKind kind = ButtonKind::Default, const QString &iconName = {},
                    QWidget *parent = nullptr);

    void setKind(ButtonKind kind);
    ButtonKind kind() const { return m_kind; }
    void setIconName(const QString &name, bool trailing = false);
    // Printed on the button only; the shortcut itself belongs to an action.
    void setShortcutHint(const QKeySequence &keys);
    void setCompact(bool on); // 24 px high
    void setStrong(bool on);  // a flat button that is also a title
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const char *textToken() const;
    QFont textFont() const;
    const Theme &m_theme;
    ButtonKind m_kind = ButtonKind::Default;
    QString m_iconName;
    bool m_trailing = false;
    bool m_compact = false;
    bool m_strong = false;
    QString m_hint;
};

// A square button with an icon only. The name is its accessible name and, with the shortcut, its tooltip.
class IconButton : public QToolButton
{
    Q_OBJECT
public:
    IconButton(const Theme &theme, const QString &iconName, const QString &name, const QKeySequence &shortcut = {},
               QWidget *parent = nullptr);
    void setNameAndShortcut(const QString &name, const QKeySequence &shortcut);
    void setIconName(const QString &iconName, const char *token = "text.secondary");
    QSize sizeHint() const override;

private:
    const Theme &m_theme;
};

} // namespace tollgate::ui
