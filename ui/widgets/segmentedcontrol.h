// A few choices side by side, one chosen: checkable buttons in one frame. Left and Right move between them.
#pragma once

#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QWidget>

namespace tollgate::ui {

class SegmentedControl : public QWidget
{
    Q_OBJECT
public:
    explicit SegmentedControl(const Theme &theme, const QString &accessibleName, QWidget *parent = nullptr);

    void addSegment(const QString &id, const QString &text, const QString &iconName = {}, const QString &toolTip = {});
    void setCurrent(const QString &id); // does not emit; unknown ids are ignored
    QString current() const;
    QAbstractButton *segment(const QString &id) const;
    void setSegmentVisible(const QString &id, bool visible);
    void setStretched(bool on); // equal widths over the whole width
    void setCompact(bool on);   // 26 px, small text

Q_SIGNALS:
    void chosen(const QString &id); // by the user

private:
    void findEnds();
    const Theme &m_theme;
    QButtonGroup m_group;
    bool m_stretched = false;
    bool m_compact = false;
};

} // namespace tollgate::ui
