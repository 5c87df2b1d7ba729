// The reservation hook of the road: asked before an attempt, told when a request settles. Until budgets exist it admits everything.
#pragma once

#include "core/base/money.h"
#include "core/chat/chatrequest.h"
#include "core/chat/failure.h"

#include <optional>

namespace tollgate {

class BudgetGuard
{
public:
    virtual ~BudgetGuard() = default;
    // A Failure (kind Budget) refuses. `worstCase` is empty when the price is unknown. Engine thread.
    virtual std::optional<Failure> reserve(const ChatRequest &request, std::optional<Money> worstCase) = 0;
    // Replaces the reservation by the truth; empty cost with `nothingSent` releases it.
    virtual void settle(const ChatRequest &request, std::optional<Money> reserved, std::optional<Money> cost, bool nothingSent) = 0;
};

class OpenGuard final : public BudgetGuard
{
public:
    std::optional<Failure> reserve(const ChatRequest &, std::optional<Money>) override { return {}; }
    void settle(const ChatRequest &, std::optional<Money>, std::optional<Money>, bool) override {}
};

} // namespace tollgate
