// What a request costs in the ledger: intend() + settle() on the calling thread (the engine's), and the writer's CPU per row.
// Targets: 10 us and 20 us.
#include "core/async/clock.h"
#include "core/ledger/ledger.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <ctime>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace tollgate;

namespace {

RequestRecord typicalRecord(RequestId id)
{
    RequestRecord r;
    r.id = id;
    r.acceptedWallMs = 1'795'500'000'000 + id.value;
    r.provider = QStringLiteral("openai");
    r.model = QStringLiteral("gpt-4.1-mini");
    r.answeredModel = QStringLiteral("gpt-4.1-mini-2025-04-14");
    r.tags = {QStringLiteral("team=blue")};
    r.streamed = true;
    r.finishReason = QStringLiteral("stop");
    r.complete = true;
    r.usage = {1200, 300, 0, 0, 400, 0, false, true};
    r.rawUsage = "{\"prompt_tokens\":1500,\"completion_tokens\":400,\"total_tokens\":1900,\"prompt_tokens_details\":{\"cached_tokens\":300}}";
    r.cost = {CostState::Priced, Money::fromNanoUsd(1'150'000), Money::fromNanoUsd(90'000), QStringLiteral("2026-11-23")};
    r.serviceTier = QStringLiteral("default");
    r.responseId = QStringLiteral("chatcmpl-C0ffee0123456789abcdef");
    r.requestId = QStringLiteral("req_0123456789abcdef0123456789abcdef");
    r.firstContent = 350'000'000;
    r.settled = 2'100'000'000;
    r.decisions = {QStringLiteral("cache: miss"), QStringLiteral("attempt 1: answered")};
    AttemptRecord a;
    a.provider = r.provider;
    a.model = r.model;
    a.keyName = QStringLiteral("default");
    a.startedWallMs = r.acceptedWallMs;
    a.stamps = {1'000, 2'000, 3'000, -1, 5'000, 340'000'000, 345'000'000, -1, 350'000'000, 2'090'000'000, 2'095'000'000, true};
    a.httpStatus = 200;
    a.requestId = r.requestId;
    a.billing = Billing::Billed;
    a.limits.requests = {500, 499, r.acceptedWallMs + 120};
    a.limits.tokens = {200'000, 198'500, r.acceptedWallMs + 450};
    r.attempts = {a};
    return r;
}

AttemptIntent typicalIntent(RequestId id)
{
    AttemptIntent intent;
    intent.request = id;
    intent.startedWallMs = 1'795'500'000'000 + id.value;
    intent.provider = QStringLiteral("openai");
    intent.model = QStringLiteral("gpt-4.1-mini");
    intent.keyName = QStringLiteral("default");
    intent.reserved = Money::fromNanoUsd(2'000'000);
    intent.tags = {QStringLiteral("team=blue")};
    intent.estimatedInputTokens = 1'480;
    return intent;
}

double cpuOf(clockid_t clock)
{
    timespec time;
    clock_gettime(clock, &time);
    return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + qsizetype(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void waitForFlush(Ledger &ledger)
{
    QObject context;
    bool done = false;
    ledger.flush(&context, [&done](const Result<void> &) { done = true; });
    while (!done)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    constexpr int rounds = 21;
    constexpr int perRound = 5'000;
    QTemporaryDir folder;
    SystemClock clock;
    Ledger::Options options;
    options.path = folder.filePath(QStringLiteral("ledger.sqlite"));
    options.journalFolder = folder.filePath(QStringLiteral("journal"));
    auto ledger = Ledger::open(clock, options).value();
    std::vector<double> each;
    std::vector<double> engine;
    std::vector<double> writer;
    for (int round = 0; round < rounds; ++round) {
        std::vector<RequestRecord> records;
        std::vector<AttemptIntent> intents;
        for (int i = 0; i < perRound; ++i) {
            const RequestId id = ledger->nextId();
            records.push_back(typicalRecord(id));
            intents.push_back(typicalIntent(id));
        }
        const double processBefore = cpuOf(CLOCK_PROCESS_CPUTIME_ID);
        const double threadBefore = cpuOf(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < perRound; ++i) {
            QElapsedTimer timer;
            timer.start();
            if (!ledger->intend(intents[size_t(i)]) || !ledger->settle(std::move(records[size_t(i)])))
                return 1;
            each.push_back(double(timer.nsecsElapsed()) / 1e3);
        }
        const double threadUsed = cpuOf(CLOCK_THREAD_CPUTIME_ID) - threadBefore;
        waitForFlush(*ledger);
        const double threadAll = cpuOf(CLOCK_THREAD_CPUTIME_ID) - threadBefore;
        engine.push_back(threadUsed / perRound);
        writer.push_back((cpuOf(CLOCK_PROCESS_CPUTIME_ID) - processBefore - threadAll) / perRound);
    }
    std::sort(each.begin(), each.end());
    std::printf("%d requests\n", rounds * perRound);
    std::printf("intend + settle, calling thread   p50 %6.2f us   p99 %6.2f us   CPU %6.2f us   (target 10)\n", each[each.size() / 2],
                each[each.size() * 99 / 100], median(engine));
    std::printf("writer thread, CPU per request        %6.2f us                                 (target 20)\n", median(writer));
    return 0;
}
