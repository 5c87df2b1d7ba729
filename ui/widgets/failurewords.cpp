#include "ui/widgets/failurewords.h"

#include "ui/theme/format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QRegularExpression>

#include <algorithm>

namespace tollgate::ui {

namespace {

QString tr(const char *text, int count = -1)
{
    return QCoreApplication::translate("FailureWords", text, nullptr, count);
}

QString status(const Failure &failure)
{
    return failure.httpStatus > 0 ? QStringLiteral(" (%1)").arg(failure.httpStatus) : QString();
}

// "3 attempts in 5.2 s were refused" / "1 attempt was refused"
QString attemptsRefused(const Failure &failure, const FailureContext &c)
{
    const QString took = c.elapsedMs >= 0 ? tr(" in %1").arg(formatDurationMs(double(c.elapsedMs))) : QString();
    return c.attempts == 1 ? tr("1 attempt%1 was refused%2.").arg(took, status(failure))
                           : tr("%1 attempts%2 were refused%3.").arg(QString::number(c.attempts), took, status(failure));
}

// Whether the message is this sentence of core's, whatever its numbers and names, in the language it was written in.
bool isSentence(const QString &message, const char *context, const char *sentence)
{
    static const QRegularExpression place(QStringLiteral("%\\d"));
    QStringList parts;
    for (const QString &part : QCoreApplication::translate(context, sentence).split(place))
        parts.append(QRegularExpression::escape(part));
    return QRegularExpression(QRegularExpression::anchoredPattern(parts.join(QStringLiteral(".+")))).match(message).hasMatch();
}

// core/net/trouble.cpp and core/engine/flight.cpp word every deadline that can pass.
bool timedOut(const Failure &failure)
{
    static constexpr const char *net[] = {
        "No answer in %1.",
        "The answer stopped in its headers for %1.",
        "Nothing more of the answer came for %1.",
        "Not finished in %1.",
        "The request could not be sent in %1.",
        "No connection to %1 in %2.",
        "No connection to %1 through the proxy %2 in %3.",
        "No secure connection to %1 in %2.",
        "The name of %1 was not found out in %2.",
    };
    for (const char *sentence : net)
        if (isSentence(failure.message, "Net", sentence))
            return true;
    return isSentence(failure.message, "Engine", "The equal request in flight did not finish within the total time limit.")
        || failure.message.contains(QLatin1String("timed out"), Qt::CaseInsensitive); // the system's word for a connection
}

// The time limit passed in the queue: the provider is not to blame.
bool waitedTooLong(const Failure &failure)
{
    return isSentence(failure.message, "Net", "No connection became free in %1.")
        || isSentence(failure.message, "Engine", "The total time limit passed while %1 other requests to this provider were running.")
        || isSentence(failure.message, "Engine", "The total time limit passed before anything was sent.");
}

bool tooLong(const Failure &failure)
{
    return failure.providerCode.contains(QLatin1String("context_length")) || failure.httpStatus == 413
        || failure.message.contains(QLatin1String("maximum context length"), Qt::CaseInsensitive)
        || failure.message.contains(QLatin1String("prompt is too long"), Qt::CaseInsensitive);
}

bool noSuchModel(const Failure &failure)
{
    return failure.providerCode.contains(QLatin1String("model_not_found")) || failure.httpStatus == 404;
}

class Writer
{
public:
    Writer(const Failure &failure, const FailureContext &context) : f(failure), c(context) {}
    FailureWords write();

private:
    void badKey();
    void noKey();
    void rateLimited();
    void unreachable();
    void ambiguous();
    void rejected();
    void others();
    void said() // the provider's own words, or what was seen on the line
    {
        if (!f.message.isEmpty())
            w.facts.append({f.httpStatus > 0 ? tr("Provider said") : tr("Details"), f.message, true});
        if (!f.providerCode.isEmpty())
            w.facts.append({tr("Code"), f.providerCode, true});
    }
    void attemptsFact()
    {
        if (c.attempts > 1)
            w.facts.append({tr("Attempts"), QString::number(c.attempts), false});
    }
    void action(const char *id, const QString &text, const char *icon = "", bool primary = false)
    {
        w.actions.append({QString::fromLatin1(id), text, QString::fromLatin1(icon), primary});
    }
    void runAgain(bool primary = true)
    {
        if (c.canRunAgain)
            action("runAgain", tr("Run again"), "run", primary);
    }
    void tryOther()
    {
        if (c.canRunAgain && !c.otherModel.isEmpty())
            action("tryModel", tr("Try %1").arg(c.otherModel), "run");
    }
    void openProvider(const QString &text) { action("openProvider", text); }

