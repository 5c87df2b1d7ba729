#include "core/simulator/simulator.h"
#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QUrl>

using namespace tollgate;
using namespace tollgate::test;
using Fault = SimulatorStep::Fault;

namespace {

quint16 portOf(const Simulator &simulator)
{
    return quint16(QUrl(simulator.baseUrl()).port());
}

QByteArray requestTo(const Simulator &simulator, QByteArrayView body, QByteArrayView headers = {})
{
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(portOf(simulator)) + "\r\n"
        + headers.toByteArray() + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body.toByteArray();
}

// JSON with ' for ", to be readable here.
QByteArray withQuotes(const char *json)
{
    return QByteArray(json).replace('\'', '"');
}

QString scriptProblem(QByteArrayView json)
{
    const auto steps = parseSimulatorScript(json);
    return steps ? QString() : steps.error().why;
}

} // namespace

class TstSimulator : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsOnAThreadOfItsOwn()
    {
        Simulator simulator(instantOptions());
        QVERIFY(simulator.start());
        QVERIFY(simulator.start()); // again is harmless
        RawClient client(portOf(simulator));
        client.send(requestTo(simulator, chatBody()));
        QVERIFY(client.socket().waitForReadyRead(5000)); // no event loop turns here
        QCOMPARE(client.status(), 200);
        QCOMPARE(simulator.openConnections(), 1);
        QCOMPARE(simulator.activeAnswers(), 0);
        SimulatorStep step;
        step.fault = Fault::Hang;
        simulator.enqueue({step});
        client.send(requestTo(simulator, chatBody()));
        QTRY_COMPARE(simulator.activeAnswers(), 1);
    }
    void takesStepsBeforeItStarts()
    {
        Simulator simulator(instantOptions());
        SimulatorStep step;
        step.fault = Fault::Status;
        step.status = 529;
        simulator.enqueue({step});
        SimulatorOptions options = instantOptions();
        options.seed = 9;
        simulator.setOptions(options);
        QCOMPARE(simulator.activeAnswers(), 0);
        QCOMPARE(simulator.openConnections(), 0);
        QVERIFY(simulator.start());
        RawClient client(portOf(simulator));
        client.send(requestTo(simulator, chatBody()));
        QTRY_COMPARE(client.status(), 529);
    }
    void saysWhenThePortIsTaken()
    {
        Simulator first(instantOptions());
        QVERIFY(first.start());
        SimulatorOptions options = instantOptions();
        options.port = portOf(first);
        Simulator second(options);
        const auto started = second.start();
        QVERIFY(!started);
        QCOMPARE(started.error().kind, ErrorKind::Usage);
        QVERIFY(started.error().what.contains(QString::number(options.port)));
    }
    void writesTheTruthBeforeItAnswers()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("truth.jsonl"));
        SimulatorOptions options = instantOptions();
        options.journalPath = path;
        SimulatorStep reset;
        reset.fault = Fault::Reset;
        SimulatorStep hang;
        hang.fault = Fault::Hang;
        options.script = {SimulatorStep{}, reset, hang};
        Simulator simulator(options);
        QVERIFY(simulator.start());
        const QList<QByteArray> bodies = {chatBody("sim-large"), streamBody(), chatBody(), "{broken"};
        std::vector<std::unique_ptr<RawClient>> clients;
        for (qsizetype i = 0; i < bodies.size(); ++i) {
            clients.push_back(std::make_unique<RawClient>(portOf(simulator)));
            clients.back()->send(requestTo(simulator, bodies[i], "X-Tollgate-Attempt: r-7/" + QByteArray::number(i + 1) + "\r\n"));
            QTRY_COMPARE(simulator.entries().size(), i + 1);
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<SimulatorEntry> entries = simulator.entries();
        const QStringList faults = {QStringLiteral("none"), QStringLiteral("reset"), QStringLiteral("hang"), QStringLiteral("none")};
        for (qsizetype i = 0; i < bodies.size(); ++i) {
            const QByteArray line = file.readLine();
            QVERIFY(line.endsWith("}\n"));
            const QJsonObject json = QJsonDocument::fromJson(line).object();
            const SimulatorEntry &entry = entries[i];
            QCOMPARE(json[u"n"].toInteger(), i + 1);
            QCOMPARE(entry.number, i + 1);
            QCOMPARE(json[u"path"].toString(), QStringLiteral("/v1/chat/completions"));
            QCOMPARE(json[u"model"].toString(), entry.model);
            QCOMPARE(json[u"stream"].toBool(), i == 1);
            QCOMPARE(json[u"fault"].toString(), faults[i]);
            QCOMPARE(entry.fault, faults[i]);
            QCOMPARE(json[u"body_sha256"].toString().toLatin1(), QCryptographicHash::hash(bodies[i], QCryptographicHash::Sha256).toHex());
            QCOMPARE(entry.bodySha256, json[u"body_sha256"].toString().toLatin1());
            QCOMPARE(json[u"attempt"].toString(), QStringLiteral("r-7/%1").arg(i + 1));
            QVERIFY(QDateTime::fromString(json[u"time"].toString(), Qt::ISODateWithMs).isValid());
        }
        QVERIFY(file.atEnd());
        QCOMPARE(entries[0].model, QStringLiteral("sim-large"));
    }
    void appendsToAJournalAndKeepsItUnlessAnotherIsNamed()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("truth.jsonl"));
        for (int run = 1; run <= 2; ++run) {
            SimulatorOptions options = instantOptions();
            options.journalPath = path;
            Simulator simulator(options);
            QVERIFY(simulator.start());
            simulator.setOptions(instantOptions()); // no journal named
            RawClient client(portOf(simulator));
            client.send(requestTo(simulator, chatBody()));
            QTRY_COMPARE(client.status(), 200);
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.readAll().count('\n'), run);
        }
        SimulatorOptions options = instantOptions();
        options.journalPath = folder.filePath(QStringLiteral("missing/truth.jsonl"));
        Simulator simulator(options);
        const auto started = simulator.start();
        QVERIFY(!started);
        QCOMPARE(started.error().kind, ErrorKind::Storage);
    }
    void recordsEveryRequestOfManyClients()
    {
        SimulatorOptions options = instantOptions();
        options.errorRate = 0.3;
        options.mixedErrors = true;
        Simulator simulator(options);
        QVERIFY(simulator.start());
        qint64 sent = 0;
        for (int round = 0; round < 10; ++round) {
            std::vector<std::unique_ptr<RawClient>> clients;
            for (int i = 0; i < 20; ++i) {
                clients.push_back(std::make_unique<RawClient>(portOf(simulator)));
                clients.back()->send(requestTo(simulator, i % 2 ? chatBody() : streamBody(), "x-tollgate-attempt: " + QByteArray::number(sent++) + "\r\n"));
            }
            for (size_t i = 0; i < clients.size(); i += 2)
                clients[i]->socket().abort(); // leaves at once; the request may have been received or not
            for (size_t i = 1; i < clients.size(); i += 2)
                QTRY_VERIFY(clients[i]->closed() || parseReply(clients[i]->received()).status != 0);
        }
        const QList<SimulatorEntry> entries = simulator.entries();
        QSet<QByteArray> attempts;
        for (const SimulatorEntry &entry : entries)
            attempts.insert(entry.attempt);
        QCOMPARE(attempts.size(), entries.size()); // each once
        for (qint64 i = 1; i < sent; i += 2)
            QVERIFY(attempts.contains(QByteArray::number(i)));
        QTRY_COMPARE(simulator.activeAnswers(), 0);
    }
    void endsWithAnswersUnderWay()
    {
        SimulatorOptions slow;
        slow.ttftMs = 60'000;
        auto simulator = std::make_unique<Simulator>(slow);
        QVERIFY(simulator->start());
        RawClient a(portOf(*simulator));
        RawClient b(portOf(*simulator));
        a.send(requestTo(*simulator, streamBody()));
        b.send(requestTo(*simulator, chatBody()));
        QTRY_COMPARE(simulator->activeAnswers(), 2);
        simulator.reset();
        QTRY_VERIFY(a.closed() && b.closed());
    }
    void readsAScript()
    {
        const auto steps = parseSimulatorScript(withQuotes("{'steps':["
            "{'fault':'status','status':429,'headers':{'Retry-After':'1','x-n':2},'body':{'error':{'message':'no'}}},"
            "{'status':503},{'fault':'cut-stream','after_events':3,'count':2},"
            "{'fault':'slow-drip','drip_ms':250,'latency_ms':1,'ttft_ms':2,'tokens_per_second':3.5,'tokens':4},"
            "{'text':'Hi','reasoning':'hm','tool_call':true,'keep_alive':false},{'fault':'redirect','location':'http://x/'}],'repeat':true}"));
        QVERIFY(steps);
        QCOMPARE(steps->size(), 7);
        const QList<SimulatorStep> &s = *steps;
        QCOMPARE(s[0].fault, Fault::Status);
        QCOMPARE(s[0].status, 429);
        QCOMPARE(s[0].headers.size(), 2);
        QCOMPARE(s[0].headers[1].second, QByteArray("2"));
        QCOMPARE(s[0].body, withQuotes("{'error':{'message':'no'}}"));
        QVERIFY(s[0].repeat);
        QVERIFY(s[1].fault == Fault::Status && s[1].status == 503);
        QVERIFY(s[2].fault == Fault::CutStream && s[2].afterEvents == 3 && s[3].afterEvents == 3);
        QVERIFY(s[4].dripMs == 250 && s[4].latencyMs == 1 && s[4].ttftMs == 2 && s[4].tokensPerSecond == 3.5 && s[4].tokens == 4);
        QVERIFY(s[5].text == QStringLiteral("Hi") && s[5].reasoning == QStringLiteral("hm") && s[5].toolCall && !s[5].keepAlive);
        QCOMPARE(s[6].location, QByteArray("http://x/"));
        QVERIFY(!(*parseSimulatorScript("{\"steps\":[{}]}"))[0].repeat);
    }
    void namesWhatIsWrongInAScript_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char *name, const char *json, const QStringList &words) { QTest::newRow(name) << withQuotes(json) << words; };
        row("not JSON", "{", {});
        row("no steps", "{}", {QStringLiteral("steps")});
        row("unknown at the top", "{'steps':[],'loop':true}", {QStringLiteral("loop")});
        row("repeat", "{'steps':[],'repeat':1}", {QStringLiteral("repeat")});
        row("unknown field", "{'steps':[{},{'falt':'reset'}]}", {QStringLiteral("2"), QStringLiteral("falt")});
        row("unknown fault", "{'steps':[{'fault':'explode'}]}", {QStringLiteral("1"), QStringLiteral("fault"), QStringLiteral("cut-stream")});
        row("status range", "{'steps':[{'status':99}]}", {QStringLiteral("status"), QStringLiteral("599")});
        row("status type", "{'steps':[{'status':'429'}]}", {QStringLiteral("status")});
        row("fraction", "{'steps':[{'after_events':1.5}]}", {QStringLiteral("after_events")});
        row("negative", "{'steps':[{'latency_ms':-1}]}", {QStringLiteral("latency_ms")});
        row("header injection", "{'steps':[{'headers':{'a':'b\\r\\nc: d'}}]}", {QStringLiteral("headers")});
        row("location injection", "{'steps':[{'location':'x\\r\\ny'}]}", {QStringLiteral("location")});
        row("step is no object", "{'steps':[7]}", {QStringLiteral("1")});
        row("flag", "{'steps':[{'tool_call':1}]}", {QStringLiteral("tool_call")});
        row("text", "{'steps':[{'text':1}]}", {QStringLiteral("text")});
        row("too many", "{'steps':[{'count':100000},{}]}", {QStringLiteral("2")});
    }
    void namesWhatIsWrongInAScript()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QStringList, words);
        const QString problem = scriptProblem(json);
        QVERIFY(!problem.isEmpty());
        for (const QString &word : words)
            QVERIFY2(problem.contains(word), qPrintable(problem));
    }
    void namesEveryFault()
    {
        QSet<QString> names;
        for (int fault = 0; fault <= int(Fault::Raw); ++fault) {
            const QString name = simulatorFaultName(Fault(fault));
            QVERIFY(!name.isEmpty());
            names.insert(name);
            const auto steps = parseSimulatorScript("{\"steps\":[{\"fault\":\"" + name.toLatin1() + "\"}]}");
            QVERIFY(steps && (*steps)[0].fault == Fault(fault));
        }
        QCOMPARE(names.size(), int(Fault::Raw) + 1);
    }
};

TOLLGATE_TEST(TstSimulator)
#include "tst_simulator.moc"
