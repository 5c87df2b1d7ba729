#include "core/simulator/responseswire.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

using namespace tollgate;

namespace {

ChatAnswer answer(const char *content, const char *reasoning = nullptr)
{
    ChatAnswer made;
    made.id = "ab";
    made.model = "sim-fast";
    made.created = 1'795'440'000;
    made.promptTokens = 11;
    made.content = std::make_shared<const TokenText>(cutIntoTokens(content));
    made.contentTokens = made.content->size();
    if (reasoning) {
        made.reasoning = std::make_shared<const TokenText>(cutIntoTokens(reasoning));
        made.reasoningTokens = made.reasoning->size();
    }
    made.finishReason = "stop";
    return made;
}

// The data of all events of a stream, checked for what holds of every one.
QList<QJsonObject> events(const ChatAnswer &made, qsizetype perEvent = 1)
{
    const ResponsesWire wire;
    QByteArray stream;
    for (qsizetype i = 0; i < wire.eventCount(made, perEvent); ++i)
        wire.appendEvent(stream, made, i, perEvent);
    QList<QJsonObject> list;
    int last = -1;
    for (const QByteArray &event : stream.split('\n')) {
        if (!event.startsWith("data: "))
            continue;
        const QJsonObject data = QJsonDocument::fromJson(event.sliced(6)).object();
        if (!stream.contains("event: " + data[u"type"].toString().toLatin1() + "\ndata: {\"type\":\"" + data[u"type"].toString().toLatin1()))
            qWarning("an event is not named as its type");
        if (data[u"sequence_number"].toInt(-1) <= last)
            qWarning("numbers do not rise at %s", event.constData());
        last = data[u"sequence_number"].toInt(-1);
        list.append(data);
    }
    return list;
}

QString joined(const QList<QJsonObject> &list, QStringView type)
{
    QString text;
    for (const QJsonObject &event : list) {
        if (event[u"type"].toString() == type)
            text += event[u"delta"].toString();
    }
    return text;
}

} // namespace

class TstResponsesWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void streamsThoughtsThenText()
    {
        for (const qsizetype perEvent : {1, 3}) {
            const QList<QJsonObject> list = events(answer("The \"Rhine\"\nis long.", "Let me think of rivers."), perEvent);
            QCOMPARE(list.front()[u"type"].toString(), QStringLiteral("response.created"));
            QCOMPARE(joined(list, u"response.reasoning_summary_text.delta"), QStringLiteral("Let me think of rivers."));
            QCOMPARE(joined(list, u"response.output_text.delta"), QStringLiteral("The \"Rhine\"\nis long."));
            const QJsonObject last = list.back();
            QCOMPARE(last[u"type"].toString(), QStringLiteral("response.completed"));
            const QJsonArray output = last[u"response"][u"output"].toArray();
            QCOMPARE(output[0].toObject()[u"type"].toString(), QStringLiteral("reasoning"));
            QVERIFY(!output[0].toObject()[u"encrypted_content"].toString().isEmpty());
            QCOMPARE(output[1].toObject()[u"content"][0][u"text"].toString(), QStringLiteral("The \"Rhine\"\nis long."));
            QVERIFY(last[u"response"][u"usage"][u"output_tokens_details"][u"reasoning_tokens"].toInt() > 0);
            // Nothing tells the end before the end: a stream without its marker has to look unfinished.
            for (const QJsonObject &event : list.first(list.size() - 1))
                QVERIFY(event[u"response"][u"usage"].toObject().isEmpty());
        }
    }

    void streamsACall()
    {
        ChatAnswer made = answer(R"({"name":"Rhine"})");
        made.tool = "find";
        made.callId = "c1";
        made.finishReason = "tool_calls";
        const QList<QJsonObject> list = events(made);
        QCOMPARE(joined(list, u"response.function_call_arguments.delta"), QStringLiteral(R"({"name":"Rhine"})"));
        const QJsonObject item = list.back()[u"response"][u"output"][0].toObject();
        QCOMPARE(item[u"call_id"].toString(), QStringLiteral("call_c1"));
        QCOMPARE(item[u"name"].toString(), QStringLiteral("find"));
    }

    void tellsTheLimit()
    {
        ChatAnswer made = answer("The Rhine", "Thoughts that took it all");
        made.contentTokens = 0;
        made.finishReason = "length";
        const QJsonObject last = events(made).back();
        QCOMPARE(last[u"type"].toString(), QStringLiteral("response.incomplete"));
        QCOMPARE(last[u"response"][u"incomplete_details"][u"reason"].toString(), QStringLiteral("max_output_tokens"));
        QCOMPARE(last[u"response"][u"output"].toArray().size(), 1);
        made.finishReason.clear();
        QCOMPARE(QJsonDocument::fromJson(ResponsesWire().whole(made))[u"status"].toString(), QStringLiteral("in_progress"));
    }

    void errorsInAStreamAreFlat()
    {
        const ResponsesWire wire;
        QByteArray out;
        wire.appendStreamError(out, wire.errorBody(serverError()));
        QVERIFY(out.startsWith("event: error\ndata: "));
        const QJsonObject error = QJsonDocument::fromJson(out.sliced(19).trimmed()).object();
        QCOMPARE(error[u"type"].toString(), QStringLiteral("error"));
        QCOMPARE(error[u"code"].toString(), QStringLiteral("server_error"));
        QVERIFY(!error.contains(u"error"));
        out.clear();
        wire.appendStreamError(out, "{\"mine\":1}");
        QCOMPARE(out, QByteArray("event: error\ndata: {\"mine\":1}\n\n"));
    }

    void refusesWhatTheWireDoesNotKnow()
    {
        JsonDocument document;
        ServerRequest request;
        ChatCall call;
        for (const char *body : {"[]", "{}", R"({"model":"sim-fast"})", R"({"model":"sim-fast","input":[]})", R"({"model":"m","input":"q","seed":1})",
                                 R"({"model":"m","input":"q","messages":[]})", R"({"model":"m","input":"q","max_output_tokens":0})",
                                 R"({"model":"m","input":"q","temperature":3})"})
            QVERIFY2(ResponsesWire().readCall(request, *document.parse(body), call).has_value(), body);
        QVERIFY(!ResponsesWire().readCall(request, *document.parse(R"({"model":"m","input":"q","stream":true,"store":false})"), call));
        QVERIFY(call.stream);
    }
};

TOLLGATE_TEST(TstResponsesWire)
#include "tst_responseswire.moc"
