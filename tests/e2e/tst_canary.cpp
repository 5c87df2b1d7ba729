// A key is used in every failure there is, and then looked for in everything that stays or was said. It may be in the keychain only.
#include "app/application.h"
#include "core/engine/call.h"
#include "core/engine/engine.h"
#include "core/settings/settings.h"
#include "tests/e2e/canary.h"
#include "tests/e2e/clifixture.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTest>

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

using namespace tollgate;
using namespace tollgate::test;

namespace {

const char insideKeyring[] = "TOLLGATE_TEST_CANARY_KEYRING";
const QString variable = QStringLiteral("SIM_CANARY_KEY");

const Canary &key()
{
    static const Canary canary("sk-canary-7Qx9+Zr4/Lm2Wp8=Kd3Vb6Nt5Hy1");
    return canary;
}

// Every way in which a provider can send a key back.
QByteArray echo(const QByteArray &secret)
{
    return secret + " " + secret.toHex() + " " + secret.toBase64() + " " + ("u:" + secret).toBase64() + " " + ("x" + secret).toBase64() + " "
        + secret.toPercentEncoding();
}

QJsonObject errorBody(const QByteArray &secret)
{
    return {{QStringLiteral("error"),
             QJsonObject{{QStringLiteral("message"), QString::fromLatin1("Incorrect API key provided: " + echo(secret))},
                         {QStringLiteral("code"), QString::fromLatin1(secret)},
                         {QStringLiteral("type"), QString::fromLatin1(secret)},
                         {QStringLiteral("param"), QString::fromLatin1(secret)}}}};
}

QString text(const QJsonObject &object) { return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)); }

// One step for each failure; `steps` of each are used by one request.
QJsonArray failures()
{
    const QString secret = QString::fromLatin1(key().secret());
    const QString body = text(errorBody(key().secret()));
    const auto step = [](std::initializer_list<std::pair<QString, QJsonValue>> members) { return QJsonObject(members); };
    QJsonArray steps;
    for (const int status : {400, 401, 402, 403, 404, 429, 500, 503}) {
        steps.append(step({{QStringLiteral("status"), status}, {QStringLiteral("body"), body},
                           {QStringLiteral("headers"), QJsonObject{{QStringLiteral("x-request-id"), secret}, {QStringLiteral("Retry-After"), QStringLiteral("0")}}}}));
    }
    steps.append(step({{QStringLiteral("status"), 502}, {QStringLiteral("body"), QStringLiteral("<html><title>%1</title><p>%1</p></html>").arg(secret)},
                       {QStringLiteral("headers"), QJsonObject{{QStringLiteral("Content-Type"), QStringLiteral("text/html")}}}}));
    // Texts are cut to a length: the key stands where the knife falls.
    for (const int before : {480, 990, 1000, 1010, 2030, 2040, 4080, 8170, 65500})
        steps.append(step({{QStringLiteral("status"), 400}, {QStringLiteral("body"), text({{QStringLiteral("error"), QJsonObject{{QStringLiteral("message"), QString(before, u'x') + secret + QString(99, u'y')}}}})}}));
    steps.append(step({{QStringLiteral("status"), 401}, {QStringLiteral("body"), QString(2030, u'z') + secret}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("redirect")}, {QStringLiteral("location"), QStringLiteral("http://127.0.0.1:1/?key=") + secret}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("raw")}, {QStringLiteral("body"), secret + QStringLiteral(" is not HTTP\r\n\r\n")}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("raw")}, {QStringLiteral("body"), QStringLiteral("HTTP/1.1 200 OK\r\nContent-Encoding: %1\r\nContent-Length: 2\r\n\r\n{}").arg(secret)}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("raw")}, {QStringLiteral("body"), QStringLiteral("HTTP/1.1 200 OK\r\nContent-Type: %1\r\nContent-Length: 9\r\n\r\n%1").arg(secret)}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("raw")},
                       {QStringLiteral("body"), QStringLiteral("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"id\":\"%1\",\"model\":\"%1\",\"choices\":[{\"%1\":").arg(secret)}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("error-in-200")}, {QStringLiteral("body"), body}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("error-in-stream")}, {QStringLiteral("after_events"), 2}, {QStringLiteral("body"), body}}));
    steps.append(step({{QStringLiteral("fault"), QStringLiteral("cut-stream")}, {QStringLiteral("after_events"), 4}, {QStringLiteral("text"), secret}}));
    // An answer that is fine but for what it says about itself.
    const QString answer = QStringLiteral("{\"id\":\"%1\",\"object\":\"chat.completion\",\"model\":\"%1\",\"system_fingerprint\":\"%1\",\"service_tier\":\"%1\","
                                          "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Your key is %1\"},\"finish_reason\":\"stop\"}],"
                                          "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7,\"%1\":1}}").arg(secret);
    for (int i = 0; i < 2; ++i)
        steps.append(step({{QStringLiteral("fault"), QStringLiteral("raw")},
                           {QStringLiteral("body"), QStringLiteral("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: %1\r\nContent-Length: %2\r\n\r\n").arg(secret).arg(answer.size()) + answer}}));
    return steps;
}

