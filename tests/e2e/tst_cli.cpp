// The command line's contract (cli.md): words, JSON members and exit codes, on a fresh profile and with everything that can be typed wrong.
#include "tests/e2e/clifixture.h"
#include "tests/e2e/goldenshape.h"
#include "tests/support/testmain.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

using namespace tollgate::test;

class TstCli : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysItsVersion();
    void helpNamesEveryCommandAndOnlyThose();
    void sendsAndTellsTheFigures();
    void answersTheSecondTimeFromTheCache();
    void streamsPiecesAndTheObjectLast();
    void readsThePromptFromStandardInput();
    void sendsAMessagesFile();
    void fillsVariables();
    void listsShowsAndExportsRequests();
    void reportsFromRows();
    void managesProviders();
    void readsTheKeyFromTheCallersVariable();
    void checksWithDoctor();
    void purgesTheCache();
    void listsPrices();
    void refusesWrongUsage_data();
    void refusesWrongUsage();
    void saysEveryFailureAsOneObject_data();
    void saysEveryFailureAsOneObject();
    void failsWhenTheOutputCannotBeWritten();
    void unknownPriceIsNeverZero();
    void acceptedByAnEndpointIsNoError();
    void refusesBrokenFiles_data();
    void refusesBrokenFiles();
    void leavesABrokenSettingsFileAlone();
};

void TstCli::saysItsVersion()
{
    const CliResult result = runCli({QStringLiteral("--version")});
    QCOMPARE(result.exitCode, 0);
    QVERIFY(result.out.startsWith("tollgate-cli "));
}

void TstCli::helpNamesEveryCommandAndOnlyThose()
{
    const CliResult result = runCli({QStringLiteral("--help")});
    QCOMPARE(result.exitCode, 0);
    for (const char *name : {"send", "providers", "keys", "requests", "report", "prices", "cache", "doctor", "simulate"})
        QVERIFY2(result.out.contains(QByteArray("\n  ") + name), name);
    QVERIFY(!result.out.contains("budgets"));
}

void TstCli::sendsAndTellsTheFigures()
{
    const CliFixture fixture;
    const CliResult result = fixture.run(words("send Hello --json"));
    QVERIFY2(result.exitCode == 0, result.err);
    QCOMPARE(result.jsonLines().size(), 1);
    const QJsonObject json = result.json();
    compareShape(QStringLiteral("send"), json);
    QCOMPARE(json[u"provider"].toString(), QStringLiteral("sim"));
    QVERIFY(!json[u"text"].toString().isEmpty());
    QCOMPARE(json[u"cache"].toString(), QStringLiteral("miss"));
    QCOMPARE(json[u"complete"].toBool(), true);
    // A model no table knows: the cost is unknown, never 0.
    QVERIFY(json[u"cost_usd"].isNull());
    QCOMPARE(json[u"cost_state"].toString(), QStringLiteral("unpriced"));
    QCOMPARE(json[u"attempts"].toArray().size(), 1);
    QCOMPARE(json[u"attempts"].toArray().first().toObject()[u"billing"].toString(), QStringLiteral("billed"));
    QCOMPARE(fixture.wire(), 1);
}

void TstCli::acceptedByAnEndpointIsNoError()
{
    const CliFixture fixture;
    const QString url = fixture.baseUrl().replace(QStringLiteral("/v1"), QStringLiteral("/invoke-async"));
    const CliResult added = fixture.run(words("providers add Fn --type serverless --no-key --base-url") << url);
    QVERIFY2(added.exitCode == 0, added.err);
    const CliResult result = fixture.run(words("send Hello --provider Fn --json"));
    QVERIFY2(result.exitCode == 0, result.err);
    const QJsonObject json = result.json();
    QCOMPARE(json[u"queued"].toBool(), true);
    QVERIFY(!json[u"message_id"].toString().isEmpty());
    QVERIFY(!json.contains(u"error"));
    QCOMPARE(json[u"complete"].toBool(), false);
    const QJsonObject attempt = json[u"attempts"].toArray().first().toObject();
    QCOMPARE(attempt[u"outcome"].toString(), QStringLiteral("queued"));
    QCOMPARE(attempt[u"billing"].toString(), QStringLiteral("unconfirmed"));
    QCOMPARE(attempt[u"http_status"].toInt(), 202);
    const CliResult text = fixture.run(words("send Hello --provider Fn"));
    QCOMPARE(text.exitCode, 0);
    QVERIFY2(text.err.contains("Accepted, waiting for the answer"), text.err);
    QVERIFY(text.out.trimmed().isEmpty());
    const QJsonObject row = fixture.run(words("requests list --json --limit 1")).jsonLines().first();
    QCOMPARE(row[u"status"].toString(), QStringLiteral("queued"));
    QVERIFY(!row.contains(u"error"));
    // Nothing is sent to try the address.
    const qsizetype before = fixture.wire();
    QCOMPARE(fixture.run(words("providers test Fn")).exitCode, 0);
    QCOMPARE(fixture.wire(), before);
}

