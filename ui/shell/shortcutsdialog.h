// F1: every shortcut that works now, by place.
#pragma once

#include "ui/theme/theme.h"

#include <QDialog>
#include <QKeySequence>

namespace tollgate::ui {

struct ShortcutGroup {
    QString title;
    QList<std::pair<QString, QString>> rows; // what, keys as text
};

class ShortcutsDialog : public QDialog
{
    Q_OBJECT
public:
    ShortcutsDialog(const Theme &theme, const QList<ShortcutGroup> &groups, QWidget *parent);
};

// "Ctrl+Enter" as printed on buttons.
QString keysText(const QKeySequence &keys);

} // namespace tollgate::ui
