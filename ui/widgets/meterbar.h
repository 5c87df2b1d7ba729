// A thin bar that shows a share: accent below 80 %, warning to 99 %, danger from 100 %. The number stands beside it, as text.
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

namespace tollgate::ui {

class MeterBar : public QWidget
{
    Q_OBJECT
public:
    MeterBar(const Theme &theme, const QString &accessibleName, QWidget *parent = nullptr);
    void setShare(double share); // 0 to 1, more is shown as full
    void setPlain(bool on);      // always accent: fill levels that are no warning
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    double m_share = 0;
    bool m_plain = false;
    QString m_name;
};

} // namespace tollgate::ui
