// Questions to the kernel that Qt's sockets do not answer.
#pragma once

#include <QByteArrayView>

namespace tollgate {

// True when a read would find neither bytes nor the end of the stream. Does not block and takes nothing.
bool isSilent(qintptr descriptor);

// Hands bytes to the kernel without blocking: how many it took, 0 also when the socket is broken (its next use by Qt tells how).
qsizetype writeNow(qintptr descriptor, QByteArrayView bytes);

// Tells how a TCP stream ended. Qt reports a reset like an orderly end, which would make a cut body without length look whole.
// It holds a second descriptor of the socket from watch() to forget(), so the socket must be closed together with it.
class EndWitness
{
public:
    EndWitness() = default;
    ~EndWitness() { forget(); }
    EndWitness(const EndWitness &) = delete;
    EndWitness &operator=(const EndWitness &) = delete;

    void watch(qintptr descriptor);
    void forget();
    // True when the watched socket was reset and not ended; false when that is unknown.
    bool sawReset() const;

private:
    int m_descriptor = -1;
};

} // namespace tollgate
