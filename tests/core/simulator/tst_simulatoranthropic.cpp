#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr const char *version = "anthropic-version: 2023-06-01\r\n";

QByteArray body(QByteArrayView extra = {}, QByteArrayView model = "sim-fast")
{
    return "{\"model\":\"" + model.toByteArray() + "\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"Name a river.\"}]"
        + extra.toByteArray() + '}';
}

Reply ask(SimulatorFixture &f, const QByteArray &json, const QByteArray &headers = version)
{
    return f.askRaw(f.request(json, headers, "/v1/messages"));
}

QJsonObject objectOf(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

// What a stream's events say of `member`, joined.
QString joined(const QByteArrayList &events, QStringView member)
{
    QString text;
    for (const QByteArray &event : events)
        text += objectOf(event)[u"delta"].toObject()[member].toString();
    return text;
}

QStringList typesOf(const QByteArrayList &events)
{
    QStringList types;
    for (const QByteArray &event : events) {
        const QString type = objectOf(event)[u"type"].toString();
        if (types.isEmpty() || types.last() != type)
            types << type;
    }
    return types;
}

const char *tools = R"(,"tools":[{"name":"find_river","input_schema":{"type":"object","properties":{"count":{"type":"integer"}}}}])";

} // namespace

class TstSimulatorAnthropic : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersInOnePiece()
    {
        SimulatorFixture f;
        const Reply reply = ask(f, body());
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.headers.value("request-id"), QByteArray("req_sim_1"));
        QVERIFY(reply.headers.contains("anthropic-ratelimit-requests-remaining") && !reply.headers.contains("x-request-id"));
        const QJsonObject json = objectOf(reply.body);
        QCOMPARE(json[u"type"].toString(), QStringLiteral("message"));
        QVERIFY(json[u"id"].toString().startsWith(u"msg_"));
        QCOMPARE(json[u"stop_reason"].toString(), QStringLiteral("end_turn"));
        QCOMPARE(json[u"content"].toArray().size(), 1);
        QCOMPARE(json[u"usage"][u"input_tokens"].toInt(), 11);
        QVERIFY(json[u"usage"][u"output_tokens"].toInt() >= 60);
        // The answer is that of the other wires.
        QCOMPARE(json[u"content"][0][u"text"].toString(),
                 objectOf(f.ask(chatBody()).body)[u"choices"][0][u"message"][u"content"].toString());
    }

    void streamsTheSameAnswer()
    {
        SimulatorFixture f;
        const QJsonObject whole = objectOf(ask(f, body({}, "sim-reasoner")).body);
        const Reply reply = ask(f, body(",\"stream\":true", "sim-reasoner"));
        QVERIFY(reply.whole && reply.headers.value("content-type").startsWith("text/event-stream"));
        const QByteArrayList events = reply.events();
        QCOMPARE(typesOf(events).join(u' '),
                 QStringLiteral("message_start content_block_start ping content_block_delta content_block_stop content_block_start "
                                "content_block_delta content_block_stop message_delta message_stop"));
        QCOMPARE(joined(events, u"thinking"), whole[u"content"][0][u"thinking"].toString());
        QCOMPARE(joined(events, u"text"), whole[u"content"][1][u"text"].toString());
        QVERIFY(!joined(events, u"signature").isEmpty());
        const QJsonObject last = objectOf(events[events.size() - 2]);
        QCOMPARE(last[u"usage"], whole[u"usage"]);
        QCOMPARE(last[u"delta"][u"stop_reason"].toString(), QStringLiteral("end_turn"));
        QVERIFY(last[u"usage"][u"output_tokens_details"][u"thinking_tokens"].toInt() > 0);
        // Every event names its type twice.
        for (const QByteArray &event : reply.body.split('\n')) {
            if (event.startsWith("event: "))
                QVERIFY2(reply.body.contains(event + "\ndata: {\"type\":\"" + event.sliced(7) + '"') || event == "event: ping",
                         event.constData());
        }
    }

    void callsTools()
    {
        SimulatorFixture f;
        const QJsonObject whole = objectOf(ask(f, body(tools)).body);
        QCOMPARE(whole[u"stop_reason"].toString(), QStringLiteral("tool_use"));
        QCOMPARE(whole[u"content"][0][u"type"].toString(), QStringLiteral("tool_use"));
        QVERIFY(whole[u"content"][0][u"input"].toObject().contains(u"count"));
        const QByteArrayList events = ask(f, body(tools + QByteArray(",\"stream\":true"))).events();
        QCOMPARE(objectOf(joined(events, u"partial_json").toUtf8()), whole[u"content"][0][u"input"].toObject());
        const QByteArray answered = R"({"model":"sim-fast","max_tokens":9,"messages":[{"role":"user","content":"q"},)"
                                    R"({"role":"assistant","content":[{"type":"tool_use","id":"t","name":"find_river","input":{}}]},)"
                                    R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"Rhine"}]}])"
            + QByteArray(tools) + '}';
        QCOMPARE(objectOf(ask(f, answered).body)[u"content"][0][u"type"].toString(), QStringLiteral("text"));
    }

    void countsWhatItCaches()
    {
        SimulatorFixture f;
        const QByteArray system = ",\"system\":[{\"type\":\"text\",\"text\":\"" + QByteArray(4000, 'w')
            + "\",\"cache_control\":{\"type\":\"ephemeral\"}}]";
        const QJsonObject usage = objectOf(ask(f, body(system)).body)[u"usage"].toObject();
        QVERIFY(usage[u"cache_creation_input_tokens"].toInt() > 0);
        QCOMPARE(usage[u"cache_creation"][u"ephemeral_5m_input_tokens"], usage[u"cache_creation_input_tokens"]);
        QVERIFY(usage[u"input_tokens"].toInt() >= 0);
        QCOMPARE(objectOf(ask(f, body()).body)[u"usage"][u"cache_creation_input_tokens"].toInt(), 0);
    }

    void refusesWhatTheServiceRefuses_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("type");
        const QByteArray newer = "anthropic-version: 2026-10-21\r\n";
        const QString invalid = QStringLiteral("invalid_request_error");
        QTest::newRow("no limit") << QByteArray(R"({"model":"sim-fast","messages":[{"role":"user","content":"q"}]})")
                                  << QByteArray(version) << 400 << invalid;
        QTest::newRow("no version") << body() << QByteArray() << 400 << invalid;
        QTest::newRow("unknown version") << body() << QByteArray("anthropic-version: 2020-01-01\r\n") << 400 << invalid;
        QTest::newRow("temperature") << body(",\"temperature\":1") << newer << 400 << invalid;
        QTest::newRow("too warm") << body(",\"temperature\":1.5") << QByteArray(version) << 400 << invalid;
        QTest::newRow("role") << QByteArray(R"({"model":"sim-fast","max_tokens":1,"messages":[{"role":"system","content":"q"}]})")
                              << QByteArray(version) << 400 << invalid;
        QTest::newRow("model") << body({}, "claude") << QByteArray(version) << 404 << QStringLiteral("not_found_error");
        QTest::newRow("x-api-key") << body() << version + QByteArray("x-api-key: sk-bad-1\r\n") << 401
                                   << QStringLiteral("authentication_error");
        QTest::newRow("bearer") << body() << version + QByteArray("Authorization: Bearer bad\r\n") << 401
                                << QStringLiteral("authentication_error");
    }
    void refusesWhatTheServiceRefuses()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, headers);
        SimulatorFixture f;
        const Reply reply = ask(f, json, headers);
        QTEST(reply.status, "status");
        QCOMPARE(objectOf(reply.body)[u"type"].toString(), QStringLiteral("error"));
        QTEST(objectOf(reply.body)[u"error"][u"type"].toString(), "type");
    }

    void takesATemperatureWithTheOlderVersion()
    {
        SimulatorFixture f;
        QCOMPARE(ask(f, body(",\"temperature\":0.5,\"top_p\":0.9")).status, 200);
    }

    void listsModelsInItsOwnShape()
    {
        SimulatorFixture f;
        const QJsonObject list = objectOf(f.askRaw(f.get("/v1/models", version)).body);
        QCOMPARE(list[u"data"].toArray().size(), 3);
        QCOMPARE(list[u"data"][0][u"type"].toString(), QStringLiteral("model"));
        QCOMPARE(list[u"has_more"].toBool(true), false);
        QCOMPARE(objectOf(f.askRaw(f.get("/v1/models/sim-large", version)).body)[u"id"].toString(), QStringLiteral("sim-large"));
        QCOMPARE(f.askRaw(f.get("/v1/models/none", version)).status, 404);
        // Without the version header it is the other wire's list.
        QCOMPARE(objectOf(f.askRaw(f.get("/v1/models")).body)[u"object"].toString(), QStringLiteral("list"));
        QCOMPARE(f.askRaw(f.get("/v1/messages", version)).status, 405);
    }

    void failsInItsOwnShape()
    {
        SimulatorFixture f;
        SimulatorStep overloaded;
        overloaded.fault = SimulatorStep::Fault::Status;
        overloaded.status = 529;
        SimulatorStep inStream;
        inStream.fault = SimulatorStep::Fault::ErrorInStream;
        inStream.afterEvents = 2;
        f.service.enqueue({overloaded, inStream});
        QCOMPARE(objectOf(ask(f, body()).body)[u"error"][u"type"].toString(), QStringLiteral("overloaded_error"));
        const Reply reply = ask(f, body(",\"stream\":true"));
        QVERIFY(reply.body.contains("event: error\ndata: {\"type\":\"error\""));
        QVERIFY(!reply.body.contains("message_stop"));
    }

    void leavesOutTheEndWhenTold()
    {
        SimulatorFixture f;
        SimulatorStep step;
        step.fault = SimulatorStep::Fault::NoEndMarker;
        f.service.enqueue({step});
        const Reply reply = ask(f, body(",\"stream\":true"));
        QVERIFY(reply.whole);
        QCOMPARE(typesOf(reply.events()).last(), QStringLiteral("content_block_delta"));
    }
};

TOLLGATE_TEST(TstSimulatorAnthropic)
#include "tst_simulatoranthropic.moc"
