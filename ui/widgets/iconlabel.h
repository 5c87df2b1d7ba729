// An icon beside a text, painted in a colour of the theme: it follows a change of theme and of the screen. Decorative, so without a name.
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

namespace tollgate::ui {

class IconLabel : public QWidget
{
    Q_OBJECT
public:
    // `token` must be a literal; `side` in logical pixels.
    IconLabel(const Theme &theme, const QString &iconName, int side, const char *token, QWidget *parent = nullptr);

    void setIcon(const QString &iconName, const char *token); // no name: empty, the room is kept
    const char *token() const { return m_token; }
    QString iconName() const { return m_iconName; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_iconName;
    int m_side;
    const char *m_token;
};

} // namespace tollgate::ui
