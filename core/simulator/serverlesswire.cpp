#include "core/simulator/serverlesswire.h"

namespace tollgate {

SimulatorWire::Route ServerlessWire::route(const ServerRequest &request) const
{
    if (request.path == "/invoke" || request.path == "/invoke-async")
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    return Route::Other;
}

QByteArray ServerlessWire::key(const Headers &headers) const
{
    const QByteArray key = headers.value("x-api-key").trimmed();
    return key.isEmpty() ? SimulatorWire::key(headers) : key;
}

std::optional<WireError> ServerlessWire::readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const
{
    if (!body.isObject())
        return invalidRequest({}, "The body must be a JSON object.");
    call.model = simulatedModels[0];
    call.later = request.path == "/invoke-async" || body["callback_url"].isString();
    call.keepsAnswers = true;
    CallReader reader(call);
    reader.message("user");
    reader.text(body["prompt"].utf8()); // a missing prompt counts as none
    return reader.tooLong("prompt");
}

Headers ServerlessWire::headers(qint64 number, int) const
{
    Headers headers;
    headers.add("x-amzn-requestid", "sim-" + QByteArray::number(number));
    return headers;
}

QByteArray ServerlessWire::errorBody(const WireError &error) const
{
    QByteArray out;
    JsonWriter(out).beginObject().key("error").utf8(error.message).endObject();
    return out;
}

QByteArray ServerlessWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    if (answer.later)
        return out.append("{\"status\":\"queued\",\"message_id\":\"").append(answer.id).append("\"}");
    out.append("{\"response\":\"").append(answer.text()).append('"');
    if (answer.repeated) {
        out.append(",\"cached\":true}");
    } else {
        out.append(",\"tokens\":");
        appendNumber(out, answer.promptTokens + answer.tokens());
        out.append('}');
    }
    return out;
}

} // namespace tollgate
