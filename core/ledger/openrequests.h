// Attempts in the journal whose request has not settled: they hold the journal back from being folded. Engine thread.
#pragma once

#include "core/ledger/records.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollgate {

class OpenRequests
{
public:
    struct Ended {
        qint64 estimatedInputTokens = 0;
        bool inTables = false; // some of its attempts were moved out
    };

    void add(const AttemptIntent &intent, quint64 sequence)
    {
        m_requests[intent.request.value].held.push_back(intent);
        m_order.emplace_back(sequence, intent.request.value);
    }

    Ended end(RequestId request)
    {
        const auto found = m_requests.find(request.value);
        if (found == m_requests.end())
            return {};
        const Ended ended{found->second.held.empty() ? found->second.estimate : found->second.held.back().estimatedInputTokens,
                          found->second.inTables};
        m_requests.erase(found);
        while (!m_order.empty() && !isHeld(m_order.front().second))
            m_order.pop_front();
        return ended;
    }

    // The oldest sequence that must stay in the journal; a number beyond all when there is none.
    quint64 firstHeld() const { return m_order.empty() ? none : m_order.front().first; }

    // Gives up what was journaled before `sequence`; the caller puts it into the tables.
    std::vector<AttemptIntent> moveOut(quint64 sequence)
    {
        std::vector<AttemptIntent> moved;
        while (!m_order.empty() && (m_order.front().first < sequence || !isHeld(m_order.front().second))) {
            const auto found = m_requests.find(m_order.front().second);
            m_order.pop_front();
            if (found == m_requests.end() || found->second.held.empty())
                continue;
            // All of the request at once: its later attempts may stay in the journal too, a replay knows both.
            Open &open = found->second;
            open.estimate = open.held.back().estimatedInputTokens;
            open.inTables = true;
            std::move(open.held.begin(), open.held.end(), std::back_inserter(moved));
            open.held.clear();
        }
        return moved;
    }

private:
    struct Open {
        std::vector<AttemptIntent> held;
        qint64 estimate = 0;
        bool inTables = false;
    };
    bool isHeld(qint64 request) const
    {
        const auto found = m_requests.find(request);
        return found != m_requests.end() && !found->second.held.empty();
    }

    static constexpr quint64 none = std::numeric_limits<quint64>::max() / 2;
    std::unordered_map<qint64, Open> m_requests;
    std::deque<std::pair<quint64, qint64>> m_order; // sequence and request, oldest first; ended ones are dropped lazily
};

} // namespace tollgate
