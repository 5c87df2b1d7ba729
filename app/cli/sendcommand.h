// `send`: one prompt through the engine.
#pragma once

#include "app/cli/command.h"
#include "core/chat/chatrequest.h"

namespace tollgate {
class Call;
struct Outcome;
} // namespace tollgate

namespace tollgate::app {

class SendCommand final : public Command
{
    Q_OBJECT
public:
    SendCommand(Application &app, const Invocation &invocation, CommandOutput &output);
    ~SendCommand() override;
    void start() override;
    void cancel() override;

private:
    void callFinished(const Outcome &outcome);
    void printFailure(const Outcome &outcome);
    std::unique_ptr<Call> m_call;
    void printPiece(const QString &text);
    void printHeld();
    QByteArray m_held; // the end of what came: it may be the beginning of a key
    bool m_stream = false;
    bool m_printed = false; // text has been streamed to stdout
};

// The ChatRequest that the options of `send` describe; a usage error names the option.
Result<ChatRequest> sendRequest(const QCommandLineParser &parser, const Invocation &invocation);
void addSendOptions(QCommandLineParser &parser);

} // namespace tollgate::app
