// Randomness, injected: jitter and the simulator draw from it, tests seed it.
#pragma once

#include <QtGlobal>

namespace tollgate {

class Random
{
public:
    virtual ~Random() = default;
    // Uniform in [0, 1).
    virtual double unit() = 0;
};

// SplitMix64: small, seedable, equal on every platform. Not for secrets.
class SeededRandom final : public Random
{
public:
    explicit SeededRandom(quint64 seed) : m_state(seed) {}
    double unit() override
    {
        quint64 z = (m_state += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return double((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
    }

private:
    quint64 m_state;
};

} // namespace tollgate
