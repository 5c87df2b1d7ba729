// Scripts: what they may say, and errors that name the step and the field.
#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/simulator/simulator.h"

#include <QCoreApplication>

#include <array>
#include <cmath>

namespace tollgate {

namespace {

using Fault = SimulatorStep::Fault;

struct FaultName {
    Fault fault;
    const char *name;
};

constexpr std::array<FaultName, 22> faultNames = {{{Fault::None, "none"},
                                                   {Fault::Status, "status"},
                                                   {Fault::CloseBeforeHeaders, "close-before-headers"},
                                                   {Fault::CloseMidHeaders, "close-mid-headers"},
                                                   {Fault::Reset, "reset"},
                                                   {Fault::CutStream, "cut-stream"},
                                                   {Fault::CutAtChunkBorder, "cut-at-chunk-border"},
                                                   {Fault::ResetStream, "reset-stream"},
                                                   {Fault::NoEndMarker, "no-end-marker"},
                                                   {Fault::SlowDrip, "slow-drip"},
                                                   {Fault::Hang, "hang"},
                                                   {Fault::HangStream, "hang-stream"},
                                                   {Fault::Garbage, "garbage"},
                                                   {Fault::Html, "html"},
                                                   {Fault::TruncatedJson, "truncated-json"},
                                                   {Fault::InvalidUtf8, "invalid-utf8"},
                                                   {Fault::HugeBody, "huge-body"},
                                                   {Fault::EndlessStream, "endless-stream"},
                                                   {Fault::Redirect, "redirect"},
                                                   {Fault::ErrorInStream, "error-in-stream"},
                                                   {Fault::ErrorIn200, "error-in-200"},
                                                   {Fault::Raw, "raw"}}};

constexpr qint64 maxCount = 100'000; // steps of one script, repetitions by "count" included

QString tr(const char *text) { return QCoreApplication::translate("Simulator", text); }

// Reads one step; `problem` says what is wrong with `field`.
class StepReader
{
public:
    bool read(JsonValue json);

    SimulatorStep step;
    qint64 count = 1;
    QString field;
    QString problem;

private:
    bool readField(QByteArrayView name, JsonValue value);
    bool readFault(JsonValue value);
    bool readHeaders(JsonValue value);
    bool readBody(JsonValue value);
    bool readText(JsonValue value, QByteArray &out);
    template <class T>
    bool readNumber(JsonValue value, double min, double max, T &out);
    bool readFlag(JsonValue value, bool &out);
    bool fail(const QString &text)
    {
        problem = text;
        return false;
    }
};

bool StepReader::read(JsonValue json)
{
    if (!json.isObject())
        return fail(tr("it is not an object"));
    bool fine = true;
    json.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (!fine)
            return;
        field = QString::fromUtf8(name);
        fine = readField(name, value);
    });
    // A status alone means that status.
    if (fine && !json["fault"].exists() && json["status"].exists())
        step.fault = Fault::Status;
    return fine;
}

bool StepReader::readField(QByteArrayView name, JsonValue value)
{
    const auto is = [name](const char *known) { return name == QByteArrayView(known); };
    if (is("fault"))
        return readFault(value);
    if (is("status"))
        return readNumber(value, 200, 599, step.status);
    if (is("headers"))
        return readHeaders(value);
    if (is("body"))
        return readBody(value);
    if (is("after_events"))
        return readNumber(value, 0, 1e9, step.afterEvents);
    if (is("drip_ms"))
        return readNumber(value, 0, 3.6e6, step.dripMs);
    if (is("location"))
        return readText(value, step.location)
            && (Headers::isSafe("location", step.location) || fail(tr("it holds characters that a header may not hold")));
    if (is("latency_ms"))
        return readNumber(value, 0, 3.6e6, step.latencyMs.emplace());
    if (is("ttft_ms"))
        return readNumber(value, 0, 3.6e6, step.ttftMs.emplace());
    if (is("tokens_per_second"))
        return readNumber(value, 0, 1e9, step.tokensPerSecond.emplace());
    if (is("tokens"))
        return readNumber(value, 0, 1e7, step.tokens.emplace());
    if (is("text") || is("reasoning")) {
        QByteArray text;
        if (!readText(value, text))
            return false;
        (is("text") ? step.text : step.reasoning) = QString::fromUtf8(text);
        return true;
    }
    if (is("tool_call"))
        return readFlag(value, step.toolCall);
    if (is("keep_alive"))
        return readFlag(value, step.keepAlive);
    if (is("count"))
        return readNumber(value, 1, double(maxCount), count);
    return fail(tr("there is no such field"));
}

