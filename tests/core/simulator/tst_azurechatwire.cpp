#include "core/simulator/azurechatwire.h"
#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr QByteArrayView classic("/openai/deployments/sim-large/chat/completions?api-version=2024-10-21");

} // namespace

class TstAzureChatWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsBothKindsOfAddress()
    {
        using Route = SimulatorWire::Route;
        const AzureChatWire wire;
        const auto route = [&wire](const char *method, const char *path, const char *query = "") {
            ServerRequest request;
            request.method = method;
            request.path = path;
            request.query = query;
            return wire.route(request);
        };
        QCOMPARE(route("POST", "/openai/v1/chat/completions"), Route::Chat);
        QCOMPARE(route("GET", "/openai/v1/chat/completions"), Route::NotAllowed);
        QCOMPARE(route("POST", "/openai/deployments/d/chat/completions", "api-version=2024-10-21"), Route::Chat);
        QCOMPARE(route("POST", "/openai/deployments/d/chat/completions"), Route::Other);
        QCOMPARE(route("POST", "/openai/deployments/d/chat/completions", "api-version=preview"), Route::Other);
        QCOMPARE(route("GET", "/openai/v1/models"), Route::Models);
        QCOMPARE(route("GET", "/openai/models", "x=1&api-version=2024-10-21"), Route::Models);
        QCOMPARE(route("GET", "/openai/models"), Route::Other);
        QCOMPARE(route("POST", "/v1/chat/completions"), Route::Other);
    }

    void answersForTheDeploymentOfItsAddress()
    {
        SimulatorFixture simulator;
        const Reply reply = simulator.askRaw(simulator.request(chatBody("anything"), {}, classic));
        QCOMPARE(reply.status, 200);
        QCOMPARE(QJsonDocument::fromJson(reply.body)[u"model"].toString(), QStringLiteral("sim-large"));
        QCOMPARE(reply.headers.value("x-ratelimit-reset-requests"), QByteArray("1"));
        QVERIFY(reply.headers.value("apim-request-id").startsWith("apim_sim_"));
    }

    void streamsOpenWithWhatTheFilterSaysOfThePrompt()
    {
        SimulatorFixture simulator;
        const QByteArrayList events = simulator.askRaw(simulator.request(streamBody(), {}, "/openai/v1/chat/completions")).events();
        const QJsonObject first = QJsonDocument::fromJson(events.first()).object();
        QVERIFY(first[u"choices"].toArray().isEmpty() && first.contains(u"prompt_filter_results"));
        QVERIFY(!contentOf(events).isEmpty());
        QCOMPARE(events.last(), QByteArray("[DONE]"));
    }

    void takesItsKeyFromBothHeaders()
    {
        SimulatorFixture simulator;
        for (const char *header : {"api-key: sk-bad\r\n", "Authorization: Bearer sk-bad\r\n"})
            QCOMPARE(simulator.askRaw(simulator.request(chatBody("sim-large"), header, classic)).status, 401);
        QCOMPARE(simulator.askRaw(simulator.request(chatBody("sim-large"), "api-key: good\r\n", classic)).status, 200);
    }
};

TOLLGATE_TEST(TstAzureChatWire)
#include "tst_azurechatwire.moc"
