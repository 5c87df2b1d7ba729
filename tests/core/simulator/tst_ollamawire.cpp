#include "core/simulator/ollamawire.h"
#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

QList<QJsonObject> linesOf(const QByteArray &body)
{
    QList<QJsonObject> lines;
    for (const QByteArray &line : body.split('\n')) {
        if (!line.isEmpty())
            lines.append(QJsonDocument::fromJson(line).object());
    }
    return lines;
}

} // namespace

class TstOllamaWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsItsPaths()
    {
        using Route = SimulatorWire::Route;
        const OllamaWire wire;
        ServerRequest request;
        request.method = "POST";
        request.path = "/api/chat";
        QCOMPARE(wire.route(request), Route::Chat);
        request.path = "/api/tags";
        QCOMPARE(wire.route(request), Route::NotAllowed);
        request.method = "GET";
        QCOMPARE(wire.route(request), Route::Models);
        request.path = "/api/chat";
        QCOMPARE(wire.route(request), Route::NotAllowed);
        request.path = "/v1/chat/completions";
        QCOMPARE(wire.route(request), Route::Other);
    }

    void streamsUnlessToldNotTo()
    {
        SimulatorFixture simulator;
        const Reply streamed = simulator.askRaw(simulator.request(chatBody(), {}, "/api/chat"));
        QCOMPARE(streamed.headers.value("Content-Type"), QByteArray("application/x-ndjson"));
        const QList<QJsonObject> lines = linesOf(streamed.body);
        QVERIFY(lines.size() > 3);
        QString text;
        for (qsizetype i = 0; i < lines.size(); ++i) {
            text += lines[i][u"message"][u"content"].toString();
            QCOMPARE(lines[i][u"done"].toBool(), i == lines.size() - 1);
            QCOMPARE(lines[i].contains(u"eval_count"), i == lines.size() - 1);
        }
        const Reply whole = simulator.askRaw(simulator.request(chatBody("sim-fast", ",\"stream\":false"), {}, "/api/chat"));
        const QJsonObject object = QJsonDocument::fromJson(whole.body).object();
        QCOMPARE(object[u"message"][u"content"].toString(), text);
        QCOMPARE(object[u"done"].toBool(), true);
        QCOMPARE(object[u"done_reason"].toString(), QStringLiteral("stop"));
        QCOMPARE(object[u"eval_count"], lines.last()[u"eval_count"]);
    }

    void takesItsOwnOptions()
    {
        SimulatorFixture simulator;
        const auto ask = [&simulator](const char *extra) {
            return simulator.askRaw(simulator.request(chatBody("sim-fast", extra), {}, "/api/chat"));
        };
        const QJsonObject cut = QJsonDocument::fromJson(ask(",\"stream\":false,\"options\":{\"num_predict\":5}").body).object();
        QCOMPARE(cut[u"eval_count"].toInt(), 5);
        QCOMPARE(cut[u"done_reason"].toString(), QStringLiteral("length"));
        QCOMPARE(ask(",\"stream\":false,\"options\":{\"num_predict\":-1}").status, 200);
        QCOMPARE(ask(",\"options\":{\"temperature\":9}").status, 400);
    }

    void callsComeWholeWithAnObject()
    {
        SimulatorFixture simulator;
        const QByteArray tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"find\",\"parameters\":"
                                 "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"}}}}}]";
        int calls = 0;
        for (const QJsonObject &line : linesOf(simulator.askRaw(simulator.request(chatBody("sim-fast", tools), {}, "/api/chat")).body)) {
            const QJsonObject function = line[u"message"][u"tool_calls"][0][u"function"].toObject();
            if (function.isEmpty())
                continue;
            ++calls;
            QCOMPARE(function[u"name"].toString(), QStringLiteral("find"));
            QVERIFY(function[u"arguments"][u"count"].isDouble());
        }
        QCOMPARE(calls, 1);
    }

    void refusesInItsOwnWords()
    {
        SimulatorFixture simulator;
        const Reply missing = simulator.askRaw(simulator.request(chatBody("nosuch"), {}, "/api/chat"));
        QCOMPARE(missing.status, 404);
        QCOMPARE(missing.body, QByteArray("{\"error\":\"model 'nosuch' not found\"}"));
        QCOMPARE(simulator.askRaw(simulator.request("{}", {}, "/api/chat")).status, 400);
        QCOMPARE(simulator.askRaw(simulator.request(chatBody(), "Authorization: Bearer sk-bad\r\n", "/api/chat")).status, 401);
    }
};

TOLLGATE_TEST(TstOllamaWire)
#include "tst_ollamawire.moc"
