#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace tollgate;
using namespace tollgate::test;

namespace {

QJsonObject objectOf(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error)
        qWarning("not JSON: %s", json.left(300).constData());
    return document.object();
}

QJsonObject messageOf(const Reply &reply)
{
    return objectOf(reply.body)[u"choices"][0][u"message"].toObject();
}

QString errorCode(const Reply &reply)
{
    return objectOf(reply.body)[u"error"][u"code"].toString();
}

} // namespace

// What a client of the OpenAI wire sees when nothing goes wrong, or only what it did itself.
class TstSimulatorWire : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersInOnePiece()
    {
        SimulatorFixture f;
        const Reply reply = f.ask(chatBody());
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.headers.value("content-type"), QByteArray("application/json"));
        QCOMPARE(reply.headers.value("x-request-id"), QByteArray("req_sim_1"));
        QVERIFY(reply.headers.contains("x-ratelimit-remaining-tokens"));
        const QJsonObject json = objectOf(reply.body);
        QCOMPARE(json[u"object"].toString(), QStringLiteral("chat.completion"));
        QCOMPARE(json[u"model"].toString(), QStringLiteral("sim-fast"));
        QCOMPARE(json[u"created"].toInteger(), f.clock.wallMs() / 1000);
        QCOMPARE(json[u"choices"][0][u"finish_reason"].toString(), QStringLiteral("stop"));
        QVERIFY(messageOf(reply)[u"content"].toString().size() > 100);
        const QJsonObject usage = json[u"usage"].toObject();
        QCOMPARE(usage[u"prompt_tokens"].toInt(), 3 + 4 + 4); // conversation, message, "Name a river."
        QVERIFY(usage[u"completion_tokens"].toInt() >= 60 && usage[u"completion_tokens"].toInt() <= 220);
        QCOMPARE(usage[u"total_tokens"].toInt(), usage[u"prompt_tokens"].toInt() + usage[u"completion_tokens"].toInt());
    }
    void streamsTheSameAnswerInValidEvents()
    {
        SimulatorFixture f;
        const Reply whole = f.ask(chatBody());
        const Reply streamed = f.ask(streamBody());
        QCOMPARE(streamed.status, 200);
        QVERIFY(streamed.whole);
        QVERIFY(streamed.headers.value("content-type").startsWith("text/event-stream"));
        const QByteArrayList events = streamed.events();
        QCOMPARE(events.last(), QByteArray("[DONE]"));
        QCOMPARE(QString::fromUtf8(contentOf(events)), messageOf(whole)[u"content"].toString());
        QCOMPARE(objectOf(events.first())[u"choices"][0][u"delta"][u"role"].toString(), QStringLiteral("assistant"));
        const QJsonObject usage = objectOf(events[events.size() - 2]);
        QVERIFY(usage[u"choices"].toArray().isEmpty());
        QCOMPARE(usage[u"usage"].toObject(), objectOf(whole.body)[u"usage"].toObject());
        QCOMPARE(objectOf(events[events.size() - 3])[u"choices"][0][u"finish_reason"].toString(), QStringLiteral("stop"));
        for (const QByteArray &event : events.first(events.size() - 2)) {
            const QJsonObject json = objectOf(event);
            QCOMPARE(json[u"id"], objectOf(events.first())[u"id"]);
            QCOMPARE(json[u"object"].toString(), QStringLiteral("chat.completion.chunk"));
            QVERIFY(json.contains(u"usage") && json[u"usage"].isNull());
        }
    }
    void leavesUsageOutOfAStreamUnlessAsked()
    {
        SimulatorFixture f;
        const Reply reply = f.ask(chatBody("sim-fast", ",\"stream\":true"));
        QVERIFY(!reply.body.contains("usage"));
        QCOMPARE(reply.events().last(), QByteArray("[DONE]"));
    }
    void repeatsItselfForTheSameSeedPromptAndModel()
    {
        const auto textOf = [](quint64 seed, QByteArrayView model, QByteArrayView prompt) {
            SimulatorOptions options = instantOptions();
            options.seed = seed;
            SimulatorFixture f(options);
            f.ask(chatBody("sim-fast", {}, "something before")); // what came before does not matter
            return messageOf(f.ask(chatBody(model, {}, prompt)))[u"content"].toString();
        };
        const QString text = textOf(1, "sim-fast", "p");
        QCOMPARE(textOf(1, "sim-fast", "p"), text);
        QSet<QString> others;
        for (int i = 0; i < 12; ++i) {
            others.insert(textOf(quint64(i) + 2, "sim-fast", "p"));
            others.insert(textOf(1, "sim-fast", "p" + QByteArray::number(i)));
        }
        others.insert(textOf(1, "sim-large", "p"));
        QVERIFY2(others.size() >= 5, qPrintable(QString::number(others.size())));
    }
    void sometimesReportsCachedTokens()
    {
        SimulatorFixture f;
        int cached = 0;
        for (int i = 0; i < 40; ++i) {
            const Reply reply = f.ask(chatBody("sim-fast", {}, QByteArray::number(i) + QByteArray(2000, 'w')));
            const QJsonObject usage = objectOf(reply.body)[u"usage"].toObject();
            const int tokens = usage[u"prompt_tokens_details"][u"cached_tokens"].toInt();
            QVERIFY(tokens <= usage[u"prompt_tokens"].toInt());
            QCOMPARE(tokens % 16, 0);
            cached += tokens > 0;
        }
        QVERIFY2(cached > 4 && cached < 36, qPrintable(QString::number(cached)));
    }
    void givesAsManyTokensAsAsked_data()
    {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<QByteArray>("extra");
        QTest::addColumn<int>("expected");
        QTest::addColumn<QString>("reason");
        QTest::newRow("one") << 1 << QByteArray() << 1 << "stop";
        QTest::newRow("more than a text") << 1000 << QByteArray() << 1000 << "stop";
        QTest::newRow("limited") << 1000 << QByteArray(",\"max_tokens\":17") << 17 << "length";
        QTest::newRow("limited by the new name") << 1000 << QByteArray(",\"max_completion_tokens\":5") << 5 << "length";
        QTest::newRow("limit not reached") << 10 << QByteArray(",\"max_tokens\":17") << 10 << "stop";
    }
    void givesAsManyTokensAsAsked()
    {
        QFETCH(const int, tokens);
        QFETCH(const QByteArray, extra);
        QFETCH(const int, expected);
        QFETCH(const QString, reason);
        SimulatorOptions options = instantOptions();
        options.tokens = tokens;
        SimulatorFixture f(options);
        const QJsonObject json = objectOf(f.ask(chatBody("sim-fast", extra)).body);
        QCOMPARE(json[u"usage"][u"completion_tokens"].toInt(), expected);
        QCOMPARE(json[u"choices"][0][u"finish_reason"].toString(), reason);
        QCOMPARE(cutIntoTokens(json[u"choices"][0][u"message"][u"content"].toString().toUtf8()).size(), expected);
    }
    void reasonsBeforeItAnswers()
    {
        SimulatorFixture f;
        const Reply whole = f.ask(chatBody("sim-reasoner"));
        const QString reasoning = messageOf(whole)[u"reasoning_content"].toString();
        QVERIFY(reasoning.size() > 40);
        const QJsonObject usage = objectOf(whole.body)[u"usage"].toObject();
        const int tokens = usage[u"completion_tokens_details"][u"reasoning_tokens"].toInt();
        QVERIFY(tokens > 10 && tokens < usage[u"completion_tokens"].toInt());
        const Reply streamed = f.ask(chatBody("sim-reasoner", ",\"stream\":true"));
        QCOMPARE(QString::fromUtf8(contentOf(streamed.events(), "reasoning_content")), reasoning);
        QCOMPARE(QString::fromUtf8(contentOf(streamed.events())), messageOf(whole)[u"content"].toString());
        QVERIFY(!messageOf(f.ask(chatBody("sim-fast"))).contains(u"reasoning_content"));
    }
    void callsATool()
    {
        SimulatorFixture f;
        const QByteArray tools = R"(,"tools":[{"type":"function","function":{"name":"find_order","parameters":{"type":"object",
            "properties":{"number":{"type":"integer"},"state":{"type":"string","enum":["open","closed"]},
            "tags":{"type":"array","items":{"type":"string"}},"deep":{"type":"object","properties":{"flag":{"type":"boolean"}}}}}}}])";
        const Reply whole = f.ask(chatBody("sim-fast", tools));
        QVERIFY(messageOf(whole)[u"content"].isNull());
        const QJsonObject call = messageOf(whole)[u"tool_calls"][0].toObject();
        QCOMPARE(call[u"function"][u"name"].toString(), QStringLiteral("find_order"));
        const QJsonObject arguments = objectOf(call[u"function"][u"arguments"].toString().toUtf8());
        QVERIFY(arguments[u"number"].isDouble());
        QVERIFY(arguments[u"state"].toString() == u"open" || arguments[u"state"].toString() == u"closed");
        QCOMPARE(arguments[u"tags"].toArray().size(), 2);
        QVERIFY(arguments[u"deep"][u"flag"].isBool());
        QCOMPARE(objectOf(whole.body)[u"choices"][0][u"finish_reason"].toString(), QStringLiteral("tool_calls"));

        const Reply streamed = f.ask(chatBody("sim-fast", tools + ",\"stream\":true"));
        QByteArray pieces;
        const QByteArrayList events = streamed.events();
        for (const QByteArray &event : events.first(events.size() - 1))
            pieces += objectOf(event)[u"choices"][0][u"delta"][u"tool_calls"][0][u"function"][u"arguments"].toString().toUtf8();
        QCOMPARE(objectOf(pieces), arguments);
        QCOMPARE(objectOf(streamed.events().first())[u"choices"][0][u"delta"][u"tool_calls"][0][u"id"], call[u"id"]);

        QVERIFY(messageOf(f.ask(chatBody("sim-fast", tools + ",\"tool_choice\":\"none\"")))[u"content"].isString());
        const QByteArray withResult = "{\"model\":\"sim-fast\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"7\"}]" + tools + "}";
        QVERIFY(messageOf(f.ask(withResult))[u"content"].isString());
    }
    void givesJsonWhenAsked()
    {
        SimulatorFixture f;
        const auto contentFor = [&](const QByteArray &format) {
            return objectOf(messageOf(f.ask(chatBody("sim-fast", ",\"response_format\":" + format)))[u"content"].toString().toUtf8());
        };
        QVERIFY(!contentFor("{\"type\":\"json_object\"}").isEmpty());
        const QJsonObject river = contentFor(R"({"type":"json_schema","json_schema":{"name":"r","schema":{"type":"object",
            "properties":{"name":{"type":"string"},"length_km":{"type":"number"},"nothing":{"type":["null","string"]}}}}})");
        QVERIFY(river[u"name"].isString());
        QVERIFY(river[u"length_km"].isDouble());
        QVERIFY(river.contains(u"nothing") && river[u"nothing"].isNull());
        QCOMPARE(river.size(), 3);
    }
    void refusesWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("param");
        QTest::newRow("not JSON") << QByteArray("{\"model\":") << 400 << "" << "";
        QTest::newRow("empty") << QByteArray() << 400 << "" << "";
        QTest::newRow("not an object") << QByteArray("[]") << 400 << "" << "";
        QTest::newRow("no model") << QByteArray("{\"messages\":[{}]}") << 400 << "" << "model";
        QTest::newRow("no messages") << QByteArray("{\"model\":\"sim-fast\"}") << 400 << "" << "messages";
        QTest::newRow("empty messages") << QByteArray("{\"model\":\"sim-fast\",\"messages\":[]}") << 400 << "" << "messages";
        QTest::newRow("unknown model") << chatBody("gpt-9\\\"x") << 404 << "model_not_found" << "model";
        QTest::newRow("no output") << chatBody("sim-fast", ",\"max_tokens\":0") << 400 << "" << "max_tokens";
        QTest::newRow("hot") << chatBody("sim-fast", ",\"temperature\":2.1") << 400 << "" << "temperature";
        QTest::newRow("options without stream") << chatBody("sim-fast", ",\"stream_options\":{}") << 400 << "" << "stream_options";
        QTest::newRow("too long") << chatBody("sim-fast", {}, QByteArray(1'000'000, 'w')) << 400 << "context_length_exceeded" << "messages";
    }
    void refusesWhatIsWrong()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const int, status);
        QFETCH(const QString, code);
        QFETCH(const QString, param);
        SimulatorFixture f;
        SimulatorStep reset; // not used up by a bad request
        reset.fault = SimulatorStep::Fault::Reset;
        f.service.enqueue({reset});
        const Reply reply = f.ask(body);
        QCOMPARE(reply.status, status);
        QCOMPARE(errorCode(reply), code);
        QCOMPARE(objectOf(reply.body)[u"error"][u"param"].toString(), param);
        QVERIFY(!objectOf(reply.body)[u"error"][u"message"].toString().isEmpty());
        QVERIFY(reply.headers.contains("x-request-id"));
    }
    void rejectsABadKey()
    {
        SimulatorFixture f;
        for (const char *key : {"bad", "sk-bad-123"}) {
            const Reply reply = f.ask(chatBody(), "Authorization: Bearer " + QByteArray(key) + "\r\n");
            QCOMPARE(reply.status, 401);
            QCOMPARE(errorCode(reply), QStringLiteral("invalid_api_key"));
            QVERIFY(!reply.body.contains(key));
        }
        QCOMPARE(f.ask(chatBody(), "Authorization: Bearer good\r\n").status, 200);
        QCOMPARE(f.ask(chatBody(), "Authorization: Bearer sk-badge\r\n").status, 401);
    }
    void listsItsModels()
    {
        SimulatorFixture f;
        const Reply reply = f.askRaw(f.get("/v1/models"));
        QCOMPARE(reply.status, 200);
        QStringList ids;
        for (const QJsonValue &model : objectOf(reply.body)[u"data"].toArray())
            ids << model[u"id"].toString();
        QCOMPARE(ids, simulatorModels());
        QCOMPARE(objectOf(f.askRaw(f.get("/v1/models/sim-large")).body)[u"id"].toString(), QStringLiteral("sim-large"));
        QCOMPARE(f.askRaw(f.get("/v1/models/gpt")).status, 404);
        QCOMPARE(f.askRaw(f.get("/v1/chat/completions")).status, 405);
        QCOMPARE(f.askRaw(f.get("/v1/other")).status, 404);
        QCOMPARE(f.askRaw(f.request(chatBody(), {}, "/v1/models")).status, 405);
    }
};

TOLLGATE_TEST(TstSimulatorWire)
#include "tst_simulatorwire.moc"
