#include "app/console/raise.h"

#include "app/console/consolesession.h"
#include "app/ownerclient.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QLabel>
#include <QMessageBox>
#include <QTimer>

#include <cstdio>

namespace tollgate::app {

namespace {

constexpr qint64 ownerPatienceMs = 10'000;
constexpr int askAgainMs = 50;

class NoOutput final : public CommandOutput
{
    void out(const QByteArray &) override {}
    void err(const QByteArray &) override {}
};

} // namespace

bool raiseOwner(const ProfilePaths &paths)
{
    NoOutput output;
    OwnerClient client(paths, output);
    QEventLoop loop;
    bool raised = false;
    QObject::connect(&client, &OwnerClient::ended, &loop, [&](OwnerClient::Ending ending) {
        raised = ending == OwnerClient::Ending::Done;
        loop.quit();
    });
    QTimer::singleShot(1000, &loop, &QEventLoop::quit);
    client.raise();
    loop.exec();
    return raised;
}

Result<std::unique_ptr<ConsoleSession>> openOrRaise(const ProfilePaths &paths, ui::Theme &theme)
{
    QElapsedTimer since;
    since.start();
    for (;;) {
        if (raiseOwner(paths))
            return std::unique_ptr<ConsoleSession>();
        Result<std::unique_ptr<ConsoleSession>> session = ConsoleSession::open(paths, theme);
        if (session || session.error().kind != ErrorKind::Busy || since.elapsed() >= ownerPatienceMs)
            return session;
        QEventLoop pause;
        QTimer::singleShot(askAgainMs, &pause, &QEventLoop::quit);
        pause.exec();
    }
}

void sayStartProblem(const Error &error)
{
    std::fprintf(stderr, "tollgate: %s\n", qUtf8Printable(error.text()));
    QMessageBox box(QMessageBox::Critical, QStringLiteral("Tollgate"), error.what);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(error.why + (error.fix.isEmpty() ? QString() : QStringLiteral("\n\n") + error.fix));
    for (QLabel *label : box.findChildren<QLabel *>())
        label->setTextFormat(Qt::PlainText);
    box.exec();
}

} // namespace tollgate::app
