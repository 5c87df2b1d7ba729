// Streams a 200,000 token answer of Markdown into the response column and reports how long the event loop stood still.
// Usage: bench_ui_stream [runs] (default 3). Prints one line per run and the medians.
#include "ui/playground/longtextview.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responseview.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace tollgate;
using namespace tollgate::ui;

namespace {

constexpr int tokens = 200'000;
constexpr int batchMs = 10; // the engine delivers what came since the last turn of its loop

QStringList makeTokens()
{
    const QStringList words = {QStringLiteral("the "), QStringLiteral("latency "), QStringLiteral("of "), QStringLiteral("**each** "),
                               QStringLiteral("request "), QStringLiteral("`cache` "), QStringLiteral("budget "), QStringLiteral("is "),
                               QStringLiteral("measured "), QStringLiteral("in "), QStringLiteral("milliseconds "), QStringLiteral("and ")};
    QRandomGenerator random(7);
    QStringList out;
    int line = 0;
    while (out.size() < tokens) {
        const int kind = random.bounded(12);
        if (kind == 0)
            out << QStringLiteral("\n\n## Heading\n\n");
        else if (kind == 1)
            for (int i = 0; i < 6; ++i)
                out << QStringLiteral("\n- ") << words[random.bounded(int(words.size()))] << words[random.bounded(int(words.size()))];
        else if (kind == 2)
            out << QStringLiteral("\n\n```cpp\nint x = ") << QString::number(line++) << QStringLiteral(";\nreturn x;\n```\n\n");
        else if (kind == 3)
            out << QStringLiteral("\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n");
        for (int i = random.bounded(60); i > 0; --i)
            out << words[random.bounded(int(words.size()))];
        out << QStringLiteral(".\n\n");
    }
    return out.mid(0, tokens);
}

struct Turns {
    double maxGap = 0; // ms, wall clock
    double p99 = 0;
    double maxCpu = 0; // ms of this thread's CPU time: what remains when other programs use the machine
};

struct Run {
    double totalMs = 0;
    Turns stream;
    double markdownMs = 0;
    Turns markdown;
};

double threadCpuMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// Runs the event loop until `done`, measuring the time between two turns of a zero timer.
template <class Done>
Turns turns(Done done)
{
    Turns out;
    std::vector<double> gaps;
    double cpu = threadCpuMs();
    QElapsedTimer since;
    since.start();
    while (!done()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
        gaps.push_back(double(since.nsecsElapsed()) / 1e6);
        since.restart();
        out.maxCpu = qMax(out.maxCpu, threadCpuMs() - cpu);
        cpu = threadCpuMs();
    }
    std::sort(gaps.begin(), gaps.end());
    out.maxGap = gaps.back();
    out.p99 = gaps[gaps.size() * 99 / 100];
    return out;
}

Run measure(const Theme &theme, const QStringList &pieces, int tokensPerBatch)
{
    ResponseView view(theme, nullptr);
    view.resize(640, 800);
    view.show();
    QCoreApplication::processEvents();
    view.begin();
    QElapsedTimer total;
    total.start();
    qsizetype next = 0;
    QTimer feed;
    QObject::connect(&feed, &QTimer::timeout, &view, [&] {
        QList<Delta> batch;
        for (int i = 0; i < tokensPerBatch && next < pieces.size(); ++i)
            batch.append(Delta{Delta::Kind::Text, pieces[next++], 0, {}, {}});
        view.add(batch);
        if (next >= pieces.size()) {
            feed.stop();
            Outcome outcome;
            outcome.completion.text = view.text();
            outcome.completion.complete = true;
            view.finish(outcome, {});
        }
    });
    feed.start(batchMs);
    Run result;
    result.stream = turns([&] { return next >= pieces.size() && !view.plain().isBehind(); });
    result.totalMs = double(total.nsecsElapsed()) / 1e6;
    total.restart();
    view.setView(ResponseView::Markdown);
    result.markdown = turns([&] { return !view.markdown().isBehind(); });
    result.markdownMs = double(total.nsecsElapsed()) / 1e6;
    return result;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const Theme theme(app);
    const int runs = argc > 1 ? qMax(1, atoi(argv[1])) : 3;
    const QStringList pieces = makeTokens();
    qsizetype characters = 0;
    for (const QString &piece : pieces)
        characters += piece.size();
    std::printf("%d tokens, %.0f KB, batches every %d ms\n", tokens, double(characters) / 1024, batchMs);
    std::printf("tokens/batch   stream ms   max gap   p99 gap   max CPU | Markdown ms   max gap   max CPU\n");
    const auto line = [](const char *what, double total, const Turns &a, double markdown, const Turns &b) {
        std::printf("%12s %11.0f %9.1f %9.1f %9.1f | %11.0f %9.1f %9.1f\n", what, total, a.maxGap, a.p99, a.maxCpu, markdown, b.maxGap, b.maxCpu);
    };
    for (const int batch : {50, 400}) { // 5,000 and 40,000 tokens a second
        std::vector<double> columns[7];
        for (int i = 0; i < runs; ++i) {
            const Run r = measure(theme, pieces, batch);
            const double values[] = {r.totalMs,    r.stream.maxGap,   r.stream.p99,     r.stream.maxCpu,
                                     r.markdownMs, r.markdown.maxGap, r.markdown.maxCpu};
            for (size_t column = 0; column < 7; ++column)
                columns[column].push_back(values[column]);
            line(qPrintable(QString::number(batch)), r.totalMs, r.stream, r.markdownMs, r.markdown);
        }
        Turns stream{median(columns[1]), median(columns[2]), median(columns[3])};
        Turns markdown{median(columns[5]), 0, median(columns[6])};
        line("median", median(columns[0]), stream, median(columns[4]), markdown);
    }
    return 0;
}
