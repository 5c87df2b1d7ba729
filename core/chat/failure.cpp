#include "core/chat/failure.h"

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

using enum FailureKind;
using R = RetryRule;
using B = BreakerEffect;

// In the order of FailureKind, so that a kind is its own index.
// "As usage says" and "estimated from what came" are Billed here: the settling code prices the tokens it knows of, and a row
// without any costs nothing.
constexpr std::array<FailureRule, failureKindCount> rules{{
    {Usage, "usage", R::Never, B::Ignored, Billing::None, 2},
    {Storage, "storage", R::Never, B::Ignored, Billing::None, 9},
    {Budget, "budget", R::Never, B::Ignored, Billing::None, 6},
    {BreakerOpen, "breakerOpen", R::NextTarget, B::Ignored, Billing::None, 7},
    {NoKey, "noKey", R::Never, B::BlocksKey, Billing::None, 4},
    {BadKey, "badKey", R::Never, B::BlocksKey, Billing::PresumedUnbilled, 4},
    {Quota, "quota", R::Never, B::BlocksQuota, Billing::PresumedUnbilled, 5},
    {RateLimited, "rateLimited", R::Always, B::Ignored, Billing::PresumedUnbilled, 5},
    {Overloaded, "overloaded", R::Always, B::Counts, Billing::PresumedUnbilled, 7},
    {ServerError, "serverError", R::Once, B::Counts, Billing::PresumedUnbilled, 7},
    {Rejected, "rejected", R::Never, B::Ignored, Billing::None, 3},
    {Filtered, "filtered", R::Never, B::Ignored, Billing::Billed, 3},
    {Unreachable, "unreachable", R::Always, B::Counts, Billing::None, 7},
    {Certificate, "certificate", R::Never, B::Counts, Billing::None, 7},
    {Ambiguous, "ambiguous", R::Never, B::Counts, Billing::Unconfirmed, 7},
    {Incomplete, "incomplete", R::Never, B::Counts, Billing::Billed, 7},
    {Protocol, "protocol", R::Never, B::Counts, Billing::Unconfirmed, 7},
    {Cancelled, "cancelled", R::Never, B::Ignored, Billing::Billed, 8},
    {Queued, "queued", R::Never, B::Success, Billing::Unconfirmed, 0},
}};

constexpr bool inOrder()
{
    for (size_t i = 0; i < rules.size(); ++i) {
        if (size_t(rules[i].kind) != i)
            return false;
    }
    return true;
}
static_assert(inOrder());

constexpr const char *billingNames[] = {"none", "billed", "presumed_unbilled", "unconfirmed"};
constexpr const char *phaseNames[] = {"route", "cache",     "reserve", "gate",   "connect",
                                      "tls",   "send",      "firstByte", "stream", "settle"};

} // namespace

const FailureRule &ruleOf(FailureKind kind)
{
    return rules[size_t(kind)];
}

QString failureName(FailureKind kind)
{
    return QString::fromLatin1(ruleOf(kind).name);
}

std::optional<FailureKind> failureFromName(QStringView name)
{
    const auto found =
        std::find_if(rules.begin(), rules.end(), [name](const FailureRule &r) { return name == QLatin1String(r.name); });
    return found == rules.end() ? std::nullopt : std::optional(found->kind);
}

QString phaseName(Phase phase)
{
    return QString::fromLatin1(phaseNames[size_t(phase)]);
}

QString billingName(Billing value)
{
    return QString::fromLatin1(billingNames[size_t(value)]);
}

std::optional<Billing> billingFromName(QStringView name)
{
    for (size_t i = 0; i < std::size(billingNames); ++i) {
        if (name == QLatin1String(billingNames[i]))
            return Billing(i);
    }
    return std::nullopt;
}

} // namespace tollgate
