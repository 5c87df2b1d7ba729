#include "ui/shell/shortcutsdialog.h"

#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace tollgate::ui {

QString keysText(const QKeySequence &keys)
{
    return keys.toString(QKeySequence::NativeText).replace(QStringLiteral("Return"), QStringLiteral("Enter"));
}

ShortcutsDialog::ShortcutsDialog(const Theme &theme, const QList<ShortcutGroup> &groups, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(12);
    column->addWidget(new SafeLabel(theme, windowTitle(), FontRole::Title, "text.primary", QFont::DemiBold, this));
    auto *list = new QWidget;
    auto *grid = new QGridLayout(list);
    grid->setContentsMargins(0, 0, 12, 0);
    grid->setHorizontalSpacing(32);
    grid->setVerticalSpacing(5);
    int row = 0;
    for (const ShortcutGroup &group : groups) {
        if (group.rows.isEmpty())
            continue;
        if (row)
            grid->setRowMinimumHeight(row++, 8);
        grid->addWidget(new SafeLabel(theme, group.title, FontRole::Body, "text.primary", QFont::DemiBold, list), row++, 0, 1, 2);
        for (const auto &[what, keys] : group.rows) {
            auto *label = new SafeLabel(theme, what, FontRole::Body, "text.secondary", QFont::Normal, list);
            label->setAccessibleName(what + QStringLiteral(": ") + keys);
            grid->addWidget(label, row, 0);
            grid->addWidget(new SafeLabel(theme, keys, FontRole::Body, "text.primary", QFont::Normal, list), row++, 1);
        }
    }
    grid->setColumnStretch(0, 1);
    auto *area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(list);
    list->setAutoFillBackground(false);
    area->viewport()->setAutoFillBackground(false);
    column->addWidget(area, 1);
    auto *close = new Button(theme, tr("Close"), ButtonKind::Default, {}, this);
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(close);
    column->addLayout(buttons);
    resize(480, 560);
}

} // namespace tollgate::ui
