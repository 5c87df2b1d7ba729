// Figures kept up to date as rows are committed, so that asking costs a lock and no query.
#pragma once

#include "core/async/clock.h"
#include "core/ledger/records.h"
#include "core/store/database.h"

#include <QHash>

#include <mutex>

namespace tollgate {

// Sums of the local day it is now. load() and add() belong to the writer; today() to any thread.
class DayCounter
{
public:
    explicit DayCounter(Clock &clock) : m_clock(clock) {}

    // Reads the day from the rows; also after midnight and after the wall clock jumped.
    Result<void> load(Database &database);
    // True when the record belongs to another day than the one counted: load() again.
    bool add(const RequestRecord &record);
    DayFigures today() const;

private:
    Clock &m_clock;
    mutable std::mutex m_mutex;
    qint64 m_start = 0; // Unix ms, the end excluded
    qint64 m_end = 0;
    DayFigures m_figures;
};

// actual / estimated input tokens per model, recent answers weighing more.
class EstimateRatios
{
public:
    Result<void> load(Database &database);
    void add(const RequestRecord &record, qint64 estimatedInputTokens);
    double ratio(const QString &model) const; // 0.25 to 4; 1 when unknown

private:
    struct Sums {
        double actual = 0;
        double estimated = 0;
    };
    void addSums(const QString &model, qint64 actual, qint64 estimated);
    mutable std::mutex m_mutex;
    QHash<QString, Sums> m_models;
};

} // namespace tollgate
