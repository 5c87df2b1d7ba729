// A line of chips (stop sequences, tags) with a field that adds more. Enter or a comma adds, Backspace in the empty field removes the last.
#pragma once

#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QFrame>
#include <QLineEdit>
#include <QStringList>

#include <functional>
#include <optional>

namespace tollgate::ui {

// One chip: a text and a cross. Delete, Backspace or a click remove it.
class Chip : public QAbstractButton
{
    Q_OBJECT
public:
    Chip(const Theme &theme, const QString &text, bool mono, QWidget *parent = nullptr);
    QSize sizeHint() const override;

Q_SIGNALS:
    void removeRequested();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QFont textFont() const;
    const Theme &m_theme;
    bool m_mono;
};

class ChipEdit : public QFrame
{
    Q_OBJECT
public:
    ChipEdit(const Theme &theme, const QString &accessibleName, QWidget *parent = nullptr);

    QStringList values() const { return m_values; }
    void setValues(const QStringList &values); // does not emit
    void setMaximum(int count);                // the field hides when it is reached
    void setMono(bool on) { m_mono = on; }
    void setCommaAdds(bool on) { m_commaAdds = on; }
    void setPlaceholderText(const QString &text);
    // Says what is wrong with a new value, or nothing. Wrong values stay in the field, marked, with the reason as tooltip.
    void setCheck(std::function<std::optional<QString>(const QString &)> check) { m_check = std::move(check); }
    QLineEdit *field() const { return m_field; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

Q_SIGNALS:
    void changed(const QStringList &values);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    void rebuild();
    int place(int width, bool apply) const; // lays chips out in lines; returns the height
    bool addFromField();
    void removeAt(qsizetype index);
    const Theme &m_theme;
    QLineEdit *m_field;
    QStringList m_values;
    QList<Chip *> m_chips;
    int m_maximum = 64;
    bool m_mono = false;
    bool m_commaAdds = false;
    std::function<std::optional<QString>(const QString &)> m_check;
};

} // namespace tollgate::ui
