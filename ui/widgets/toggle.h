// An on/off switch, 30x18, for settings that apply at once.
#pragma once

#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QVariantAnimation>

namespace tollgate::ui {

class Toggle : public QAbstractButton
{
    Q_OBJECT
public:
    explicit Toggle(const Theme &theme, const QString &accessibleName, QWidget *parent = nullptr);
    QSize sizeHint() const override { return {36, 24}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QVariantAnimation m_slide; // 120 ms, not at all with reduced motion
};

} // namespace tollgate::ui
