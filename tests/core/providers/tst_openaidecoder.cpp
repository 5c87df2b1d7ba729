#include "core/pricing/pricetable.h"
#include "tests/core/providers/replay.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>

using namespace tollgate;
using namespace tollgate::test;

namespace {

QString endName(DecodeEnd::Kind kind)
{
    switch (kind) {
    case DecodeEnd::Kind::Complete: return QStringLiteral("complete");
    case DecodeEnd::Kind::Incomplete: return QStringLiteral("incomplete");
    case DecodeEnd::Kind::Failed: return QStringLiteral("failed");
    case DecodeEnd::Kind::Queued: return QStringLiteral("queued");
    }
    return {};
}

ReplayFixture answer(const QByteArray &contentType, const QByteArray &body, bool streamed = true, int status = 200)
{
    ReplayFixture fixture;
    fixture.config = configOfDialect(QStringLiteral("openai"));
    fixture.streamed = streamed;
    fixture.status = status;
    if (!contentType.isEmpty())
        fixture.headers.set("Content-Type", contentType);
    fixture.body = body;
    return fixture;
}

const QByteArray wholeAnswer = R"({"id":"a","choices":[{"index":0,"message":{"content":"Rhine"},"finish_reason":"stop"}]})";
const QByteArray streamedAnswer = "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Rhine\"},"
                                  "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

} // namespace

class TstOpenAiDecoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fixturesDecodeAsExpected_data() { addFixtures(); }
    void fixturesDecodeAsExpected()
    {
        QFETCH(int, at);
        const ReplayFixture &fixture = m_fixtures[at];
        QVERIFY2(!fixture.expected.isEmpty(), "no .expected file");
        compare(fixture.expected, replay(fixture));
    }

    void everySplitDecodesTheSame_data() { addFixtures(); }
    void everySplitDecodesTheSame()
    {
        QFETCH(int, at);
        const ReplayFixture &fixture = m_fixtures[at];
        QVERIFY(fixture.body.size() <= 8192);
        const QString whole = replay(fixture).summary();
        QCOMPARE(replayBytewise(fixture).summary(), whole);
        for (qsizetype cut = 0; cut <= fixture.body.size(); ++cut)
            QVERIFY2(replay(fixture, {cut}).summary() == whole, qPrintable(QStringLiteral("cut at %1").arg(cut)));
    }

    void damagedAnswersDecodeTheSameInAnySplit_data() { addFixtures(); }
    void damagedAnswersDecodeTheSameInAnySplit()
    {
        QFETCH(int, at);
        ReplayFixture fixture = m_fixtures[at];
        QRandomGenerator random(quint32(at) + 1); // the same damage in every run
        const QByteArray whole = fixture.body;
        for (int round = 0; round < 60 && !whole.isEmpty(); ++round) {
            fixture.body = whole;
            for (int i = random.bounded(1, 4); i > 0; --i)
                fixture.body[random.bounded(fixture.body.size())] = "\n\r \":{}[],0\xff\\x"[random.bounded(14)];
            QList<qsizetype> cuts;
            for (int i = random.bounded(1, 6); i > 0; --i)
                cuts.append(random.bounded(fixture.body.size()));
            std::sort(cuts.begin(), cuts.end());
            const QString expected = replay(fixture).summary();
            QVERIFY2(replay(fixture, cuts).summary() == expected, fixture.body.constData());
            QVERIFY2(replayBytewise(fixture).summary() == expected, fixture.body.constData());
        }
    }

    void everyCutBeforeTheEndMarkerIsNoSuccess_data() { addFixtures(true); }
    void everyCutBeforeTheEndMarkerIsNoSuccess()
    {
        QFETCH(int, at);
        ReplayFixture fixture = m_fixtures[at];
        const QByteArray whole = fixture.body;
        const qsizetype marker = endMarkerOf(fixture);
        QVERIFY(marker > 0);
        for (qsizetype cut = 0; cut <= marker; ++cut) {
            fixture.body = whole.first(cut);
            for (const bool httpComplete : {false, true}) {
                const Replayed result = replay(fixture, {}, httpComplete);
                QVERIFY2(result.end.kind != DecodeEnd::Kind::Complete && !result.completion.complete,
                         qPrintable(QStringLiteral("cut at %1").arg(cut)));
                if (fixture.streamed && cut > 0 && !httpComplete)
                    QCOMPARE(result.end.kind, DecodeEnd::Kind::Incomplete);
            }
        }
    }

    void connectionLostBeforeContentIsAmbiguous()
    {
        const Replayed lost = replay(answer("text/event-stream", ": ping\n\n"), {}, false);
        QCOMPARE(lost.end.kind, DecodeEnd::Kind::Incomplete);
        QCOMPARE(lost.end.failure.kind, FailureKind::Ambiguous);
        QVERIFY(!lost.sawEvent);
        const Replayed document = replay(answer("application/json", wholeAnswer.first(20), false), {}, false);
        QCOMPARE(document.end.failure.kind, FailureKind::Ambiguous);
        const Replayed later = replay(answer("text/event-stream", streamedAnswer.first(streamedAnswer.indexOf("data: [DONE]"))), {}, false);
        QCOMPARE(later.end.failure.kind, FailureKind::Incomplete);
        QCOMPARE(later.end.failure.phase, Phase::Stream);
    }

    void goesByWhatCameNotByWhatWasAsked()
    {
        const Replayed document = replay(answer("application/json; charset=utf-8", wholeAnswer, true));
        QCOMPARE(document.end.kind, DecodeEnd::Kind::Complete);
        QCOMPARE(document.text, QStringLiteral("Rhine"));
        const Replayed stream = replay(answer("Text/Event-Stream", streamedAnswer, false));
        QCOMPARE(stream.end.kind, DecodeEnd::Kind::Complete);
        QCOMPARE(stream.text, QStringLiteral("Rhine"));
    }

    void missingContentTypeIsReadFromTheBody()
    {
        for (const bool streamed : {true, false}) {
            QCOMPARE(replay(answer({}, wholeAnswer, streamed)).end.kind, DecodeEnd::Kind::Complete);
            QCOMPARE(replay(answer({}, streamedAnswer, streamed)).end.kind, DecodeEnd::Kind::Complete);
            QCOMPARE(replay(answer({}, "<html>no</html>", streamed)).end.failure.kind, FailureKind::Protocol);
        }
    }

    void streamInsideJsonTypeIsAProtocolFailure()
    {
        const Replayed result = replay(answer("application/json", streamedAnswer));
        QCOMPARE(result.end.kind, DecodeEnd::Kind::Failed);
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QVERIFY(result.text.isEmpty());
    }

    void foreignAnswerShowsItsBeginningAsPlainText()
    {
        const QByteArray page = "<h1>Log\x01in</h1>\x1b[31m" + QByteArray(5000, 'x');
        const ReplayFixture fixture = answer("text/html", page);
        const Replayed result = replay(fixture);
        QCOMPARE(result.end.kind, DecodeEnd::Kind::Failed);
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QVERIFY(result.end.failure.message.contains(QStringLiteral("<h1>Login</h1>[31mxxx")));
        QVERIFY(result.end.failure.message.toUtf8().size() <= 2048);
        QCOMPARE(replayBytewise(fixture).summary(), result.summary());
    }

    void foreignAnswerIsNotReadToItsEnd()
    {
        const ReplayFixture fixture = answer("text/html", {});
        const std::unique_ptr<ReplyDecoder> decoder =
            providerFor(fixture.config.type)->decoder(fixture.config, true, 200, fixture.headers);
        Silent sink;
        QVERIFY(decoder->feed(QByteArray(100, 'x'), sink));
        QVERIFY(!decoder->feed(QByteArray(100'000, 'x'), sink));
        QVERIFY(!decoder->feed(QByteArray(100'000, 'x'), sink));
    }

    void unusedStatusIsAProtocolFailure()
    {
        for (const int status : {202, 204, 206}) {
            const Replayed result = replay(answer("application/json", status == 204 ? QByteArray() : wholeAnswer, false, status));
            QCOMPARE(result.end.kind, DecodeEnd::Kind::Failed);
            QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
            QCOMPARE(result.end.failure.httpStatus, status);
            QVERIFY(result.text.isEmpty() && !result.completion.complete);
        }
    }

    void feedSaysWhenNothingMoreIsWanted()
    {
        Silent sink;
        const ReplayFixture stream = answer("text/event-stream", {});
        const Provider *provider = providerFor(stream.config.type);
        std::unique_ptr<ReplyDecoder> decoder = provider->decoder(stream.config, true, 200, stream.headers);
        const qsizetype marker = streamedAnswer.indexOf("data: [DONE]");
        QVERIFY(decoder->feed(QByteArrayView(streamedAnswer).first(marker), sink));
        QVERIFY(decoder->sawEvent() && decoder->sawContent() && !decoder->sawEnd());
        QVERIFY(!decoder->feed(QByteArrayView(streamedAnswer).sliced(marker), sink));
        QVERIFY(decoder->sawEnd());

        decoder = provider->decoder(stream.config, true, 200, stream.headers);
        QVERIFY(!decoder->feed("data: {\"error\":{\"message\":\"no\"}}\n\n", sink));
        QVERIFY(!decoder->feed(streamedAnswer, sink));
        QVERIFY(!decoder->sawContent());
        QCOMPARE(decoder->finish(true, sink).kind, DecodeEnd::Kind::Failed);
    }

    void lineOverTheCapFails()
    {
        const QByteArray body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + QByteArray(2 << 20, 'x') + "\"}}]}\n\n";
        const Replayed result = replay(answer("text/event-stream", body));
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QVERIFY(result.text.isEmpty());
    }

    void documentOverTheCapFails()
    {
        const ReplayFixture fixture = answer("application/json", {}, false);
        const std::unique_ptr<ReplyDecoder> decoder =
            providerFor(fixture.config.type)->decoder(fixture.config, false, 200, fixture.headers);
        Silent sink;
        const QByteArray piece = '{' + QByteArray(1'000'000, ' ');
        int fed = 0;
        while (fed < 100 && decoder->feed(piece, sink))
            ++fed;
        QCOMPARE(fed, 33);
        QCOMPARE(decoder->finish(true, sink).failure.kind, FailureKind::Protocol);
    }

    void hostileToolCallsAreBounded()
    {
        QByteArray body;
        for (int i = 0; i < 1100; ++i)
            body += "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":" + QByteArray::number(i)
                + ",\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}\n\n";
        const Replayed result = replay(answer("text/event-stream", body));
        QCOMPARE(result.end.failure.kind, FailureKind::Protocol);
        QCOMPARE(result.completion.toolCalls.size(), 1024);
    }

    void requestIdComesFromTheHeader()
    {
        ReplayFixture fixture = answer("application/json", wholeAnswer);
        fixture.headers.set("X-Request-Id", "req_1");
        QCOMPARE(replay(fixture).completion.requestId, QStringLiteral("req_1"));
        fixture = answer("application/json", wholeAnswer);
        fixture.headers.set("X-Generation-Id", "gen-2");
        QCOMPARE(replay(fixture).completion.requestId, QStringLiteral("gen-2"));
    }

    void rawUsageIsKept()
    {
        const Replayed result = replay(answer("application/json",
                                              R"({"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}],)"
                                              R"("usage":{"prompt_tokens":9007199254740993,"completion_tokens":1,"novel":{"a":[1]}}})"));
        QCOMPARE(result.completion.rawUsage, QByteArray(R"({"prompt_tokens":9007199254740993,"completion_tokens":1,"novel":{"a":[1]}})"));
        QCOMPARE(result.completion.usage.uncachedInput, 1'000'000'000'000); // bounded, not overflowing
    }

private:
    class Silent final : public DecoderSink
    {
        void deltaDecoded(const Delta &) override {}
    };

    void addFixtures(bool wholeOnly = false)
    {
        if (m_fixtures.isEmpty())
            m_fixtures = replayFixtures();
        QVERIFY(m_fixtures.size() > 60);
        QTest::addColumn<int>("at");
        for (qsizetype i = 0; i < m_fixtures.size(); ++i) {
            if (!wholeOnly || m_fixtures[i].expected[u"end"].toString() == u"complete")
                QTest::newRow(qPrintable(m_fixtures[i].name)) << int(i);
        }
    }

    // The longest beginning of a complete answer that is no answer yet: all but the last character of the event or document that
    // ends it.
    static qsizetype endMarkerOf(const ReplayFixture &fixture)
    {
        const QByteArray &body = fixture.body;
        if (!fixture.streamed || fixture.config.type == ProviderType::Ollama || body.startsWith('{') || body.startsWith('['))
            return body.trimmed().size() - 1;
        QList<QByteArray> markers{"[DONE]"};
        if (fixture.config.type == ProviderType::OpenAiResponses)
            markers = {"{\"type\":\"response.completed\"", "{\"type\":\"response.incomplete\""};
        else if (fixture.config.type == ProviderType::Gemini)
            markers = {"\"finishReason\":\""};
        else if (fixture.config.type == ProviderType::Anthropic)
            markers = {"{\"type\":\"message_stop\"}"};
        for (const QByteArray &marker : markers) {
            const qsizetype at = body.indexOf(marker);
            if (at < 0)
                continue;
            const qsizetype lf = body.indexOf('\n', at);
            const qsizetype end = lf < 0 ? body.indexOf('\r', at) : lf;
            return marker == "[DONE]" ? at : body.lastIndexOf('}', end < 0 ? -1 : end);
        }
        return -1;
    }

    // Keys that an expectation leaves out stand for "nothing"; a member of any other name would be a typing error.
    static void compare(const QJsonObject &expected, const Replayed &result)
    {
        static const QStringList keys = QStringLiteral("end finish rawFinish responseId requestId model serviceTier text reasoning "
                                                       "refusal toolCalls usage costNanoUsd failure httpStatus providerCode "
                                                       "parameter message messageContains tableNanoUsd opaque priceModel amountNanoUsd").split(u' ');
        for (const QString &key : expected.keys())
            QVERIFY2(keys.contains(key), qPrintable(key));
        const Completion &c = result.completion;
        QCOMPARE(endName(result.end.kind), expected[u"end"].toString());
        QCOMPARE(result.text, expected[u"text"].toString());
        QCOMPARE(result.reasoning, expected[u"reasoning"].toString());
        QCOMPARE(result.refusal, expected[u"refusal"].toString());
        QCOMPARE(c.text, result.text);
        QCOMPARE(c.reasoning, result.reasoning);
        QCOMPARE(c.refusal, result.refusal);
        QStringList calls;
        for (const QJsonValue &call : expected[u"toolCalls"].toArray())
            calls.append(call[0].toString() + u'|' + call[1].toString() + u'|' + call[2].toString());
        QCOMPARE(result.toolCalls, calls);
        QCOMPARE(finishReasonName(c.finishReason), expected[u"finish"].toString());
        if (expected.contains(u"rawFinish"))
            QCOMPARE(c.rawFinishReason, expected[u"rawFinish"].toString());
        QCOMPARE(c.complete, result.end.kind == DecodeEnd::Kind::Complete);
        QCOMPARE(c.serviceTier, expected[u"serviceTier"].toString());
        QCOMPARE(c.requestId, expected[u"requestId"].toString());
        if (expected[u"end"].toString() == u"complete") {
            QCOMPARE(c.model, expected[u"model"].toString());
            QCOMPARE(c.responseId, expected[u"responseId"].toString());
            QVERIFY(result.sawEnd && result.sawEvent);
        }
        if (expected.contains(u"opaque"))
            QCOMPARE(QJsonDocument::fromJson(c.opaqueJson).array(), expected[u"opaque"].toArray());
        else if (expected[u"model"].toString().startsWith(u"claude"))
            QVERIFY(c.opaqueJson.isEmpty());
        compareUsage(expected, c);
        comparePrice(expected, c);
        compareFailure(expected, result);
    }

    // What "tableNanoUsd" is reckoned with: USD 2, 0.5, 2.5 and 8 per million tokens of input, cached input, cache write and output.
    static Price fixturePrice()
    {
        const auto rate = [](const char *usd) { return *Rate::fromUsdPerMillion(QString::fromLatin1(usd)); };
        Price price;
        price.rates.input = rate("2");
        price.rates.cachedInput = rate("0.5");
        price.rates.cacheWrite = rate("2.5");
        price.rates.output = rate("8");
        price.version = QStringLiteral("fixtures");
        return price;
    }

    // By the built-in table of that day.
    static void comparePrice(const QJsonObject &expected, const Completion &completion)
    {
        if (!expected.contains(u"priceModel"))
            return;
        const qint64 day = 1'795'478'400'000; // 2026-11-24
        const auto price = PriceTable::builtIn()->find(QStringLiteral("anthropic"), expected[u"priceModel"].toString(), day);
        const Cost cost = costOf(completion.usage, price, completion.serviceTier, completion.providerCost);
        QCOMPARE(cost.state, CostState::Priced);
        QCOMPARE(cost.amount->nanoUsd(), expected[u"amountNanoUsd"].toInteger());
    }

    static void compareUsage(const QJsonObject &expected, const Completion &completion)
    {
        const QJsonObject usage = expected[u"usage"].toObject();
        const Usage &u = completion.usage;
        QCOMPARE(u.present, usage[u"present"].toBool(!usage.isEmpty())); // counts can come before the final ones
        QCOMPARE(u.estimated, usage[u"estimated"].toBool());
        QCOMPARE(u.cacheWrite1h, usage[u"cacheWrite1h"].toInteger());
        QCOMPARE(u.uncachedInput, usage[u"uncachedInput"].toInteger());
        QCOMPARE(u.cachedInput, usage[u"cachedInput"].toInteger());
        QCOMPARE(u.cacheWrite, usage[u"cacheWrite"].toInteger());
        QCOMPARE(u.visibleOutput, usage[u"visibleOutput"].toInteger());
        QCOMPARE(u.reasoning, usage[u"reasoning"].toInteger());
        QCOMPARE(completion.rawUsage.isEmpty(), usage.isEmpty());
        if (expected.contains(u"tableNanoUsd")) {
            const Cost cost = costOf(u, fixturePrice(), {});
            QVERIFY(cost.amount.has_value());
            QCOMPARE(cost.amount->nanoUsd(), expected[u"tableNanoUsd"].toInteger());
        }
        QCOMPARE(completion.providerCost.has_value(), expected.contains(u"costNanoUsd"));
        if (completion.providerCost)
            QCOMPARE(completion.providerCost->nanoUsd(), expected[u"costNanoUsd"].toInteger());
    }

    static void compareFailure(const QJsonObject &expected, const Replayed &result)
    {
        const DecodeEnd &end = result.end;
        if (end.kind == DecodeEnd::Kind::Complete)
            return;
        QCOMPARE(failureName(end.failure.kind), expected[u"failure"].toString());
        QCOMPARE(end.failure.providerCode, expected[u"providerCode"].toString());
        QCOMPARE(end.failure.parameter, expected[u"parameter"].toString());
        if (end.failure.kind != FailureKind::Protocol)
            QCOMPARE(end.failure.httpStatus, expected[u"httpStatus"].toInt());
        QVERIFY(!end.failure.message.isEmpty());
        if (result.sawEvent)
            QCOMPARE(end.failure.phase, Phase::Stream);
        if (expected.contains(u"message"))
            QCOMPARE(end.failure.message, expected[u"message"].toString());
        QVERIFY(end.failure.message.contains(expected[u"messageContains"].toString()));
    }

    QList<ReplayFixture> m_fixtures;
};

TOLLGATE_TEST(TstOpenAiDecoder)
#include "tst_openaidecoder.moc"