    const Failure &f;
    const FailureContext &c;
    FailureWords w;
};

void Writer::badKey()
{
    w.title = tr("%1 rejected the API key").arg(c.provider);
    const QString which = c.lastFour.isEmpty() ? tr("The key") : tr("The key ending in %1").arg(c.lastFour);
    w.text = tr("%1 is invalid or was revoked%2. Nothing was sent to the model and nothing was charged.").arg(which, status(f));
    said();
    if (!c.lastFour.isEmpty() || !c.keyPlace.isEmpty()) {
        const QString dots = c.lastFour.isEmpty() ? QString() : QStringLiteral("\u2022\u2022\u2022\u2022") + c.lastFour;
        w.facts.append({tr("Key"), dots.isEmpty() || c.keyPlace.isEmpty() ? dots + c.keyPlace : dots + QStringLiteral(", ") + c.keyPlace, false});
    }
    if (c.canRunAgain)
        w.facts.append({tr("Attempts"), tr("%1, a rejected key is not retried").arg(c.attempts), false});
    action("replaceKey", tr("Replace key"), "key", true);
    tryOther();
    w.badge = f.httpStatus > 0 ? tr("Failed, %1").arg(f.httpStatus) : tr("Key rejected");
}

void Writer::noKey()
{
    w.title = tr("No API key for %1").arg(c.provider);
    w.text = c.keyVariable.isEmpty() ? tr("No key could be read from the keychain. Nothing was sent and nothing was charged.")
                                     : tr("The variable %1 is not set in this program’s environment. Nothing was sent and nothing was charged.")
                                           .arg(c.keyVariable);
    said();
    action("addKey", tr("Add key"), "key", true);
    tryOther();
    w.badge = tr("No key");
}

void Writer::rateLimited()
{
    w.title = tr("%1 is limiting requests").arg(c.provider);
    w.text = attemptsRefused(f, c);
    if (f.retryAfter)
        w.text += tr(" The limit clears in %1.").arg(formatDurationMs(double((f.retryAfter->count() + 999) / 1000 * 1000)).replace(QStringLiteral(".0 s"), QStringLiteral(" s")).replace(QStringLiteral(".00 s"), QStringLiteral(" s")));
    said();
    if (f.retryAfter && c.nowWallMs > 0 && c.canRunAgain) {
        // The next full minute after the limit clears: never too early.
        const QDateTime at = QDateTime::fromMSecsSinceEpoch(c.nowWallMs + f.retryAfter->count() + 59'999);
        action("runLater", tr("Run again at %1").arg(at.toString(QStringLiteral("HH:mm"))), "run", true);
    } else {
        runAgain();
    }
    tryOther();
    w.badge = f.httpStatus > 0 ? tr("Failed, %1").arg(f.httpStatus) : tr("Rate limited");
}

void Writer::unreachable()
{
    if (waitedTooLong(f)) {
        w.title = tr("Not sent in time");
        w.text = tr("The time limit passed while the request waited its turn. Nothing was sent and nothing was charged.");
        said();
        runAgain();
        if (c.canRunAgain)
            action("raiseTimeout", tr("Raise timeout"));
        w.badge = tr("Timed out");
        return;
    }
    const bool lookup = isSentence(f.message, "Net", "The host of %1 was not found.");
    const QString remains = c.hasLocalModel ? tr("Cached replies and the local model still work.") : tr("Cached replies still work.");
    if (lookup) {
        w.title = tr("No network");
        w.text = tr("%1 could not be reached (host not found). %2").arg(c.provider, remains);
    } else {
        w.title = tr("No connection to %1").arg(c.provider);
        w.text = tr("It could not be reached; nothing was sent and nothing was charged. %1").arg(remains);
    }
    said();
    attemptsFact();
    runAgain();
    tryOther();
    w.badge = tr("No connection");
}

void Writer::ambiguous()
{
    if (timedOut(f) && f.phase != Phase::Send) {
        const QString time = c.elapsedMs >= 0 ? formatDurationMs(double((c.elapsedMs + 500) / 1000 * 1000)) : QString();
        QString plain = time;
        plain.replace(QStringLiteral(".00 s"), QStringLiteral(" s")).replace(QStringLiteral(".0 s"), QStringLiteral(" s"));
        if (c.elapsedMs >= 60'000 && c.elapsedMs < 600'000)
            plain = tr("%1 s").arg((c.elapsedMs + 500) / 1000);
        w.title = plain.isEmpty() ? tr("No answer in time") : tr("No answer in %1").arg(plain);
        w.text = tr("%1 accepted the request but sent no token. It may still be charged.").arg(c.provider);
        said();
        runAgain();
        if (c.canRunAgain)
            action("raiseTimeout", tr("Raise timeout"));
        w.badge = tr("Timed out");
        return;
    }
    w.title = tr("No answer; it may still be charged");
    w.text = tr("The request was sent to %1, then the connection ended before an answer came. It is not sent again by itself.").arg(c.provider);
    said();
    runAgain();
    w.badge = tr("No answer");
}

void Writer::rejected()
{
    if (tooLong(f)) {
        w.title = tr("Input is too long for %1").arg(c.model);
        w.text = c.inputTokens && c.contextTokens
            ? tr("%1 tokens, limit %2.").arg(formatWhole(*c.inputTokens), formatWhole(*c.contextTokens))
            : tr("The messages hold more tokens than the model takes. Nothing was charged.");
        said();
        if (c.canRunAgain) {
            action("showLongest", tr("Show longest message"), "", true);
            action("chooseModel", tr("Choose model"));
        }
    } else if (noSuchModel(f) && !c.model.isEmpty() && c.canRunAgain) {
        w.title = tr("%1 has no model %2").arg(c.provider, c.model);
        w.text = tr("The model was renamed, withdrawn, or is not open to this key%1. Nothing was charged.").arg(status(f));
        said();
        action("chooseModel", tr("Choose model"), "", true);
    } else {
        w.title = tr("%1 refused the request").arg(c.provider);
        w.text = f.parameter.isEmpty() ? tr("It does not accept the request as it is%1. Nothing was charged.").arg(status(f))
                                       : tr("It does not accept the field %1%2. Nothing was charged.").arg(f.parameter, status(f));
        said();
        runAgain(false);
    }
    w.badge = f.httpStatus > 0 ? tr("Failed, %1").arg(f.httpStatus) : tr("Refused");
}

void Writer::others()
{
    const QString code = f.httpStatus > 0 ? tr("Failed, %1").arg(f.httpStatus) : tr("Failed");
    w.badge = code;
    switch (f.kind) {
    case FailureKind::Usage:
        w.title = tr("The request cannot be sent");
        w.text = f.message.isEmpty() ? tr("A setting does not fit. Nothing was sent.") : f.message;
        w.badge = tr("Not sent");
        return;
    case FailureKind::Storage:
        w.title = tr("History is not being saved");
        w.text = tr("A request is only sent once its record is on disk. This one was not sent. %1").arg(f.message).trimmed();
        action("openStorage", tr("Open Storage"), "storage", true);
        w.badge = tr("Not sent");
        return;
    case FailureKind::Budget:
        w.title = tr("Not sent: the budget is spent");
        w.text = f.message;
        w.warning = true;
        w.iconName = QStringLiteral("budget");
        if (c.canRunAgain)
            action("allowRun", tr("Allow this run"), "", true);
        w.badge = tr("Blocked");
        return;
    case FailureKind::BreakerOpen:
        w.title = tr("%1 is paused").arg(c.provider);
        w.text = f.message;
        w.warning = true;
        w.iconName = QStringLiteral("breaker-open");
        tryOther();
        w.badge = tr("Paused");
        return;
    case FailureKind::Quota:
        w.title = tr("%1: the account is out of credit").arg(c.provider);
        w.text = tr("The provider refused the request%1. Add credit or raise the spending limit in your account there.").arg(status(f));
        said();
        tryOther();
        runAgain(false);
        return;
    case FailureKind::Overloaded:
        w.title = tr("%1 is overloaded").arg(c.provider);
        w.text = attemptsRefused(f, c);
        break;
    case FailureKind::ServerError:
        w.title = tr("%1 failed").arg(c.provider);
        w.text = tr("The error is on the provider’s side%1. A failed request is usually not charged.").arg(status(f));
        attemptsFact();
        break;
    case FailureKind::Filtered:
        w.title = tr("Blocked by %1’s filter").arg(c.provider);
        w.text = tr("The provider’s content filter stopped the prompt or the answer.");
        said();
        return;
    case FailureKind::Certificate:
        w.title = tr("%1’s certificate is not trusted").arg(c.provider);
        w.text = tr("The connection was closed before the key or the prompt was sent. A company network that inspects traffic needs its authority "
                    "in the provider’s settings.");
        said();
        openProvider(tr("Set certificate file"));
        runAgain(false);
        w.badge = tr("Not trusted");
        return;
    case FailureKind::Incomplete:
        w.title = tr("The answer is incomplete");
        w.text = tr("The connection ended before %1 had finished. The part that came is kept and may be charged.").arg(c.provider);
        w.warning = true;
        w.iconName = QStringLiteral("warning");
        w.badge = tr("Incomplete");
        break;
    case FailureKind::Protocol:
        w.title = tr("%1 sent something else").arg(c.provider);
        w.text = tr("The reply is not what this API type sends%1. Check the base URL and the API type. It may still be charged.").arg(status(f));
        said();
        openProvider(tr("Open provider"));
        runAgain(false);
        w.badge = tr("Not readable");
        return;
    case FailureKind::Cancelled:
        w.title = tr("Stopped");
        w.text = !c.sent ? tr("Nothing was sent and nothing was charged.")
            : c.partCame ? tr("The part that came before is kept and may be charged.")
                         : tr("It was sent, but no text had come. It may still be charged.");
        w.warning = true;
        w.iconName = QStringLiteral("stop");
        w.badge = tr("Stopped");
        runAgain(false);
        return;
    case FailureKind::Queued:
        w.title = tr("Accepted, waiting for the answer");
        w.text = tr("%1 took the request and answers later. What the answer costs is not known yet.").arg(c.provider);
        if (!c.messageId.isEmpty())
            w.facts.append({tr("Message id"), c.messageId, true});
        w.news = true;
        w.iconName = QStringLiteral("info");
        w.badge = tr("Accepted");
        return;
    default: break;
    }
    said();
    runAgain();
    tryOther();
}

FailureWords Writer::write()
{
    switch (f.kind) {
    case FailureKind::BadKey: badKey(); break;
    case FailureKind::NoKey: noKey(); break;
    case FailureKind::RateLimited: rateLimited(); break;
    case FailureKind::Unreachable: unreachable(); break;
    case FailureKind::Ambiguous: ambiguous(); break;
    case FailureKind::Rejected: rejected(); break;
    default: others(); break;
    }
    if (c.canOpenRequest)
        action("openRequest", tr("Open request"));
    return std::move(w);
}

} // namespace

FailureWords wordsFor(const Failure &failure, const FailureContext &context)
{
    return Writer(failure, context).write();
}

FailureWords wordsFor(const Outcome &outcome, FailureContext context)
{
    const RequestRecord &record = outcome.record;
    context.attempts = qMax(1, int(record.attempts.size()));
    context.sent = std::any_of(record.attempts.begin(), record.attempts.end(),
                               [](const AttemptRecord &attempt) { return attempt.billing != Billing::None; });
    context.partCame = !outcome.completion.text.isEmpty() || !outcome.completion.reasoning.isEmpty();
    if (record.settled >= 0)
        context.elapsedMs = record.settled / 1'000'000;
    if (context.model.isEmpty())
        context.model = record.model;
    context.messageId = record.responseId;
    return wordsFor(outcome.failure.value_or(Failure{}), context);
}

FailureWords wordsForMissingVariable(const QString &variable, int message)
{
    FailureWords w;
    w.title = tr("Set {{%1}} to run").arg(variable);
    w.text = tr("It is used in message %1 and has no value.").arg(message);
    w.iconName = QStringLiteral("variables");
    w.warning = true;
    w.actions.append({QStringLiteral("goToVariable"), tr("Go to variable"), {}, true});
    w.badge = tr("Not sent");
    return w;
}

FailureWords wordsForStorage(const Error &error)
{
    FailureWords w;
    w.title = tr("History is not being saved");
    w.text = error.why.isEmpty() ? error.text() : tr("%1 Requests still run.").arg(error.why);
    w.iconName = QStringLiteral("storage");
    w.warning = true;
    w.actions.append({QStringLiteral("openStorage"), tr("Open Storage"), {}, false});
    w.badge = tr("Not saved");
    return w;
}

QString shortWords(const Failure &failure)
{
    switch (failure.kind) {
    case FailureKind::BadKey: return tr("Key rejected%1").arg(status(failure));
    case FailureKind::NoKey: return tr("No key yet");
    case FailureKind::Quota: return tr("Out of credit%1").arg(status(failure));
    case FailureKind::RateLimited: return tr("Limiting requests%1").arg(status(failure));
    case FailureKind::Overloaded: return tr("Overloaded%1").arg(status(failure));
    case FailureKind::ServerError: return tr("Failed%1").arg(status(failure));
    case FailureKind::Rejected: return tr("Refused the request%1").arg(status(failure));
    case FailureKind::Certificate: return tr("Certificate not trusted");
    case FailureKind::Unreachable: return timedOut(failure) ? tr("Connection timed out") : tr("No connection");
    case FailureKind::Ambiguous: return timedOut(failure) ? tr("Timed out") : tr("No answer");
    case FailureKind::Protocol: return tr("Sent something else%1").arg(status(failure));
    case FailureKind::Cancelled: return tr("Stopped");
    case FailureKind::Queued: return tr("Accepted");
    default: return failure.message.left(80);
    }
}

} // namespace tollgate::ui
