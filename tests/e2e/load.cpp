#include "tests/e2e/load.h"

#include "app/application.h"
#include "core/engine/engine.h"

#include <QCoreApplication>

#include <cstdio>
#include <unistd.h>

namespace tollgate::test {

namespace {

class Load
{
public:
    Load(Engine &engine, QString provider, int count) : m_engine(engine), m_provider(std::move(provider)), m_left(count) {}

    void sendNext()
    {
        if (m_left == 0) {
            if (m_running == 0)
                QCoreApplication::quit();
            return;
        }
        --m_left;
        ++m_running;
        ChatRequest request;
        request.provider = m_provider;
        Message message;
        message.text = QStringLiteral("load %1 %2").arg(::getpid()).arg(m_left);
        request.messages = {message};
        request.stream = m_left % 2 == 0;
        request.cache = CachePolicy::Use;
        Call *call = m_engine.send(std::move(request)).release();
        QObject::connect(call, &Call::finished, call, [this, call](const Outcome &outcome) {
            // One write(2): a kill cannot tear it apart from its acknowledgement.
            const QByteArray line = QByteArray::number(outcome.record.id.value) + '\n';
            [[maybe_unused]] const ssize_t written = ::write(1, line.constData(), size_t(line.size()));
            call->deleteLater();
            --m_running;
            sendNext();
        });
    }

private:
    Engine &m_engine;
    QString m_provider;
    int m_left;
    int m_running = 0;
};

} // namespace

int runLoad(const QString &profile, const QString &provider, int count, int parallel)
{
    const auto app = app::Application::open(app::ProfilePaths::at(profile), app::Application::EngineThread::Calling);
    if (!app) {
        std::fprintf(stderr, "%s\n", qPrintable(app.error().text()));
        return 9;
    }
    Load load((*app)->engine(), provider, count);
    for (int i = 0; i < parallel; ++i)
        load.sendNext();
    return QCoreApplication::exec();
}

} // namespace tollgate::test
