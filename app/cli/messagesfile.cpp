#include "app/cli/messagesfile.h"

#include "core/base/json.h"

#include <QCoreApplication>
#include <QFile>

namespace tollgate::app {

namespace {

constexpr qint64 messagesLimit = 64 << 20;

QString tr(const char *text) { return QCoreApplication::translate("MessagesFile", text); }

std::optional<ImagePart> imageFrom(JsonValue url)
{
    const QString text = url.string();
    const qsizetype comma = text.indexOf(u',');
    if (!text.startsWith(u"data:") || comma < 0 || !QStringView(text).first(comma).endsWith(u";base64"))
        return {};
    const auto decoded = QByteArray::fromBase64Encoding(QStringView(text).sliced(comma + 1).toLatin1());
    if (!decoded)
        return {};
    return ImagePart{text.mid(5, comma - 5 - 7), *decoded};
}

// The first thing wrong with `value`, or nothing when `message` was filled.
QString fill(Message &message, JsonValue value)
{
    const std::optional<Role> role = roleFromName(value["role"].string());
    if (!value.isObject() || !role)
        return tr("\"role\" must be system, user, assistant or tool");
    message.role = *role;
    const JsonValue content = value["content"];
    QString problem;
    if (content.isString()) {
        message.text = content.string();
    } else if (content.isArray()) {
        content.forEach([&](JsonValue part) {
            if (part["type"].string() == u"text" && part["text"].isString()) {
                message.text += part["text"].string();
            } else if (const auto image = imageFrom(part["image_url"]["url"])) {
                message.images.append(*image);
            } else {
                problem = tr("\"content\" has a part that is neither text nor an image as a data URL");
            }
        });
    } else if (content.exists() && !content.isNull()) {
        problem = tr("\"content\" must be a string or a list of parts");
    }
    message.toolCallId = value["tool_call_id"].string();
    value["tool_calls"].forEach([&](JsonValue call) {
        message.toolCalls.append({call["id"].string(), call["function"]["name"].string(), call["function"]["arguments"].string()});
    });
    if (problem.isEmpty() && message.text.isEmpty() && message.images.isEmpty() && message.toolCalls.isEmpty())
        problem = tr("\"content\" is missing");
    return problem;
}

} // namespace

Result<QByteArray> readFile(const QString &path, qint64 limit)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Usage, tr("%1 cannot be read").arg(path), file.errorString(), tr("Check the name")};
    const QByteArray bytes = file.read(limit + 1);
    if (bytes.size() > limit)
        return Error{ErrorKind::Usage, tr("%1 is too big").arg(path), tr("The limit is %1 MiB").arg(limit >> 20), {}};
    return bytes;
}

Result<QList<Message>> readMessagesFile(const QString &path)
{
    const Result<QByteArray> bytes = readFile(path, messagesLimit);
    if (!bytes)
        return bytes.error();
    JsonDocument document;
    const Result<JsonValue> root = document.parse(*bytes);
    if (!root)
        return Error{ErrorKind::Usage, tr("%1 is not valid JSON").arg(path), root.error().text(), tr("It must hold a list of messages")};
    const JsonValue list = root->isObject() ? (*root)["messages"] : *root;
    if (!list.isArray() || list.size() == 0)
        return Error{ErrorKind::Usage, tr("%1 holds no messages").arg(path), tr("A list of objects with \"role\" and \"content\" is expected"), {}};
    QList<Message> messages;
    QString problem;
    list.forEach([&](JsonValue value) {
        Message message;
        const QString wrong = fill(message, value);
        messages.append(message);
        if (problem.isEmpty() && !wrong.isEmpty())
            problem = tr("Message %1: %2").arg(messages.size()).arg(wrong);
    });
    if (!problem.isEmpty())
        return Error{ErrorKind::Usage, tr("%1 cannot be used").arg(path), problem, {}};
    return messages;
}

} // namespace tollgate::app
