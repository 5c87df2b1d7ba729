// Medians and tables for the benchmark programs.
#pragma once

#include <QByteArray>
#include <QStringList>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace tollgate::bench {

inline double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, size_t(q * double(values.size())))];
}
inline double median(const std::vector<double> &values) { return quantile(values, 0.5); }

// One line of a table: what, median, smallest, biggest, unit, and the promise it is held against.
inline void printRow(const char *what, const std::vector<double> &values, const char *unit, const char *promise = "")
{
    std::printf("%-58s %10.2f %10.2f %10.2f  %-8s %s\n", what, median(values), quantile(values, 0), quantile(values, 1), unit, promise);
    std::fflush(stdout);
}
inline void printHead(const char *title)
{
    std::printf("%s\n%-58s %10s %10s %10s  %-8s %s\n", title, "", "median", "min", "max", "unit", "promise");
}

} // namespace tollgate::bench
