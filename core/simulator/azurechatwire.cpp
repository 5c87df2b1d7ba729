#include "core/simulator/azurechatwire.h"

namespace tollgate {

namespace {

constexpr QByteArrayView classic("/openai/deployments/");
constexpr QByteArrayView chat("/chat/completions");

// "2024-10-21" or "2025-04-01-preview"
bool hasDatedVersion(const QByteArray &query)
{
    for (const QByteArray &pair : query.split('&')) {
        if (!pair.startsWith("api-version="))
            continue;
        const QByteArray version = pair.mid(int(qstrlen("api-version=")));
        return version.size() >= 10 && version[4] == '-' && version[7] == '-';
    }
    return false;
}

} // namespace

SimulatorWire::Route AzureChatWire::route(const ServerRequest &request) const
{
    const QByteArrayView path = request.path;
    const bool isGet = request.method == "GET" || request.method == "HEAD";
    if (path == QByteArrayView("/openai/v1/chat/completions")
        || (path.startsWith(classic) && path.endsWith(chat) && hasDatedVersion(request.query)))
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    if (path.startsWith("/openai/v1/models") || (path.startsWith("/openai/models") && hasDatedVersion(request.query)))
        return isGet ? Route::Models : Route::NotAllowed;
    return Route::Other;
}

QByteArray AzureChatWire::key(const Headers &headers) const
{
    const QByteArray key = headers.value("api-key").trimmed();
    return key.isEmpty() ? OpenAiChatWire::key(headers) : key;
}

std::optional<WireError> AzureChatWire::readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const
{
    std::optional<WireError> problem = OpenAiChatWire::readCall(request, body, call);
    if (request.path.startsWith(classic)) // the body's model does not count
        call.model = request.path.mid(classic.size(), request.path.size() - classic.size() - chat.size());
    return problem;
}

// Resets are bare seconds here.
Headers AzureChatWire::headers(qint64 number, int) const
{
    Headers headers{{"x-ratelimit-limit-requests", "10000000"},      {"x-ratelimit-remaining-requests", "9999999"},
                    {"x-ratelimit-reset-requests", "1"},             {"x-ratelimit-limit-tokens", "100000000000"},
                    {"x-ratelimit-remaining-tokens", "99999999999"}, {"x-ratelimit-reset-tokens", "1"},
                    {"x-ms-region", "Simulator"}};
    const QByteArray id = QByteArray::number(number);
    headers.add("apim-request-id", "apim_sim_" + id);
    headers.add("x-request-id", "req_sim_" + id);
    return headers;
}

void AzureChatWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    out.append("data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0,"
               "\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":\"safe\"}}}]}\n\n");
    OpenAiChatWire::appendHead(out, answer);
}

} // namespace tollgate
