// The pages that exist, in the order of the rail.
#pragma once

#include "ui/shell/services.h"

#include <QList>
#include <QString>

#include <functional>

class QWidget;

namespace tollgate::ui {

struct PageSpec {
    QString id;       // "playground"
    QString title;
    QString iconName; // of resources/icons
    bool bottom = false;
    std::function<QWidget *(Services &, QWidget *parent)> make;
};

QList<PageSpec> builtPages();

} // namespace tollgate::ui
