// A label that shows plain text only, in a role and colour of the theme, and elides when it does not wrap. The way every text of a
// user, provider or model reaches the screen.
#pragma once

#include "ui/theme/theme.h"

#include <QLabel>

namespace tollgate::ui {

class SafeLabel : public QLabel
{
    Q_OBJECT
public:
    explicit SafeLabel(const Theme &theme, const QString &text = {}, FontRole role = FontRole::Body, const char *token = "text.primary",
                       QFont::Weight weight = QFont::Normal, QWidget *parent = nullptr);

    void setRole(FontRole role, QFont::Weight weight = QFont::Normal);
    void setToken(const char *token); // a colour token; must be a literal
    void setElideMode(Qt::TextElideMode mode);
    // Line height of the design for wrapped text is left to the font.
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void applyTheme();
    const Theme &m_theme;
    FontRole m_role;
    QFont::Weight m_weight;
    const char *m_token;
    bool m_applying = false;
    Qt::TextElideMode m_elide = Qt::ElideRight;
};

} // namespace tollgate::ui
