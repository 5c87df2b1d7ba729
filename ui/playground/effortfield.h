// Reasoning effort: a few levels side by side, a list when the model has more of them. Empty is the model's default.
#pragma once

#include <QStringList>
#include <QWidget>

class QComboBox;

namespace tollgate::ui {

class SegmentedControl;
class Theme;

class EffortField : public QWidget
{
    Q_OBJECT
public:
    EffortField(const Theme &theme, QWidget *parent);

    // What the model has; empty: not known, then the usual three.
    void setLevels(const QStringList &levels);
    QString current() const { return m_current; }
    void setCurrent(const QString &level); // does not emit; a level the model lacks is kept and shown

Q_SIGNALS:
    void chosen(); // by the user

private:
    void show();
    SegmentedControl *m_segments;
    QComboBox *m_list;
    QStringList m_levels;
    QString m_current;
};

} // namespace tollgate::ui
