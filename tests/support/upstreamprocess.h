// A provider for benchmarks in a process of its own, so that its CPU time is not ours. It speaks the OpenAI wire on loopback:
// /json answers at once in one piece, /sse at once as a stream, /slow after 50 ms, /stamp as a stream whose pieces are the
// CLOCK_MONOTONIC nanoseconds at which they were written.
#pragma once

#include <QString>

#include <atomic>

namespace tollgate::test {

class UpstreamProcess
{
public:
    // Forks: to be made before QCoreApplication and any thread.
    UpstreamProcess();
    ~UpstreamProcess(); // ends the process
    UpstreamProcess(const UpstreamProcess &) = delete;
    UpstreamProcess &operator=(const UpstreamProcess &) = delete;

    QString baseUrl(const char *kind) const; // "json" -> "http://127.0.0.1:PORT/json/v1"
    quint16 port() const { return m_port; }
    int received() const { return m_received->load(); } // requests so far

private:
    [[noreturn]] void serve(int report, int lifeline);

    std::atomic<int> *m_received; // in memory shared by both processes
    int m_lifeline = -1;          // closed by us: the child leaves
    int m_child = 0;
    quint16 m_port = 0;
};

qint64 monotonicNs();

} // namespace tollgate::test
