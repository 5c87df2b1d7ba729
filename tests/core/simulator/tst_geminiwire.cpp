#include "core/simulator/geminiwire.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;

namespace {

ChatAnswer answer(const char *content, const char *reasoning = nullptr)
{
    ChatAnswer made;
    made.id = "ab";
    made.model = "sim-fast";
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

QList<QJsonObject> chunks(const ChatAnswer &made, qsizetype perEvent = 1)
{
    const GeminiWire wire;
    QByteArray stream;
    for (qsizetype i = 0; i < wire.eventCount(made, perEvent); ++i)
        wire.appendEvent(stream, made, i, perEvent);
    QList<QJsonObject> list;
    for (const QByteArray &line : stream.split('\n')) {
        if (line.startsWith("data: "))
            list.append(QJsonDocument::fromJson(line.sliced(6)).object());
    }
    return list;
}

ServerRequest request(const char *method, const char *path, const char *query = "")
{
    ServerRequest made;
    made.method = method;
    made.path = path;
    made.query = query;
    return made;
}

} // namespace

class TstGeminiWire : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsItsPaths()
    {
        using Route = SimulatorWire::Route;
        const GeminiWire wire;
        QCOMPARE(wire.route(request("POST", "/v1beta/models/sim-fast:generateContent")), Route::Chat);
        QCOMPARE(wire.route(request("GET", "/v1beta/models/sim-fast:generateContent")), Route::NotAllowed);
        QCOMPARE(wire.route(request("GET", "/v1beta/models")), Route::Models);
        QCOMPARE(wire.route(request("POST", "/v1beta/models")), Route::NotAllowed);
        QCOMPARE(wire.route(request("GET", "/v1/models")), Route::Other);
        QVERIFY(wire.models(request("GET", "/v1beta/models/sim-fast")).has_value());
        QVERIFY(!wire.models(request("GET", "/v1beta/models/none")).has_value());
    }

    void streamsThoughtsThenText()
    {
        QString text;
        QString thoughts;
        const QList<QJsonObject> list = chunks(answer("The \"Rhine\"\nis long.", "Let me think."), 2);
        for (qsizetype i = 0; i < list.size(); ++i) {
            for (const QJsonValue &part : list[i][u"candidates"][0][u"content"][u"parts"].toArray())
                (part[u"thought"].toBool() ? thoughts : text) += part[u"text"].toString();
            QCOMPARE(list[i][u"candidates"][0].toObject().contains(u"finishReason"), i == list.size() - 1);
            QCOMPARE(list[i].contains(u"usageMetadata"), i == list.size() - 1);
        }
        QCOMPARE(text, QStringLiteral("The \"Rhine\"\nis long."));
        QCOMPARE(thoughts, QStringLiteral("Let me think."));
        const QJsonObject usage = list.back()[u"usageMetadata"].toObject();
        QCOMPARE(usage[u"totalTokenCount"].toInt(),
                 usage[u"promptTokenCount"].toInt() + usage[u"candidatesTokenCount"].toInt() + usage[u"thoughtsTokenCount"].toInt());
    }

    void callsComeWhole()
    {
        ChatAnswer made = answer("{\"name\":\"Köln \\\"x\\\"\"}");
        made.tool = "find";
        made.callId = "c1";
        for (const qsizetype perEvent : {1, 4}) {
            int calls = 0;
            for (const QJsonObject &chunk : chunks(made, perEvent)) {
                for (const QJsonValue &part : chunk[u"candidates"][0][u"content"][u"parts"].toArray()) {
                    if (!part[u"functionCall"].isObject())
                        continue;
                    ++calls;
                    QCOMPARE(part[u"functionCall"][u"args"][u"name"].toString(), QStringLiteral("Köln \"x\""));
                }
            }
            QCOMPARE(calls, 1);
        }
        made.contentTokens -= 1; // cut by the limit
        made.finishReason = "length";
        const QJsonDocument whole = QJsonDocument::fromJson(GeminiWire().whole(made));
        QVERIFY(whole[u"candidates"][0][u"content"][u"parts"].toArray().isEmpty());
        QCOMPARE(whole[u"candidates"][0][u"finishReason"].toString(), QStringLiteral("MAX_TOKENS"));
    }

    void errorsAreGooglesOwn()
    {
        const auto error = [](int status) { return QJsonDocument::fromJson(GeminiWire().errorBody(fittingError(status)))[u"error"].toObject(); };
        QCOMPARE(error(401)[u"details"][0][u"reason"].toString(), QStringLiteral("API_KEY_INVALID"));
        QCOMPARE(error(402)[u"details"][0][u"violations"][0][u"quotaId"].toString().contains(u"PerDay"), true);
        QVERIFY(error(429)[u"details"][0][u"retryDelay"].toString().endsWith(u's'));
        QCOMPARE(error(503)[u"status"].toString(), QStringLiteral("UNAVAILABLE"));
        QCOMPARE(error(500)[u"code"].toInt(), 500);
        QCOMPARE(error(413)[u"status"].toString(), QStringLiteral("INVALID_ARGUMENT"));
    }

    void refusesWhatTheWireDoesNotKnow()
    {
        JsonDocument document;
        ChatCall call;
        const GeminiWire wire;
        const ServerRequest whole = request("POST", "/v1beta/models/sim%2Dfast:generateContent");
        for (const char *body : {"[]", "{}", R"({"contents":[]})", R"({"contents":[{}],"generationConfig":{"maxOutputTokens":0}})",
                                 R"({"contents":[{}],"generationConfig":{"temperature":3}})"})
            QVERIFY2(wire.readCall(whole, *document.parse(body), call).has_value(), body);
        const QByteArray fine = R"({"contents":[{"role":"user","parts":[{"text":"q"}]}]})";
        QVERIFY(!wire.readCall(whole, *document.parse(fine), call));
        QCOMPARE(call.model, QByteArray("sim-fast"));
        QVERIFY(!call.stream);
        QVERIFY(wire.readCall(request("POST", "/v1beta/models/m:streamGenerateContent"), *document.parse(fine), call).has_value());
        QVERIFY(!wire.readCall(request("POST", "/v1beta/models/m:streamGenerateContent", "a=1&alt=sse"), *document.parse(fine), call));
        QVERIFY(call.stream);
    }
};

TOLLGATE_TEST(TstGeminiWire)
#include "tst_geminiwire.moc"
