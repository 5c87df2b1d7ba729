#include "ui/shell/pages.h"

#include "ui/playground/playgroundpage.h"
#include "ui/settings/settingspage.h"

#include <QCoreApplication>

namespace tollgate::ui {

QList<PageSpec> builtPages()
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("Pages", text); };
    return {
        {QStringLiteral("playground"), tr("Playground"), QStringLiteral("nav-playground"), false,
         [](Services &services, QWidget *parent) -> QWidget * { return new PlaygroundPage(services, parent); }},
        {QStringLiteral("settings"), tr("Settings"), QStringLiteral("nav-settings"), true,
         [](Services &services, QWidget *parent) -> QWidget * { return new SettingsPage(services, parent); }},
    };
}

} // namespace tollgate::ui
