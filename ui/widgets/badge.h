// A small tinted label: icon and text, never colour alone.
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

namespace tollgate::ui {

enum class Tone : quint8 { Neutral, Accent, Success, Warning, Danger };
const char *textTokenOf(Tone tone);
const char *tintTokenOf(Tone tone);

class Badge : public QWidget
{
    Q_OBJECT
public:
    explicit Badge(const Theme &theme, QWidget *parent = nullptr);
    Badge(const Theme &theme, Tone tone, const QString &text, const QString &iconName = {}, QWidget *parent = nullptr);

    // iconName "dot" paints a filled dot. The text is also the accessible name.
    void setContent(Tone tone, const QString &text, const QString &iconName = {});
    QString text() const { return m_text; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    Tone m_tone = Tone::Neutral;
    QString m_text;
    QString m_iconName;
};

} // namespace tollgate::ui