void TstCli::answersTheSecondTimeFromTheCache()
{
    const CliFixture fixture;
    const QJsonObject first = fixture.run(words("send Hello --json")).json();
    const QJsonObject second = fixture.run(words("send Hello --json")).json();
    QCOMPARE(second[u"cache"].toString(), QStringLiteral("hit"));
    QCOMPARE(second[u"text"].toString(), first[u"text"].toString());
    QCOMPARE(second[u"cost_state"].toString(), QStringLiteral("free"));
    QCOMPARE(second[u"attempts"].toArray().size(), 0);
    QCOMPARE(fixture.wire(), 1);
    QCOMPARE(fixture.run(words("send Hello --json --cache refresh")).json()[u"cache"].toString(), QStringLiteral("refresh"));
    QCOMPARE(fixture.run(words("send Hello --json --cache bypass")).json()[u"cache"].toString(), QStringLiteral("bypass"));
    QCOMPARE(fixture.wire(), 3);
}

void TstCli::streamsPiecesAndTheObjectLast()
{
    const CliFixture fixture;
    const CliResult result = fixture.run(words("send Hello --stream --json"));
    QVERIFY2(result.exitCode == 0, result.err);
    QString text;
    const QList<QJsonObject> lines = result.jsonLines();
    for (const QJsonObject &line : lines.first(lines.size() - 1))
        text += line[u"delta"].toString();
    QVERIFY(lines.size() > 1);
    QCOMPARE(text, lines.last()[u"text"].toString());
    QVERIFY(!lines.last()[u"ttft_ms"].isNull());
}

void TstCli::readsThePromptFromStandardInput()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(words("send -"), "What is a breaker?\n").exitCode, 0);
    QCOMPARE(fixture.run(words("send"), "What is a breaker?\n").exitCode, 0);
    QCOMPARE(fixture.wire(), 1); // the same question
    QCOMPARE(fixture.run(words("send -"), "  \n").exitCode, 2);
}

void TstCli::sendsAMessagesFile()
{
    const CliFixture fixture;
    QFile file(fixture.path(QStringLiteral("chat.json")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"([{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"}]}])");
    file.close();
    const CliResult result = fixture.run({QStringLiteral("send"), QStringLiteral("--messages"), file.fileName(), QStringLiteral("--json")});
    QVERIFY2(result.exitCode == 0, result.err);
}

void TstCli::fillsVariables()
{
    const CliFixture fixture;
    const CliResult missing = fixture.run({QStringLiteral("send"), QStringLiteral("Order {{order_id}}")});
    QCOMPARE(missing.exitCode, 2);
    QVERIFY(missing.err.contains("Set {{order_id}} to run"));
    QCOMPARE(fixture.wire(), 0);
    QCOMPARE(fixture.run({QStringLiteral("send"), QStringLiteral("Order {{order_id}}"), QStringLiteral("--var"), QStringLiteral("order_id=7")}).exitCode, 0);
}

void TstCli::listsShowsAndExportsRequests()
{
    const CliFixture fixture;
    fixture.run({QStringLiteral("send"), QStringLiteral("=1+1"), QStringLiteral("--tag"), QStringLiteral("env=test")});
    fixture.run(words("send Two"));
    const CliResult list = fixture.run(words("requests list --json"));
    QCOMPARE(list.jsonLines().size(), 2);
    compareShape(QStringLiteral("requests-list"), list.json());
    const QString id = list.jsonLines().last()[u"id"].toString();
    const CliResult show = fixture.run({QStringLiteral("requests"), QStringLiteral("show"), id, QStringLiteral("--json")});
    QVERIFY2(show.exitCode == 0, show.err);
    compareShape(QStringLiteral("requests-show"), show.json());
    // CLI payloads are not kept.
    QVERIFY(show.json()[u"prompt"].isNull());
    QCOMPARE(fixture.run(words("requests list --json --filter tag:env=test")).jsonLines().size(), 1);
    QCOMPARE(fixture.run(words("requests list --filter nonsense:1")).exitCode, 2);
    QCOMPARE(fixture.run(words("requests show r-99")).exitCode, 2);
    QCOMPARE(fixture.run(words("requests export --format jsonl")).jsonLines().size(), 2);
    const CliResult csv = fixture.run(words("requests export --format csv"));
    QCOMPARE(csv.out.trimmed().count('\n'), 2);
}

