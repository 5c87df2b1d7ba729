// From the provider's write to the screen: the console with its engine on its own thread, a provider in another process that streams the
// moments of its writes, and a look at what each painted frame of the answer shows.
#include "app/console/consolesession.h"
#include "tests/bench/measure.h"
#include "tests/support/cliprocess.h"
#include "tests/support/upstreamprocess.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/playgroundpage.h"
#include "ui/playground/promptedit.h"
#include "ui/playground/responsebrowser.h"
#include "ui/playground/responseview.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QPaintEvent>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace tollgate;

namespace {

// Notes when a stamp is in the document at the end of a paint for the first time.
class PaintWatch final : public QObject
{
public:
    explicit PaintWatch(QTextBrowser &browser) : m_browser(browser) { browser.viewport()->installEventFilter(this); }

    std::vector<double> first, later; // ms
    void newRun() { m_seen.clear(); }

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::Paint || watched != m_browser.viewport())
            return false;
        const QString shown = m_browser.toPlainText();
        watched->removeEventFilter(this);
        QCoreApplication::sendEvent(watched, event); // paints
        watched->installEventFilter(this);
        const qint64 now = test::monotonicNs();
        for (const QString &word : shown.split(u' ', Qt::SkipEmptyParts)) {
            const qint64 stamp = word.toLongLong();
            if (stamp < 1'000'000 || !m_seen.insert(stamp).second)
                continue;
            (m_seen.size() == 1 ? first : later).push_back(double(now - stamp) / 1e6);
        }
        return true;
    }

private:
    QTextBrowser &m_browser;
    std::set<qint64> m_seen;
};

} // namespace

int main(int argc, char **argv)
{
    const test::UpstreamProcess upstream;
    QApplication app(argc, argv);
    const QTemporaryDir folder;
    const QString profile = folder.filePath(QStringLiteral("profile"));
    const test::CliResult added =
        test::runCli({QStringLiteral("--profile"), profile, QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("stamp"), QStringLiteral("--type"),
                      QStringLiteral("openai-compatible"), QStringLiteral("--base-url"), upstream.baseUrl("stamp"), QStringLiteral("--default-model"), QStringLiteral("m")});
    if (added.exitCode != 0)
        qFatal("%s", added.err.constData());
    ui::Theme theme(app);
    auto session = app::ConsoleSession::open(app::ProfilePaths::at(profile), theme);
    if (!session)
        qFatal("%s", qPrintable(session.error().text()));
    QWidget &window = (*session)->window();
    window.resize(1440, 900);
    window.show();
    if (!QTest::qWaitForWindowActive(&window))
        qFatal("no window");
    auto *page = window.findChild<ui::PlaygroundPage *>();
    auto *browser = window.findChild<ui::ResponseBrowser *>();
    PaintWatch watch(*browser);
    for (int round = 0; round < 25; ++round) {
        Message message;
        message.text = QStringLiteral("stamp %1").arg(round);
        page->messages().setMessages({message});
        page->messages().focusMessage(0);
        watch.newRun();
        QTest::keyClick(&page->messages().card(0)->edit(), Qt::Key_Return, Qt::ControlModifier);
        QElapsedTimer patience;
        patience.start();
        while (page->response().stateText() != u"Done" && patience.elapsed() < 10'000)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
    }
    bench::printHead("Provider's write to painted frame, 25 answers of 100 pieces 2 ms apart");
    bench::printRow("first token", watch.first, "ms", "<= 40 (max)");
    bench::printRow("later tokens", watch.later, "ms");
    std::printf("%-58s %10.2f %32s  <= 60\n", "later tokens, p99", bench::quantile(watch.later, 0.99), "ms");
    return 0;
}
