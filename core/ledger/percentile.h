// Exact percentiles by nearest rank: the smallest value that at least `percent` of the values do not exceed.
#pragma once

#include <QtGlobal>

#include <algorithm>
#include <optional>
#include <vector>

namespace tollgate {

// Microseconds in (reordered), milliseconds out, rounded half up. Empty: no values.
inline std::optional<qint64> percentileMs(std::vector<qint64> &microseconds, int percent)
{
    if (microseconds.empty())
        return std::nullopt;
    const size_t rank = (microseconds.size() * size_t(percent) + 99) / 100;
    const auto at = microseconds.begin() + qsizetype(std::max<size_t>(rank, 1) - 1);
    std::nth_element(microseconds.begin(), at, microseconds.end());
    return (*at + 500) / 1000;
}

} // namespace tollgate
