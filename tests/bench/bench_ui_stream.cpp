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

struct Run {
    double totalMs = 0;
    double maxGap = 0;
    double p99 = 0;
    double markdownMs = 0;
    double markdownGap = 0;
};

// Runs the event loop until `done`, measuring the time between two turns of a zero timer.
template <class Done>
std::vector<double> turns(Done done)
{
    std::vector<double> gaps;
    QElapsedTimer since;
    since.start();
    while (!done()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
        gaps.push_back(double(since.nsecsElapsed()) / 1e6);
        since.restart();
    }
    std::sort(gaps.begin(), gaps.end());
    return gaps;
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
    const auto gaps = turns([&] { return next >= pieces.size() && !view.plain().isBehind(); });
    result.totalMs = double(total.nsecsElapsed()) / 1e6;
    result.maxGap = gaps.back();
    result.p99 = gaps[gaps.size() * 99 / 100];
    total.restart();
    view.setView(ResponseView::Markdown);
    const auto more = turns([&] { return !view.markdown().isBehind(); });
    result.markdownMs = double(total.nsecsElapsed()) / 1e6;
    result.markdownGap = more.back();
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
    std::printf("tokens/batch      total ms   max gap ms   p99 gap ms   Markdown ms   its max gap ms\n");
    for (const int batch : {50, 400}) { // 5,000 and 40,000 tokens a second
        std::vector<double> total, gap, p99, markdown, markdownGap;
        for (int i = 0; i < runs; ++i) {
            const Run r = measure(theme, pieces, batch);
            total.push_back(r.totalMs);
            gap.push_back(r.maxGap);
            p99.push_back(r.p99);
            markdown.push_back(r.markdownMs);
            markdownGap.push_back(r.markdownGap);
            std::printf("%12d %13.0f %12.1f %12.1f %13.0f %16.1f\n", batch, r.totalMs, r.maxGap, r.p99, r.markdownMs, r.markdownGap);
        }
        std::printf("%8d med %13.0f %12.1f %12.1f %13.0f %16.1f\n", batch, median(total), median(gap), median(p99), median(markdown),
                    median(markdownGap));
    }
    return 0;
}
