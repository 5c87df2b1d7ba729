#include "app/cli/command.h"

#include "app/application.h"
#include "app/cli/commands.h"
#include "core/base/redactor.h"

#include <QCoreApplication>
#include <QDateTime>

namespace tollgate::app {

int exitCodeOf(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Usage:
    case ErrorKind::Parse:
    case ErrorKind::NotFound:
        return ExitUsage;
    case ErrorKind::Secret:
        return ExitNoKey;
    case ErrorKind::Storage:
    case ErrorKind::Busy:
    case ErrorKind::Internal:
        return ExitStorage;
    }
    return ExitStorage;
}

void RedactedOutput::out(const QByteArray &bytes) { m_output.out(m_redactor.redact(bytes)); }
void RedactedOutput::err(const QByteArray &bytes) { m_output.err(m_redactor.redact(bytes)); }

Command::Command(Application &app, const Invocation &invocation, CommandOutput &output)
    : m_app(app), m_invocation(invocation), m_redacted(app.redactor(), output), m_json(invocation.arguments.contains(u"--json"))
{
}

Command::~Command() = default;

void Command::finish(int exitCode)
{
    if (m_finished)
        return;
    m_finished = true;
    Q_EMIT finished(exitCode);
}

namespace {

void sayErrorObject(CommandOutput &output, FailureKind kind, const QString &message)
{
    QByteArray bytes;
    JsonWriter writer(bytes);
    writer.beginObject();
    writeError(writer, kind, {}, message);
    writer.endObject();
    output.out(bytes + '\n');
}

} // namespace

void sayError(CommandOutput &output, const Error &error, bool json)
{
    output.err("tollgate-cli: " + error.text().toUtf8() + '\n');
    if (!json)
        return;
    const FailureKind kind = error.kind == ErrorKind::Storage || error.kind == ErrorKind::Busy ? FailureKind::Storage
                             : error.kind == ErrorKind::Secret                                ? FailureKind::NoKey
                                                                                              : FailureKind::Usage;
    sayErrorObject(output, kind, error.text());
}

void sayCancelled(CommandOutput &output, bool json)
{
    const QString text = Command::tr("Stopped");
    output.err("tollgate-cli: " + text.toUtf8() + '\n');
    if (json)
        sayErrorObject(output, FailureKind::Cancelled, text);
}

void writeError(JsonWriter &json, FailureKind kind, std::optional<Phase> phase, const QString &message, const QString &providerCode, int httpStatus,
                std::optional<qint64> retryAfterMs)
{
    json.key("error").beginObject();
    json.member("kind", failureName(kind));
    json.member("phase", phase ? std::optional(phaseName(*phase)) : std::nullopt);
    json.member("message", message);
    json.member("provider_code", providerCode.isEmpty() ? std::nullopt : std::optional(providerCode));
    json.member("http_status", httpStatus > 0 ? std::optional(httpStatus) : std::nullopt);
    json.member("retry_after_ms", retryAfterMs);
    json.endObject();
}

void writeError(JsonWriter &json, const Failure &failure)
{
    writeError(json, failure.kind, failure.phase, failure.message, failure.providerCode, failure.httpStatus,
               failure.retryAfter ? std::optional<qint64>(failure.retryAfter->count()) : std::nullopt);
}

void Command::cancel()
{
    if (m_finished)
        return;
    sayCancelled(m_output, m_json);
    finish(ExitCancelled);
}

void Command::fail(const Error &error)
{
    sayError(m_output, error, m_json);
    finish(exitCodeOf(error));
}

void Command::failUsage(const QString &text) { fail(Error{ErrorKind::Usage, text, {}, {}}); }

bool Command::parse(QCommandLineParser &parser, int minPositional, int maxPositional)
{
    const QString name = m_invocation.arguments.value(0);
    parser.addOption({QStringLiteral("json"), tr("Print JSON.")});
    parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsOptions);
    // The parser takes its first argument for the program's name; the command is then the first positional argument.
    if (!parser.parse(QStringList{QStringLiteral("tollgate-cli")} + m_invocation.arguments)) {
        failUsage(tr("%1: %2 See tollgate-cli --help").arg(name, parser.errorText()));
        return false;
    }
    const qsizetype count = parser.positionalArguments().size();
    if (count < minPositional || count > maxPositional) {
        failUsage(count < minPositional ? tr("%1: an argument is missing. See tollgate-cli --help").arg(name)
                                        : tr("%1: too many arguments from \"%2\" on").arg(name, parser.positionalArguments()[maxPositional]));
        return false;
    }
    return true;
}

void Command::line(const QString &text) { m_output.out(text.toUtf8() + '\n'); }
void Command::note(const QString &text) { m_output.err(text.toUtf8() + '\n'); }

void Command::object(const std::function<void(JsonWriter &)> &write)
{
    QByteArray bytes;
    JsonWriter json(bytes);
    json.beginObject();
    write(json);
    json.endObject();
    m_output.out(bytes + '\n');
}

namespace {

class UnknownCommand final : public Command
{
public:
    using Command::Command;
    void start() override
    {
        failUsage(tr("\"%1\" is not a command. See tollgate-cli --help").arg(m_invocation.arguments.value(0)));
    }
};

} // namespace

const QList<CommandInfo> &commandInfos()
{
    static const QList<CommandInfo> infos = {sendCommand,   providersCommand, keysCommand,  requestsCommand,
                                             reportCommand, pricesCommand,    cacheCommand, doctorCommand};
    return infos;
}

std::unique_ptr<Command> makeCommand(Application &app, const Invocation &invocation, CommandOutput &output)
{
    for (const CommandInfo &info : commandInfos()) {
        if (invocation.arguments.value(0) == QLatin1StringView(info.name))
            return info.make(app, invocation, output);
    }
    return std::make_unique<UnknownCommand>(app, invocation, output);
}

bool onlyReads(const QStringList &arguments)
{
    const QString verb = arguments.value(1);
    const QString name = arguments.value(0);
    return name == u"requests" || name == u"report" || name == u"doctor" || (name == u"prices" && verb == u"list") || (name == u"providers" && verb == u"list")
           || (name == u"keys" && verb == u"status");
}

QString textTable(const QStringList &header, const QList<QStringList> &rows, const QList<bool> &right)
{
    QList<qsizetype> widths;
    for (const QString &title : header)
        widths.append(title.size());
    for (const QStringList &row : rows) {
        for (qsizetype i = 0; i < row.size(); ++i)
            widths[i] = qMax(widths[i], row[i].size());
    }
    const auto format = [&](const QStringList &row) {
        QString text;
        for (qsizetype i = 0; i < row.size(); ++i) {
            if (i > 0)
                text += QStringLiteral("  ");
            text += right.value(i) ? row[i].rightJustified(widths[i]) : row[i].leftJustified(widths[i]);
        }
        while (text.endsWith(u' '))
            text.chop(1);
        return text;
    };
    QStringList lines{format(header)};
    for (const QStringList &row : rows)
        lines.append(format(row));
    return lines.join(u'\n');
}

QString rfc3339(qint64 wallMs) { return QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).toString(Qt::ISODateWithMs); }

QString localTime(qint64 wallMs) { return QDateTime::fromMSecsSinceEpoch(wallMs).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")); }

} // namespace tollgate::app
