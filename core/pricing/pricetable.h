// Prices with dates, and what a usage costs at them. Values only; any thread. Rules: prices.md "The cost rule".
#pragma once

#include "core/base/money.h"
#include "core/base/result.h"
#include "core/chat/usage.h"
#include "core/settings/providerconfig.h"

#include <QDate>
#include <QHash>
#include <QList>

#include <memory>
#include <optional>

namespace tollgate {

enum class CostState : quint8 { Priced, Estimated, Unpriced, Free };
QString costStateName(CostState state); // "priced", "estimated", "unpriced", "free"

struct RateSet {
    Rate input;
    Rate output;
    std::optional<Rate> cachedInput;
    std::optional<Rate> cacheWrite;
    std::optional<Rate> cacheWrite1h;
    std::optional<Rate> reasoning;
};

// A factor on the whole cost, such as 11/10 for OpenAI's regional hosts.
struct Multiplier {
    qint64 numerator = 1;
    qint64 denominator = 1;
    friend bool operator==(const Multiplier &, const Multiplier &) = default;
};

struct Price {
    QString provider; // "openai"
    QString model;
    RateSet rates; // standard, at the asked date and hour (peak hours included)
    std::optional<qint64> tierOver; // prompt tokens above which `tier` replaces everything
    RateSet tier;
    std::optional<RateSet> flex;
    std::optional<RateSet> priority;
    QHash<QString, Multiplier> regions; // what a regional host, place or speed multiplies by: "eu", "us", "fast"
    Multiplier multiplier;              // in force for this request; find(config) sets it
    bool local = false;     // self-hosted: free
    bool uncertain = false; // the second source disagrees
    bool user = false;      // set by the user
    std::optional<qint64> contextTokens;
    std::optional<qint64> maxOutputTokens;
    QString version; // names table and row, stored with each request: "2026-11-23" or "user 2026-11-24"
};

struct Cost {
    CostState state = CostState::Unpriced;
    std::optional<Money> amount;          // empty exactly when Unpriced
    Money savedByProviderCache;           // cached input against its full price
    QString priceVersion;
};

class PriceTable
{
public:
    // The table in resources, plus user rows from `userFile` when it exists. A broken user file is an error; the table without it
    // is usable: see builtIn().
    static Result<std::shared_ptr<const PriceTable>> load(const QString &userFile);
    static std::shared_ptr<const PriceTable> builtIn();
    // Parses rows of prices.json's format (for import and tests).
    static Result<std::shared_ptr<const PriceTable>> fromJson(QByteArrayView json, bool user);

    // Exact id, alias, id without a trailing date, provider wildcard, in this order (prices.json "match").
    std::optional<Price> find(const QString &provider, const QString &model, qint64 wallMs) const;
    // The same for a configured provider: a row of the user under its own id, else by priceProviderOf(), with the multiplier of its host's region.
    std::optional<Price> find(const ProviderConfig &config, const QString &model, qint64 wallMs) const;
    QList<Price> list(const QString &modelGlob, qint64 wallMs) const;
    QDate date() const; // "generated"

    class Data;
    explicit PriceTable(std::shared_ptr<const Data> data) : d(std::move(data)) {}

private:
    std::shared_ptr<const Data> d;
};

// The price provider of a configured provider, by its type and host: "openai", "mistral", "simulator", ...; empty where nobody
// knows whose prices hold, as with a proxy.
QString priceProviderOf(const ProviderConfig &config);

// What `usage` costs. `serviceTier` is words such as "priority" or "standard fast us": those that are regions of the price multiply.
// No price, or no usage at all: Unpriced. Estimated usage, or a rate that had to be guessed: Estimated. `providerCost` wins.
Cost costOf(const Usage &usage, const std::optional<Price> &price, const QString &serviceTier, std::optional<Money> providerCost = {});
// The most a request may cost: input estimate x 1.15, at the dearest input rate, + max output (the model's maximum when not given).
// Empty: unknown price.
std::optional<Money> worstCase(qint64 inputEstimate, std::optional<qint64> maxTokens, const std::optional<Price> &price);

} // namespace tollgate