QByteArray script(const QJsonArray &steps) { return QJsonDocument(QJsonObject{{QStringLiteral("steps"), steps}}).toJson(); }

QStringList words(const char *line) { return QString::fromUtf8(line).split(u' ', Qt::SkipEmptyParts); }

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// While the event loop runs: servers of this process must answer.
CliResult runBeside(const QStringList &arguments, const QHash<QString, QString> &variables)
{
    const std::unique_ptr<QProcess> process = startCli(arguments, variables);
    process->closeWriteChannel();
    (void)QTest::qWaitFor([&process] { return process->state() == QProcess::NotRunning; }, 60'000);
    return waitCli(*process);
}

void checkSaid(const CliResult &result, const QStringList &arguments, const Canary &canary)
{
    const QString out = canary.foundIn(result.out);
    const QString err = canary.foundIn(result.err);
    QVERIFY2(out.isEmpty(), qPrintable(arguments.join(u' ') + QStringLiteral(": stdout: ") + out + u'\n' + QString::fromUtf8(result.out.left(3000))));
    QVERIFY2(err.isEmpty(), qPrintable(arguments.join(u' ') + QStringLiteral(": stderr: ") + err + u'\n' + QString::fromUtf8(result.err.left(3000))));
}

void checkFolder(const QString &folder, const Canary &canary, const QStringList &without = {})
{
    const QStringList found = canary.foundUnder(folder, without);
    QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
}

} // namespace

class TstCanary : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSearchFindsWhatItLooksFor();
    void noFailureLeavesTheKeyAnywhere();
    void aStreamedAnswerIsPrintedWithoutTheKey();
    void neitherProxiesNorTlsLeaveTheKeyAnywhere();
    void theEngineKeepsPayloadsWithoutTheKey();
    void keepNothingKeepsNeitherPromptNorAnswer();
    void theProcessHidesItsMemory();
    void aRunningCommandShowsTheKeyToNobody();
    void theKeychainIsTheOnlyPlace();

private:
    const QHash<QString, QString> m_env{{variable, QString::fromLatin1(key().secret())}, {QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*=true")}};
};

void TstCanary::theSearchFindsWhatItLooksFor()
{
    const QByteArray &secret = key().secret();
    for (int before = 0; before < 4; ++before) {
        QVERIFY(!key().foundIn("..." + (QByteArray(before, 'u') + secret + "tail").toBase64()).isEmpty());
        QVERIFY(!key().foundIn((QByteArray(before, 'u') + secret).toBase64(QByteArray::Base64UrlEncoding)).isEmpty());
    }
    QVERIFY(!key().foundIn("a" + secret.toHex()).isEmpty());
    QVERIFY(!key().foundIn("a" + secret.mid(9, 16) + "b").isEmpty());
    const QString wide = QString::fromLatin1(secret);
    QVERIFY(!key().foundIn(QByteArray(reinterpret_cast<const char *>(wide.utf16()), wide.size() * 2)).isEmpty());
    QVERIFY(key().foundIn("nothing of it: sk-canary-").isEmpty());
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("x")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(secret) > 0);
    file.close();
    QCOMPARE(key().foundUnder(folder.path()).size(), 1);
}

