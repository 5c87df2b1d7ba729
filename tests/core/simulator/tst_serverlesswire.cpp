#include "core/simulator/serverlesswire.h"
#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

QJsonObject objectOf(const Reply &reply)
{
    return QJsonDocument::fromJson(reply.body).object();
}

} // namespace

class TstServerlessWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAtOnceWithOneTotal()
    {
        SimulatorFixture simulator;
        const QJsonObject answer = objectOf(simulator.askRaw(simulator.request("{\"prompt\":\"Name a river.\"}", {}, "/invoke")));
        QCOMPARE(answer.keys(), QStringList({QStringLiteral("response"), QStringLiteral("tokens")}));
        QVERIFY(answer[u"tokens"].toInt() > 11);
        QVERIFY(!answer[u"response"].toString().isEmpty());
        // A missing prompt counts as none.
        QCOMPARE(simulator.askRaw(simulator.request("{}", {}, "/invoke")).status, 200);
    }

    void answersARepeatedPromptFromItsCache()
    {
        SimulatorFixture simulator;
        const QByteArray request = simulator.request("{\"prompt\":\"Name a river.\"}", {}, "/invoke");
        const QJsonObject first = objectOf(simulator.askRaw(request));
        const QJsonObject again = objectOf(simulator.askRaw(request));
        QCOMPARE(again[u"response"], first[u"response"]);
        QCOMPARE(again[u"cached"].toBool(), true);
        QVERIFY(!again.contains(u"tokens"));
        QVERIFY(objectOf(simulator.askRaw(simulator.request("{\"prompt\":\"Another one.\"}", {}, "/invoke"))).contains(u"tokens"));
    }

    void aFailedPromptIsNotInItsCache()
    {
        SimulatorFixture simulator;
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::Status;
        step.status = 500;
        simulator.service.enqueue({step});
        const QByteArray request = simulator.request("{\"prompt\":\"Name a river.\"}", {}, "/invoke");
        const Reply failed = simulator.askRaw(request);
        QCOMPARE(failed.status, 500);
        QCOMPARE(objectOf(failed).keys(), QStringList(QStringLiteral("error")));
        QVERIFY(objectOf(simulator.askRaw(request)).contains(u"tokens"));
    }

    void acceptsWhatIsToComeLater()
    {
        SimulatorFixture simulator;
        for (const QByteArray &request : {simulator.request("{\"prompt\":\"a\",\"callback_url\":\"https://h.example/cb\"}", {}, "/invoke"),
                                          simulator.request("{\"prompt\":\"a\"}", {}, "/invoke-async")}) {
            const Reply reply = simulator.askRaw(request);
            QCOMPARE(reply.status, 202);
            QCOMPARE(objectOf(reply)[u"status"].toString(), QStringLiteral("queued"));
            QVERIFY(!objectOf(reply)[u"message_id"].toString().isEmpty());
        }
        // What was accepted has not been answered.
        QVERIFY(objectOf(simulator.askRaw(simulator.request("{\"prompt\":\"a\"}", {}, "/invoke"))).contains(u"tokens"));
    }

    void rejectsABadKey()
    {
        SimulatorFixture simulator;
        QCOMPARE(simulator.askRaw(simulator.request("{\"prompt\":\"a\"}", "x-api-key: sk-bad\r\n", "/invoke")).status, 401);
        QCOMPARE(simulator.askRaw(simulator.get("/invoke")).status, 405);
    }
};

TOLLGATE_TEST(TstServerlessWire)
#include "tst_serverlesswire.moc"