bool StepReader::readFault(JsonValue value)
{
    for (const FaultName &known : faultNames) {
        if (value.isString() && value.utf8() == QByteArrayView(known.name)) {
            step.fault = known.fault;
            return true;
        }
    }
    QStringList names;
    for (const FaultName &known : faultNames)
        names << QString::fromLatin1(known.name);
    return fail(tr("it must be one of %1").arg(names.join(QStringLiteral(", "))));
}

bool StepReader::readHeaders(JsonValue value)
{
    if (!value.isObject())
        return fail(tr("it must be an object of names and texts"));
    bool fine = true;
    value.forEachMember([&](QByteArrayView name, JsonValue text) {
        const QByteArray bytes = text.isString() ? text.utf8().toByteArray() : text.toJson();
        fine = fine && (text.isString() || text.isNumber()) && Headers::isSafe(name, bytes);
        step.headers.append({name.toByteArray(), bytes});
    });
    return fine || fail(tr("a name or value holds characters that a header may not hold"));
}

bool StepReader::readBody(JsonValue value)
{
    step.body = value.isString() ? value.utf8().toByteArray() : value.toJson();
    return true;
}

bool StepReader::readText(JsonValue value, QByteArray &out)
{
    if (!value.isString())
        return fail(tr("it must be a text"));
    out = value.utf8().toByteArray();
    return true;
}

template <class T>
bool StepReader::readNumber(JsonValue value, double min, double max, T &out)
{
    const std::optional<double> number = value.number();
    const bool whole = std::is_floating_point_v<T> || (number && std::floor(*number) == *number);
    if (!number || !whole || *number < min || *number > max)
        return fail(tr("it must be a number from %1 to %2").arg(min, 0, 'f', 0).arg(max, 0, 'f', 0));
    out = T(*number);
    return true;
}

bool StepReader::readFlag(JsonValue value, bool &out)
{
    if (!value.isBool())
        return fail(tr("it must be true or false"));
    out = *value.boolean();
    return true;
}

Error scriptError(const QString &why)
{
    return {ErrorKind::Usage, tr("The simulator's script cannot be used"), why, QString()};
}

} // namespace

Result<QList<SimulatorStep>> parseSimulatorScript(QByteArrayView json)
{
    JsonDocument document;
    const Result<JsonValue> parsed = document.parse(json);
    if (!parsed)
        return scriptError(parsed.error().why.isEmpty() ? parsed.error().what : parsed.error().why);
    const JsonValue root = *parsed;
    if (!root["steps"].isArray())
        return scriptError(tr("It needs a list named \"steps\"."));
    if (root["repeat"].exists() && !root["repeat"].isBool())
        return scriptError(tr("\"repeat\" must be true or false."));
    QString unknown;
    root.forEachMember([&](QByteArrayView name, JsonValue) {
        if (name != QByteArrayView("steps") && name != QByteArrayView("repeat"))
            unknown = QString::fromUtf8(name);
    });
    if (!unknown.isEmpty())
        return scriptError(tr("\"%1\" is neither \"steps\" nor \"repeat\".").arg(unknown));
    QList<SimulatorStep> steps;
    QString problem;
    int number = 0;
    root["steps"].forEach([&](JsonValue value) {
        ++number;
        if (!problem.isEmpty())
            return;
        StepReader reader;
        if (!reader.read(value)) {
            problem = reader.field.isEmpty() ? tr("Step %1: %2.").arg(number).arg(reader.problem)
                                             : tr("Step %1, \"%2\": %3.").arg(number).arg(reader.field, reader.problem);
            return;
        }
        if (steps.size() + reader.count > maxCount) {
            problem = tr("Step %1: a script may have 100,000 steps.").arg(number);
            return;
        }
        reader.step.repeat = root["repeat"].boolean().value_or(false);
        steps.append(QList<SimulatorStep>(reader.count, reader.step));
    });
    if (!problem.isEmpty())
        return scriptError(problem);
    return steps;
}

QString simulatorFaultName(SimulatorStep::Fault fault)
{
    static const QList<QString> names = [] {
        QList<QString> list(qsizetype(faultNames.size()));
        for (const FaultName &known : faultNames)
            list[qsizetype(known.fault)] = QString::fromLatin1(known.name);
        return list;
    }();
    return names.value(qsizetype(fault));
}

} // namespace tollgate
