// A search line: magnifier at the left, shortcut hint at the right, one signal after 150 ms of rest. Esc empties it.
#pragma once

#include "ui/theme/theme.h"

#include <QKeySequence>
#include <QLineEdit>
#include <QTimer>

namespace tollgate::ui {

class SearchField : public QLineEdit
{
    Q_OBJECT
public:
    SearchField(const Theme &theme, const QString &placeholder, const QKeySequence &shortcutHint = {}, QWidget *parent = nullptr);

Q_SIGNALS:
    void searchChanged(const QString &text);

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    const Theme &m_theme;
    QString m_hint;
    QTimer m_rest;
};

} // namespace tollgate::ui
