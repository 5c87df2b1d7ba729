#include "core/ledger/figures.h"

#include "core/ledger/counting.h"

#include <QDateTime>

#include <algorithm>

namespace tollgate {

namespace {

// Each answer takes this share of the weight of those before: about the last twenty count.
constexpr double fading = 0.95;
constexpr double ratioLimit = 4;

} // namespace

Result<void> DayCounter::load(Database &database)
{
    const QDate day = QDateTime::fromMSecsSinceEpoch(m_clock.wallMs()).date();
    const qint64 start = day.startOfDay().toMSecsSinceEpoch();
    const qint64 end = day.addDays(1).startOfDay().toMSecsSinceEpoch();
    auto statement = database.prepare("SELECT count(*), sum(failure IS NOT NULL AND failure NOT IN (?3, ?4, ?5)), sum(cache = ?6), sum(cache = ?7),"
                                      "sum(cost_nano), sum(saved_cache_nano), sum(chargeable AND cost_state = ?8)"
                                      " FROM requests WHERE accepted_ms >= ?1 AND accepted_ms < ?2");
    if (!statement)
        return statement.error();
    statement->bind(1, start).bind(2, end).bind(3, qint64(FailureKind::Cancelled)).bind(4, qint64(FailureKind::Budget));
    statement->bind(5, qint64(FailureKind::Queued)).bind(6, qint64(CacheOutcome::Hit)).bind(7, qint64(CacheOutcome::Miss));
    statement->bind(8, qint64(CostState::Unpriced));
    if (auto row = statement->step(); !row)
        return row.error();
    const std::lock_guard lock(m_mutex);
    m_start = start;
    m_end = end;
    m_figures = {statement->integer(0), statement->integer(1), statement->integer(2), statement->integer(3),
                 Money::fromNanoUsd(statement->integer(4)), Money::fromNanoUsd(statement->integer(5)), statement->integer(6)};
    return {};
}

bool DayCounter::add(const RequestRecord &record)
{
    const qint64 now = m_clock.wallMs();
    const std::lock_guard lock(m_mutex);
    if (now < m_start || now >= m_end)
        return true;
    if (record.acceptedWallMs < m_start || record.acceptedWallMs >= m_end)
        return false;
    ++m_figures.requests;
    m_figures.errors += isError(record.failure) ? 1 : 0;
    m_figures.cacheHits += record.cache == CacheOutcome::Hit ? 1 : 0;
    m_figures.cacheMisses += record.cache == CacheOutcome::Miss ? 1 : 0;
    m_figures.cost += record.cost.amount.value_or(Money());
    m_figures.saved += record.savedByCache.value_or(Money());
    m_figures.unpriced += record.cost.state == CostState::Unpriced && isChargeable(record) ? 1 : 0;
    return false;
}

DayFigures DayCounter::today() const
{
    const qint64 now = m_clock.wallMs();
    const std::lock_guard lock(m_mutex);
    return now >= m_start && now < m_end ? m_figures : DayFigures();
}

Result<void> EstimateRatios::load(Database &database)
{
    auto statement = database.prepare("SELECT model, uncached_input + cached_input + cache_write + cache_write_1h, estimated_input FROM"
                                      " (SELECT * FROM requests ORDER BY id DESC LIMIT 2000) WHERE estimated_input > 0 AND usage_present"
                                      " AND NOT usage_estimated AND failure IS NULL AND cache NOT IN (?1, ?2)"
                                      // Several attempts may have used the prompt several times.
                                      " AND NOT EXISTS (SELECT 1 FROM attempts WHERE request = id AND n > 1) ORDER BY id");
    if (!statement)
        return statement.error();
    statement->bind(1, qint64(CacheOutcome::Hit)).bind(2, qint64(CacheOutcome::Coalesced));
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return {};
        addSums(statement->text(0), statement->integer(1), statement->integer(2));
    }
}

void EstimateRatios::add(const RequestRecord &record, qint64 estimatedInputTokens)
{
    const bool counted = estimatedInputTokens > 0 && record.usage.present && !record.usage.estimated && !record.failure;
    if (counted && record.attempts.size() == 1 && isProviderAnswer(record.cache))
        addSums(record.model, record.usage.inputTokens(), estimatedInputTokens);
}

void EstimateRatios::addSums(const QString &model, qint64 actual, qint64 estimated)
{
    if (actual <= 0)
        return;
    const std::lock_guard lock(m_mutex);
    Sums &sums = m_models[model];
    sums.actual = sums.actual * fading + double(actual);
    sums.estimated = sums.estimated * fading + double(estimated);
}

double EstimateRatios::ratio(const QString &model) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_models.constFind(model);
    return found == m_models.cend() ? 1.0 : std::clamp(found->actual / found->estimated, 1 / ratioLimit, ratioLimit);
}

} // namespace tollgate