void TstCli::reportsFromRows()
{
    const CliFixture fixture;
    for (const char *prompt : {"send One", "send Two", "send One"})
        QCOMPARE(fixture.run(words(prompt)).exitCode, 0);
    const CliResult report = fixture.run(words("report --range 1h --group-by model --json"));
    QVERIFY2(report.exitCode == 0, report.err);
    compareShape(QStringLiteral("report"), report.json());
    const QJsonObject total = report.json()[u"total"].toObject();
    QCOMPARE(total[u"requests"].toInt(), 3);
    QCOMPARE(total[u"cache_hits"].toInt(), 1);
    QCOMPARE(total[u"unpriced"].toInt(), 2);
    QCOMPARE(fixture.run(words("report --range yesterday")).exitCode, 2);
}

void TstCli::managesProviders()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(words("providers add Sim --type openai-compatible --base-url http://127.0.0.1:1")).exitCode, 2); // the name is taken
    QCOMPARE(fixture.run(words("providers add X --type openai-compatible --base-url http://user@127.0.0.1:1")).exitCode, 2);
    QCOMPARE(fixture.run(words("providers add X --type nonsense")).exitCode, 2);
    QCOMPARE(fixture.run(words("providers add Other --type openai-compatible --base-url http://127.0.0.1:1/v1 --default-model m")).exitCode, 0);
    const CliResult list = fixture.run(words("providers list --json"));
    QCOMPARE(list.jsonLines().size(), 2);
    compareShape(QStringLiteral("providers-list"), list.json());
    const CliResult test = fixture.run(words("providers test Sim --json"));
    QVERIFY2(test.exitCode == 0, test.err);
    compareShape(QStringLiteral("providers-test"), test.json());
    QCOMPARE(fixture.run(words("providers test Other")).exitCode, 7);
    QVERIFY(fixture.run(words("providers models Sim")).out.contains("sim-fast"));
    QCOMPARE(fixture.run(words("send Hi")).exitCode, 2); // which of the two
    QCOMPARE(fixture.run(words("send Hi --provider nobody")).exitCode, 2);
    QCOMPARE(fixture.run(words("send Hi --provider Other --attempts 1")).exitCode, 7);
    QCOMPARE(fixture.run(words("providers remove Other")).exitCode, 0);
    QCOMPARE(fixture.run(words("providers remove Other")).exitCode, 2);
}

void TstCli::readsTheKeyFromTheCallersVariable()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(words("providers set Sim --key-env SIM_TEST_KEY")).exitCode, 0);
    QCOMPARE(fixture.run(words("send Hi --json")).exitCode, 4);
    QCOMPARE(fixture.wire(), 0);
    const QHash<QString, QString> good{{QStringLiteral("SIM_TEST_KEY"), QStringLiteral("sk-good-key-1234")}};
    QCOMPARE(fixture.run(words("send Hi"), {}, good).exitCode, 0);
    const QHash<QString, QString> bad{{QStringLiteral("SIM_TEST_KEY"), QStringLiteral("sk-bad-canary-5678")}};
    const CliResult refused = fixture.run(words("send Other --json"), {}, bad);
    QCOMPARE(refused.exitCode, 4);
    QCOMPARE(refused.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("badKey"));
    QVERIFY(!refused.out.contains("canary") && !refused.err.contains("canary"));
    QCOMPARE(fixture.run(words("send Hi"), {}, {{QStringLiteral("SIM_TEST_KEY"), QStringLiteral("sk\r\nX-Evil: 1")}}).exitCode, 4);
    QCOMPARE(fixture.wire(), 2);
}

void TstCli::checksWithDoctor()
{
    const CliFixture fixture;
    const CliResult good = fixture.run(words("doctor --json"));
    QVERIFY2(good.exitCode == 0, good.out);
    compareShape(QStringLiteral("doctor"), good.json());
    fixture.run(words("providers add Dead --type openai-compatible --base-url http://127.0.0.1:1/v1"));
    QCOMPARE(fixture.run(words("doctor")).exitCode, 1);
}

void TstCli::purgesTheCache()
{
    const CliFixture fixture;
    fixture.run(words("send One"));
    fixture.run(words("send One"));
    const CliResult stats = fixture.run(words("cache stats --json"));
    compareShape(QStringLiteral("cache-stats"), stats.json());
    QCOMPARE(stats.json()[u"entries"].toInt(), 1);
    QCOMPARE(stats.json()[u"hits"].toInt(), 1);
    QCOMPARE(fixture.run(words("cache purge --json")).json()[u"removed"].toInt(), 1);
    fixture.run(words("send One"));
    QCOMPARE(fixture.wire(), 2);
}

void TstCli::listsPrices()
{
    const CliFixture fixture;
    const CliResult list = fixture.run(words("prices list --model gpt-5.6-sol --json"));
    QVERIFY2(list.exitCode == 0 && !list.jsonLines().isEmpty(), list.err);
    compareShape(QStringLiteral("prices-list"), list.json());
    QCOMPARE(list.jsonLines().first()[u"input_usd_per_million"].toString(), QStringLiteral("4"));
}

