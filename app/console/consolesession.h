// One profile open in the console: application, owner's socket, main window; destroyed in the opposite order.
#pragma once

#include "app/profile.h"

#include <memory>

class QWidget;

namespace tollgate::ui {
class Theme;
}

namespace tollgate::app {

class ConsoleSession
{
public:
    static constexpr int switchProfileCode = 1000;

    static Result<std::unique_ptr<ConsoleSession>> open(const ProfilePaths &paths, ui::Theme &theme);
    ~ConsoleSession();

    // Shows the window and runs the event loop; switchProfileCode when the user chose the other profile.
    int run();
    bool wantsDemo() const;
    QWidget &window();

private:
    ConsoleSession();
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate::app