void TstCanary::noFailureLeavesTheKeyAnywhere()
{
    const QJsonArray steps = failures();
    QJsonArray twice = steps;
    for (const QJsonValue &one : steps)
        twice.append(one);
    const CliFixture fixture(script(twice));
    QCOMPARE(fixture.run({QStringLiteral("providers"), QStringLiteral("set"), QStringLiteral("Sim"), QStringLiteral("--key-env"), variable}).exitCode, 0);
    qsizetype number = 0;
    for (qsizetype round = 0; round < 2; ++round) {
        for (qsizetype i = 0; i < steps.size(); ++i) {
            QStringList arguments{QStringLiteral("send"), QStringLiteral("Question %1").arg(++number), QStringLiteral("--attempts"), QStringLiteral("1"), QStringLiteral("--json")};
            if (round == 1)
                arguments.append(QStringLiteral("--stream"));
            checkSaid(fixture.run(arguments, {}, m_env), arguments, key());
            if (QTest::currentTestFailed())
                return;
        }
    }
    QCOMPARE(fixture.wire(), number); // each of them was sent
    const CliResult list = fixture.run(words("requests list --limit 500 --json"), {}, m_env);
    QCOMPARE(list.jsonLines().size(), number);
    QList<QStringList> questions{words("requests list"), words("requests list --json --limit 500"), words("requests export --format jsonl"),
                                 words("requests export --format csv"), words("report --json"), words("report --group-by model"), words("cache stats --json"),
                                 words("providers list --json"), words("providers list"), words("providers test Sim --json"), words("providers models Sim"),
                                 words("doctor --json"), words("keys status --json"), words("keys status"), words("prices list --json")};
    for (const QJsonObject &row : list.jsonLines()) {
        questions.append({QStringLiteral("requests"), QStringLiteral("show"), row[u"id"].toString(), QStringLiteral("--json")});
        questions.append({QStringLiteral("requests"), QStringLiteral("show"), row[u"id"].toString()});
    }
    for (const QStringList &question : questions) {
        // Without the variable: what is printed now was not redacted on the way out, because this process knows no key.
        checkSaid(fixture.run(question, {}, {{QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*=true")}}), question, key());
        if (QTest::currentTestFailed())
            return;
    }
    checkFolder(QFileInfo(fixture.profile()).path(), key(), {QStringLiteral("script.json")});
}

// It comes a few characters at a time.
void TstCanary::aStreamedAnswerIsPrintedWithoutTheKey()
{
    QJsonArray steps;
    for (int i = 0; i < 4; ++i)
        steps.append(QJsonObject{{QStringLiteral("text"), QString::fromLatin1("Your key is " + key().secret() + (i % 2 ? " indeed, or " + key().secret().toHex() : QByteArray()))}});
    const CliFixture fixture(script(steps));
    QCOMPARE(fixture.run({QStringLiteral("providers"), QStringLiteral("set"), QStringLiteral("Sim"), QStringLiteral("--key-env"), variable}).exitCode, 0);
    for (const char *line : {"send One --stream", "send Two --stream", "send Three --stream --json", "send Four --stream --json"}) {
        const CliResult result = fixture.run(words(line), {}, m_env);
        QVERIFY2(result.exitCode == 0, result.err);
        QByteArray said = result.out;
        if (QByteArray(line).endsWith("--json")) {
            said.clear();
            for (const QJsonObject &object : result.jsonLines())
                said += object[u"delta"].toString().toUtf8();
        }
        QVERIFY2(said.contains("Your key is [redacted]"), said);
        QVERIFY2(key().foundIn(said).isEmpty(), said);
        checkSaid(result, words(line), key());
    }
    checkFolder(QFileInfo(fixture.profile()).path(), key(), {QStringLiteral("script.json")}); // nor is it in the cache
}

void TstCanary::neitherProxiesNorTlsLeaveTheKeyAnywhere()
{
    const QByteArray secret = key().secret();
    const CliFixture fixture;
    ScriptedServer proxy([&secret](Peer &peer, const QByteArray &) {
        peer.send("HTTP/1.1 407 " + secret + "\r\nProxy-Authenticate: Basic realm=\"" + secret + "\"\r\nContent-Length: 0\r\n\r\n");
    });
    const QString proxyUrl = QStringLiteral("http://127.0.0.1:%1").arg(proxy.port());
    const auto add = [&fixture](const QString &name, const QStringList &options) {
        const CliResult added = fixture.run(QStringList{QStringLiteral("providers"), QStringLiteral("add"), name, QStringLiteral("--type"), QStringLiteral("openai-compatible"),
                                                        QStringLiteral("--default-model"), QStringLiteral("m"), QStringLiteral("--key-env"), variable} + options);
        QVERIFY2(added.exitCode == 0, added.err);
    };
    add(QStringLiteral("Proxied"), {QStringLiteral("--base-url"), QStringLiteral("https://provider.invalid/v1"), QStringLiteral("--proxy"), proxyUrl});
    add(QStringLiteral("Plain"), {QStringLiteral("--base-url"), QString(fixture.baseUrl()).replace(QStringLiteral("http://"), QStringLiteral("https://"))});
    add(QStringLiteral("Dead"), {QStringLiteral("--base-url"), QStringLiteral("http://127.0.0.1:1/v1")});
    for (const char *name : {"Proxied", "Plain", "Dead"}) {
        for (const char *line : {"send Hello --attempts 1 --json --provider ", "send Hello --attempts 2 --provider ", "providers test "}) {
            const QStringList arguments = words(line) + QStringList{QString::fromLatin1(name)};
            const CliResult result = runBeside(fixture.withProfile(arguments), m_env);
            QCOMPARE(result.exitCode, 7);
            checkSaid(result, arguments, key());
            if (qstrcmp(name, "Proxied") == 0)
                QVERIFY2(result.err.contains("127.0.0.1:") && result.err.contains("password"), result.err);
        }
    }
    QVERIFY(!proxy.anyByteContains(secret)); // the proxy itself was told nothing
    checkFolder(QFileInfo(fixture.profile()).path(), key());
}

// The Playground keeps prompts and answers: a user who pastes the key, and a provider that says it, are stored without it.
void TstCanary::theEngineKeepsPayloadsWithoutTheKey()
{
    QTemporaryDir folder;
    const QString profile = folder.filePath(QStringLiteral("p"));
    const QByteArray secret = key().secret();
    ScriptedServer server([&secret](Peer &peer, const QByteArray &) {
        peer.send(ScriptedServer::ok("{\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + echo(secret)
                                         + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
                                     "Content-Type: application/json\r\n"));
    });
    QString shown;
    {
        auto opened = app::Application::open(app::ProfilePaths::at(profile), app::Application::EngineThread::Calling);
        QVERIFY(opened.ok());
        app::Application &application = **opened;
        QVERIFY(application.settings().update([&server](SettingsData &data) {
            ProviderConfig config;
            config.id = QStringLiteral("echo");
            config.name = QStringLiteral("Echo");
            config.baseUrl = QStringLiteral("http://127.0.0.1:%1/v1").arg(server.port());
            config.keyEnv = variable;
            data.providers = {config};
        }).ok());
        ChatRequest request;
        request.source = Source::Playground;
        request.provider = QStringLiteral("Echo");
        request.model = QStringLiteral("m");
        request.keepPayload = true;
        request.tags = {QStringLiteral("env=test")};
        request.environment.insert(variable, secret);
        Message question;
        question.role = Role::User;
        question.text = QStringLiteral("My key is ") + QString::fromLatin1(secret);
        request.messages.append(question);
        const auto call = application.engine().send(request);
        std::optional<Outcome> outcome;
        connect(call.get(), &Call::finished, this, [&outcome](const Outcome &o) { outcome = o; });
        QTRY_VERIFY_WITH_TIMEOUT(outcome.has_value(), 20'000);
        QVERIFY2(!outcome->failure, outcome->failure ? qPrintable(outcome->failure->message) : "");
        shown = outcome->completion.text;
        QVERIFY(outcome->record.promptJson.contains("My key is [redacted]"));
    }
    QVERIFY(shown.contains(QString::fromLatin1(secret))); // the user sees what was said
    checkFolder(profile, key());
}

void TstCanary::keepNothingKeepsNeitherPromptNorAnswer()
{
    const Canary prompt("prompt-canary-Gm4xT8qLw2ZrN6");
    const Canary answer("answer-canary-Vb7kP3sJh9YdC1");
    const CliFixture fixture(script({QJsonObject{{QStringLiteral("text"), QString::fromLatin1(answer.secret())}},
                                     QJsonObject{{QStringLiteral("text"), QString::fromLatin1(answer.secret())}, {QStringLiteral("fault"), QStringLiteral("cut-stream")}, {QStringLiteral("after_events"), 3}},
                                     QJsonObject{{QStringLiteral("status"), 500}}}));
    const QString path = fixture.profile() + QStringLiteral("/settings.json");
    QJsonObject settings = QJsonDocument::fromJson(contentOf(path)).object();
    settings.insert(QStringLiteral("keepNothing"), true);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(settings).toJson()) > 0);
    file.close();
    const QString question = QString::fromLatin1(prompt.secret());
    const CliResult told = fixture.run({QStringLiteral("send"), question, QStringLiteral("--json")});
    QCOMPARE(told.json()[u"text"].toString(), QString::fromLatin1(answer.secret()));
    fixture.run({QStringLiteral("send"), question, QStringLiteral("--json"), QStringLiteral("--stream"), QStringLiteral("--cache"), QStringLiteral("bypass")});
    fixture.run({QStringLiteral("send"), question + QStringLiteral(" again"), QStringLiteral("--attempts"), QStringLiteral("1")});
    QCOMPARE(fixture.wire(), 3);
    for (const Canary &canary : {prompt, answer}) {
        checkFolder(QFileInfo(fixture.profile()).path(), canary, {QStringLiteral("script.json")});
        for (const char *line : {"requests list --json", "requests export --format jsonl", "requests export --format csv", "requests show r-1 --json", "cache stats --json"})
            checkSaid(fixture.run(words(line)), words(line), canary);
    }
}

void TstCanary::theProcessHidesItsMemory()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("sanitizers need the process's memory");
#endif
    QProcess process;
    process.setProcessEnvironment(cleanEnvironment(QDir::tempPath()));
    // What is hidden belongs to root: as somebody else it can be told apart.
    const bool isRoot = ::geteuid() == 0;
    const uid_t user = isRoot ? 65534 : ::geteuid();
    if (isRoot) {
        process.setChildProcessModifier([user] {
            if (::setgid(gid_t(user)) != 0 || ::setuid(user) != 0)
                ::_exit(70);
        });
    }
    process.start(QStringLiteral(TOLLGATE_BIN "/tollgate-cli"), {QStringLiteral("simulate")});
    QVERIFY(process.waitForStarted());
    while (!process.canReadLine() && process.waitForReadyRead(30'000)) {
    }
    if (process.state() != QProcess::Running)
        QSKIP("another user cannot start the program here");
    const QString proc = QStringLiteral("/proc/%1/").arg(process.processId());
    struct stat memory {};
    QCOMPARE(::stat(QFile::encodeName(proc + QStringLiteral("mem")).constData(), &memory), 0);
    QCOMPARE(memory.st_uid, uid_t(0));
    for (const QByteArray &limit : contentOf(proc + QStringLiteral("limits")).split('\n')) {
        if (limit.startsWith("Max core file size"))
            QCOMPARE(limit.simplified(), QByteArray("Max core file size 0 0 bytes"));
    }
    process.terminate();
    QVERIFY(process.waitForFinished());
}

void TstCanary::aRunningCommandShowsTheKeyToNobody()
{
    const CliFixture fixture(script({QJsonObject{{QStringLiteral("fault"), QStringLiteral("hang")}}}));
    QCOMPARE(fixture.run({QStringLiteral("providers"), QStringLiteral("set"), QStringLiteral("Sim"), QStringLiteral("--key-env"), variable}).exitCode, 0);
    const auto process = startCli(fixture.withProfile(words("send Hello --json")), m_env);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.wire(), 1, 30'000);
    const QString proc = QStringLiteral("/proc/%1/").arg(process->processId());
    QVERIFY(key().foundIn(contentOf(proc + QStringLiteral("cmdline"))).isEmpty());
    QVERIFY(contentOf(proc + QStringLiteral("task/%1/children").arg(process->processId())).trimmed().isEmpty()); // nobody inherits anything
    QVERIFY(contentOf(proc + QStringLiteral("limits")).contains("Max core file size"));
    ::kill(pid_t(process->processId()), SIGABRT);
    process->waitForFinished();
    QCOMPARE(process->exitStatus(), QProcess::CrashExit);
    checkFolder(QFileInfo(fixture.profile()).path(), key(), {QStringLiteral("script.json")}); // nor does a core, or the journal of what was sent
    QVERIFY(QDir::current().entryList({QStringLiteral("core*")}, QDir::Files).isEmpty());
    // What the next one tells about the request that died.
    for (const char *line : {"requests list --json", "requests export --format jsonl", "doctor --json"})
        checkSaid(fixture.run(words(line)), words(line), key());
}

void TstCanary::theKeychainIsTheOnlyPlace()
{
    for (const char *tool : {"gnome-keyring-daemon", "dbus-run-session", "gdbus", "bash"}) {
        if (QStandardPaths::findExecutable(QString::fromLatin1(tool)).isEmpty())
            QSKIP("gnome-keyring-daemon, dbus-run-session, gdbus or bash is missing");
    }
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
    environment.insert(QString::fromLatin1(insideKeyring), QStringLiteral("1"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("dbus-run-session"), {QStringLiteral("--"), QStringLiteral("bash"), QStringLiteral(TOLLGATE_FIXTURES "/../core/secrets/keyring.sh"),
                                                       QCoreApplication::applicationFilePath(), QStringLiteral("TstCanaryKeychain")});
    QVERIFY(process.waitForFinished(120'000));
    const QByteArray output = process.readAll();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0 && output.contains("PASS   : TstCanaryKeychain::usesKeysFromTheKeychainOnly"),
             output.constData());
}

TOLLGATE_TEST(TstCanary)

// In a process of its own with a bus and a real keyring.
class TstCanaryKeychain : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void usesKeysFromTheKeychainOnly();
};

void TstCanaryKeychain::usesKeysFromTheKeychainOnly()
{
    const QHash<QString, QString> bus{{QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS")},
                                      {QStringLiteral("XDG_RUNTIME_DIR"), qEnvironmentVariable("XDG_RUNTIME_DIR")},
                                      {QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*=true")}};
    const Canary second("sk-canary-Second8Wm3Tz6Rf1Qb5");
    const auto refusal = [](int status, const QByteArray &said) {
        return QJsonObject{{QStringLiteral("status"), status}, {QStringLiteral("body"), text(errorBody(said))}};
    };
    const CliFixture fixture(script({refusal(400, key().secret()), refusal(401, second.secret()), refusal(401, "nothing")}));
    const auto run = [&](const char *line, const QByteArray &input = {}) {
        const CliResult result = fixture.run(words(line), input, bus);
        checkSaid(result, words(line), key());
        checkSaid(result, words(line), second);
        return result;
    };
    QCOMPARE(run("keys status --json").json()[u"keychain"].toString(), QStringLiteral("available"));
    // What cannot be a key is refused before the keychain is asked.
    for (const QByteArray &bad : {key().secret() + "\n" + key().secret(), key().secret() + "\r\n\n", " " + key().secret(), key().secret() + '\0', QByteArray("\n"), QByteArray()})
        QCOMPARE(run("keys set Sim", bad).exitCode, 2);
    const CliResult stored = run("keys set Sim --json", key().secret() + "\n");
    QVERIFY2(stored.exitCode == 0, stored.err);
    QCOMPARE(stored.json()[u"key_last_four"].toString(), QString::fromLatin1(key().secret().right(4)));
    QCOMPARE(run("keys set Sim --name second --json", second.secret()).json()[u"active"].toBool(true), false);
    QCOMPARE(run("send First --attempts 1 --json").exitCode, 3); // 400 with the key in it
    QCOMPARE(run("keys use Sim nobody").exitCode, 2);
    QCOMPARE(run("keys use Sim second --json").json()[u"active"].toBool(), true);
    QCOMPARE(run("send Second --attempts 1 --json").exitCode, 4);
    for (const char *line : {"requests list --json", "requests export --format jsonl", "keys status --json", "keys status", "providers list --json", "doctor --json"})
        run(line);
    checkFolder(QFileInfo(fixture.profile()).path(), key(), {QStringLiteral("script.json")});
    checkFolder(QFileInfo(fixture.profile()).path(), second, {QStringLiteral("script.json")});
    QCOMPARE(run("keys delete Sim --name second --json").exitCode, 0);
    QCOMPARE(run("keys status --json").json()[u"providers"].toArray().first().toObject()[u"key_name"].toString(), QStringLiteral("second"));
    QCOMPARE(run("send Third --attempts 1").exitCode, 4); // no other key takes its place: it was sent without one
    QCOMPARE(run("keys use Sim default").exitCode, 0);
    QCOMPARE(run("keys delete Sim").exitCode, 0);
    QCOMPARE(run("keys delete Sim").exitCode, 0);
    const QJsonObject left = run("keys status --json").json()[u"providers"].toArray().first().toObject();
    QVERIFY(left[u"keys"].toArray().isEmpty());
}

static const bool keychainTest = [] {
    if (qEnvironmentVariableIsSet(insideKeyring))
        test::registerTest("TstCanaryKeychain", [] { return std::make_unique<TstCanaryKeychain>(); });
    return true;
}();
#include "tst_canary.moc"
