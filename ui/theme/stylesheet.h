// The one style sheet: a template with @token@ placeholders, filled from the tokens. Pure.
#pragma once

#include "ui/theme/tokens.h"

#include <QString>

namespace tollgate::ui {

struct StyleSizes { // px, borders included
    int control = 28;
    int controlSmall = 24;
    int row = 26;
    int small = 12; // text sizes
    int body = 13;
    int title = 15;
};

// Every placeholder must name a colour token or a size; what is left over is an assertion.
QString buildStyleSheet(const Tokens &tokens, bool dark, const StyleSizes &sizes, bool strong = false);

} // namespace tollgate::ui
