// One `send` is one POST in every failure that can be scripted, and what the ledger says was attempted is what was on the wire.
#include "tests/e2e/clifixture.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QTest>

#include <csignal>

using namespace tollgate::test;

class TstOneWire : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sendsOnce_data();
    void sendsOnce();
    void retriesWhatMayBeRetried_data();
    void retriesWhatMayBeRetried();
    void stopsOnInterrupt();
    void runsTwentyBesideAStream();
};

void TstOneWire::sendsOnce_data()
{
    QTest::addColumn<QByteArray>("step");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char *name, const char *step, int exitCode, const char *kind) {
        QTest::newRow(name) << QByteArray(step) << exitCode << QString::fromLatin1(kind);
    };
    row("close before headers", R"({"fault":"close-before-headers"})", 7, "ambiguous");
    row("close mid headers", R"({"fault":"close-mid-headers"})", 7, "ambiguous");
    row("reset", R"({"fault":"reset"})", 7, "ambiguous");
    row("redirect", R"({"fault":"redirect","location":"http://127.0.0.1:9/v1/chat/completions"})", 7, "protocol");
    row("cut stream", R"({"fault":"cut-stream","after_events":3})", 7, "incomplete");
    row("cut at a chunk border", R"({"fault":"cut-at-chunk-border","after_events":3})", 7, "incomplete");
    row("reset stream", R"({"fault":"reset-stream","after_events":3})", 7, "incomplete");
    row("no end marker", R"({"fault":"no-end-marker"})", 7, "incomplete");
    row("garbage", R"({"fault":"garbage"})", 7, "protocol");
    row("html", R"({"fault":"html"})", 7, "protocol");
    row("invalid utf-8", R"({"fault":"invalid-utf8"})", 7, "protocol");
    row("400", R"({"fault":"status","status":400})", 3, "rejected");
    row("401", R"({"fault":"status","status":401})", 4, "badKey");
    row("402", R"({"fault":"status","status":402})", 5, "quota");
    row("404", R"({"fault":"status","status":404})", 3, "rejected");
    row("422", R"({"fault":"status","status":422})", 3, "rejected");
    row("304", R"({"fault":"status","status":304})", 7, "protocol");
    row("429 for an hour", R"({"fault":"status","status":429,"headers":{"Retry-After":"3600"}})", 5, "rateLimited");
}

void TstOneWire::sendsOnce()
{
    QFETCH(QByteArray, step);
    QFETCH(int, exitCode);
    QFETCH(QString, kind);
    // The good answer before it makes the faulty one run on a reused connection for the owner's second request.
    const CliFixture fixture("{\"steps\":[" + step + "]}");
    const CliResult result = fixture.run({QStringLiteral("send"), QStringLiteral("Hello"), QStringLiteral("--stream"), QStringLiteral("--json")});
    QCOMPARE(result.exitCode, exitCode);
    const QJsonObject json = result.json();
    QCOMPARE(json[u"error"].toObject()[u"kind"].toString(), kind);
    QCOMPARE(fixture.wire(), 1);
    QCOMPARE(json[u"attempts"].toArray().size(), 1);
    QCOMPARE(json[u"complete"].toBool(), false);
    // Not cached: the same question is asked again, and answered.
    const CliResult again = fixture.run({QStringLiteral("send"), QStringLiteral("Hello"), QStringLiteral("--stream"), QStringLiteral("--json")});
    QVERIFY2(again.exitCode == 0, again.err);
    QCOMPARE(again.json()[u"cache"].toString(), QStringLiteral("miss"));
    QCOMPARE(fixture.wire(), 2);
}

void TstOneWire::retriesWhatMayBeRetried_data()
{
    QTest::addColumn<QByteArray>("steps");
    QTest::addColumn<int>("attempts");
    QTest::newRow("429 with a hint") << QByteArray(R"({"fault":"status","status":429,"headers":{"retry-after-ms":"5"}})") << 2;
    QTest::newRow("503 twice") << QByteArray(R"({"fault":"status","status":503,"headers":{"retry-after-ms":"5"}},{"fault":"status","status":529,"headers":{"retry-after-ms":"5"}})") << 3;
    QTest::newRow("an error inside a 200") << QByteArray(R"({"fault":"error-in-200"})") << 2;
    QTest::newRow("500 once") << QByteArray(R"({"fault":"status","status":500,"headers":{"retry-after-ms":"5"}})") << 2;
}

void TstOneWire::retriesWhatMayBeRetried()
{
    QFETCH(QByteArray, steps);
    QFETCH(int, attempts);
    const CliFixture fixture("{\"steps\":[" + steps + "]}");
    const CliResult result = fixture.run({QStringLiteral("send"), QStringLiteral("Hello"), QStringLiteral("--json")});
    QVERIFY2(result.exitCode == 0, result.err);
    QCOMPARE(result.json()[u"attempts"].toArray().size(), attempts);
    QCOMPARE(fixture.wire(), attempts);
}

void TstOneWire::stopsOnInterrupt()
{
    const CliFixture fixture({}, {QStringLiteral("--ttft-ms"), QStringLiteral("0"), QStringLiteral("--tokens-per-second"), QStringLiteral("20"),
                                  QStringLiteral("--tokens"), QStringLiteral("5000")});
    const std::unique_ptr<QProcess> process =
        startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Long"), QStringLiteral("--stream"), QStringLiteral("--json")}));
    QVERIFY(process->waitForReadyRead(30'000));
    ::kill(pid_t(process->processId()), SIGINT);
    const CliResult result = waitCli(*process);
    QCOMPARE(result.exitCode, 8);
    QCOMPARE(result.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("cancelled"));
    // What was delivered is settled as an estimate, never as 0.
    QVERIFY(result.json()[u"usage"].toObject()[u"output_tokens"].toInt() > 0);
    QCOMPARE(result.json()[u"usage"].toObject()[u"estimated"].toBool(), true);
}

void TstOneWire::runsTwentyBesideAStream()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens-per-second"), QStringLiteral("400"), QStringLiteral("--tokens"), QStringLiteral("300")});
    const std::unique_ptr<QProcess> stream = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("stream"), QStringLiteral("--stream")}));
    QVERIFY(stream->waitForReadyRead(30'000));
    std::vector<std::unique_ptr<QProcess>> sends;
    for (int i = 0; i < 20; ++i)
        sends.push_back(startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("prompt %1").arg(i), QStringLiteral("--json")})));
    for (const std::unique_ptr<QProcess> &process : sends) {
        const CliResult result = waitCli(*process);
        QVERIFY2(result.exitCode == 0, result.err);
        QCOMPARE(result.json()[u"attempts"].toArray().size(), 1);
    }
    const CliResult streamed = waitCli(*stream);
    QVERIFY2(streamed.exitCode == 0, streamed.err);
    QCOMPARE(fixture.wire(), 21);
    QCOMPARE(fixture.run({QStringLiteral("requests"), QStringLiteral("list"), QStringLiteral("--json")}).jsonLines().size(), 21);
}

TOLLGATE_TEST(TstOneWire)
#include "tst_onewire.moc"