void TstCli::refusesWrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    for (const char *line : {"frobnicate", "send", "send Hi --param temperature=hot", "send Hi --param temperature=3", "send Hi --param colour=red",
                             "send Hi --cache maybe", "send Hi --attempts 0", "send Hi --attempts x", "send Hi --timeout -1", "send Hi --messages missing.json",
                             "send Hi there", "send Hi --nonsense", "providers", "providers add", "keys set", "keys set nobody", "requests", "requests show",
                             "requests show x", "requests export", "requests list --limit 0", "prices", "cache", "report --group-by colour"})
        QTest::newRow(line) << words(line);
}

void TstCli::refusesWrongUsage()
{
    QFETCH(QStringList, arguments);
    QTemporaryDir folder;
    const CliResult result = runCli(QStringList{QStringLiteral("--profile"), folder.filePath(QStringLiteral("p"))} + arguments);
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.err.startsWith("tollgate-cli: "), result.err);
    QVERIFY(result.out.isEmpty());
}

void TstCli::saysEveryFailureAsOneObject_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");
    for (const char *line : {"--colour", "colour", "send", "send Hi", "send Hi --param x", "simulate --port x", "providers add X --type x",
                             "providers test X", "providers remove X", "keys set X", "requests show 1", "requests export --format x",
                             "report --range x", "prices set", "cache show"})
        QTest::newRow(line) << QString::fromUtf8(line) << 2;
}

void TstCli::saysEveryFailureAsOneObject()
{
    QFETCH(QString, line);
    QFETCH(int, code);
    QTemporaryDir folder;
    const CliResult result = runCli(QStringList{QStringLiteral("--profile"), folder.filePath(QStringLiteral("p"))} + words(qPrintable(line))
                                    + QStringList{QStringLiteral("--json")});
    QCOMPARE(result.exitCode, code);
    QCOMPARE(result.jsonLines().size(), 1);
    const QJsonObject error = result.json()[u"error"].toObject();
    QCOMPARE(error.keys(), words("http_status kind message phase provider_code retry_after_ms"));
    QVERIFY(!error[u"message"].toString().isEmpty());
}

void TstCli::failsWhenTheOutputCannotBeWritten()
{
    QTemporaryDir folder;
    QProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/full"));
    process.setProcessEnvironment(cleanEnvironment(folder.path()));
    process.start(QStringLiteral(TOLLGATE_BIN "/tollgate-cli"), {QStringLiteral("prices"), QStringLiteral("list")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 9);
    QVERIFY(process.readAllStandardError().contains("could not be written"));
}

void TstCli::unknownPriceIsNeverZero()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(words("send Hello --json")).exitCode, 0);
    const QJsonObject hit = fixture.run(words("send Hello --json")).json();
    QCOMPARE(hit[u"cache"].toString(), QStringLiteral("hit"));
    QVERIFY(hit.contains(QStringLiteral("saved_usd")) && hit[u"saved_usd"].isNull());
    const QJsonObject total = fixture.run(words("report --json")).json()[u"total"].toObject();
    QCOMPARE(total[u"unpriced"].toInt(), 1);
    QVERIFY(total.contains(QStringLiteral("cost_usd")) && total[u"cost_usd"].isNull());
}

void TstCli::refusesBrokenFiles_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("not JSON") << QByteArray("[{");
    QTest::newRow("no messages") << QByteArray("[]");
    QTest::newRow("no role") << QByteArray(R"([{"content":"x"}])");
    QTest::newRow("no content") << QByteArray(R"([{"role":"user"}])");
    QTest::newRow("invalid UTF-8") << QByteArray("[{\"role\":\"user\",\"content\":\"\xff\"}]");
}

void TstCli::refusesBrokenFiles()
{
    QFETCH(QByteArray, content);
    const CliFixture fixture;
    QFile file(fixture.path(QStringLiteral("chat.json")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const CliResult result = fixture.run({QStringLiteral("send"), QStringLiteral("--messages"), file.fileName()});
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.err.contains("chat.json"), result.err);
    QCOMPARE(fixture.wire(), 0);
}

void TstCli::leavesABrokenSettingsFileAlone()
{
    const CliFixture fixture;
    QFile file(fixture.profile() + QStringLiteral("/settings.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"version\": ");
    file.close();
    const CliResult result = fixture.run(words("send Hi --json"));
    QVERIFY(result.exitCode == 2 || result.exitCode == 9);
    QVERIFY(result.err.contains("settings.json"));
    QVERIFY(result.json().contains(QStringLiteral("error")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("{\"version\": "));
}

TOLLGATE_TEST(TstCli)
#include "tst_cli.moc"
