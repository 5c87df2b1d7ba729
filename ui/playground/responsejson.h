// An answer as JSON text, for the Raw JSON view. Pure.
#pragma once

#include "core/engine/call.h"

namespace tollgate::ui {

QByteArray responseJson(const Outcome &outcome);

} // namespace tollgate::ui
