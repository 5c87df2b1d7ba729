// Numbers as ui.md section 5 shows them. Missing is an en dash, never 0. Pure.
#pragma once

#include "core/base/money.h"

#include <QString>

#include <optional>

namespace tollgate::ui {

QString formatWhole(qint64 value);                         // 1,048,576
QString formatCount(std::optional<qint64> value);           // 7,204  18.4k  1.72M
QString formatMoneyTotal(std::optional<Money> value);       // $14.86
QString formatMoneyPerRequest(std::optional<Money> value);  // $0.0042, $0 for zero
QString formatMoneyExact(std::optional<Money> value);       // every decimal that is not zero, at least 4
QString formatDurationMs(std::optional<double> ms);         // 412 ms  1.84 s  30.0 s  1 h 28 min
QString formatRatio(std::optional<double> ratio);           // 0.317 -> 31.7%
QString formatBytes(qint64 bytes);                          // 12.4 MiB

} // namespace tollgate::ui
