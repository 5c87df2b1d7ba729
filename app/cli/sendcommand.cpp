#include "app/cli/sendcommand.h"

#include "app/application.h"
#include "app/cli/commands.h"
#include "app/cli/outcomejson.h"
#include "core/base/redactor.h"
#include "core/engine/engine.h"
#include "core/settings/settings.h"

#include <utility>

namespace tollgate::app {

constinit const CommandInfo sendCommand = {
    "send", "[PROMPT | -] [--provider NAME] [--model ID] [--system TEXT] [--param K=V]... [--var N=V]... [--stream] ...",
    "Send a prompt and print the answer",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<SendCommand>(app, invocation, output);
    }};

SendCommand::SendCommand(Application &app, const Invocation &invocation, CommandOutput &output) : Command(app, invocation, output) {}

SendCommand::~SendCommand() = default;

void SendCommand::start()
{
    QCommandLineParser parser;
    addSendOptions(parser);
    if (!parse(parser, 1, 2))
        return;
    Result<ChatRequest> request = sendRequest(parser, m_invocation);
    if (!request)
        return fail(request.error());
    const std::shared_ptr<const SettingsData> settings = m_app.settings().snapshot();
    if (!parser.isSet(QStringLiteral("ttl")))
        request->ttl = std::chrono::seconds(settings->cacheTtlSeconds);
    if (!parser.isSet(QStringLiteral("attempts")))
        request->maxAttempts = settings->attempts;
    if (request->provider.isEmpty()) {
        // One provider needs no name.
        QStringList names;
        for (const ProviderConfig &provider : settings->providers) {
            if (provider.enabled)
                names.append(provider.name);
        }
        if (names.isEmpty())
            return fail(Error{ErrorKind::Usage, tr("There is no provider yet"), {},
                              tr("Add one: tollgate-cli providers add NAME --type TYPE, or try the simulator with --demo")});
        if (names.size() > 1)
            return fail(Error{ErrorKind::Usage, tr("Which provider"), tr("There are %1: %2").arg(names.size()).arg(names.join(QStringLiteral(", "))),
                              tr("Name one with --provider")});
        request->provider = names.first();
    }
    m_stream = request->stream;
    m_call = m_app.engine().send(std::move(request).value());
    connect(m_call.get(), &Call::delta, this, [this](const QList<Delta> &pieces) {
        if (!m_stream)
            return;
        for (const Delta &piece : pieces) {
            if (piece.kind == Delta::Kind::Text)
                printPiece(piece.text);
        }
    });
    connect(m_call.get(), &Call::retrying, this, [this](const RetryNotice &notice) {
        const Error error{ErrorKind::Internal, tr("Attempt %1 failed: %2").arg(notice.attempt).arg(notice.failure.message),
                          tr("Waiting %1 ms").arg(notice.delay.count()), {}};
        note(error.text());
    });
    connect(m_call.get(), &Call::finished, this, &SendCommand::callFinished);
}

void SendCommand::cancel()
{
    if (m_call)
        m_call->cancel(); // finished() follows with the settled row
    else
        finish(ExitCancelled);
}

// A key that a provider says comes in pieces, none of which is one.
void SendCommand::printPiece(const QString &text)
{
    m_printed = true;
    m_held += text.toUtf8();
    const qsizetype back = m_app.redactor().beginningAtEnd(m_held);
    const QByteArray rest = m_held.last(back);
    m_held.chop(back);
    printHeld();
    m_held = rest;
}

void SendCommand::printHeld()
{
    const QByteArray text = std::exchange(m_held, {});
    if (text.isEmpty())
        return;
    // Redacted as text: the object's own bytes would hide where it ends.
    const QByteArray clean = m_app.redactor().redact(text);
    if (json())
        object([&clean](JsonWriter &writer) { writer.member("delta", QString::fromUtf8(clean)); });
    else
        m_output.out(clean);
}

void SendCommand::callFinished(const Outcome &outcome)
{
    printHeld();
    if (json()) {
        object([&outcome](JsonWriter &writer) { writeOutcome(writer, outcome); });
    } else if (m_printed) {
        line({});
    } else if (!outcome.completion.text.isEmpty()) {
        line(outcome.completion.text);
    } else if (!outcome.completion.toolCalls.isEmpty()) {
        for (const ToolCall &call : outcome.completion.toolCalls)
            line(tr("tool call %1(%2)").arg(call.name, call.arguments));
    }
    if (!outcome.warning.isEmpty())
        note(tr("Warning: %1").arg(outcome.warning));
    if (outcome.failure)
        printFailure(outcome);
    else
        note(figuresLine(outcome));
    finish(outcome.failure ? ruleOf(outcome.failure->kind).exitCode : ExitDone);
}

void SendCommand::printFailure(const Outcome &outcome)
{
    const Failure &failure = *outcome.failure;
    if (failure.kind == FailureKind::Queued) {
        const QString &id = outcome.record.responseId;
        note(id.isEmpty() ? tr("Accepted, waiting for the answer.") : tr("Accepted, waiting for the answer: message %1.").arg(id));
        note(figuresLine(outcome));
        return;
    }
    QString text = QStringLiteral("tollgate-cli: %1: %2").arg(failureName(failure.kind), failure.message);
    if (failure.httpStatus > 0)
        text += tr(" (HTTP %1)").arg(failure.httpStatus);
    if (!outcome.record.requestId.isEmpty())
        text += tr(" [provider request id %1]").arg(outcome.record.requestId);
    note(text);
    if (outcome.record.id.isValid())
        note(figuresLine(outcome));
}

} // namespace tollgate::app
