#include "core/providers/requestchecks.h"

#include "core/base/json.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

Error usageError(const QString &what, const QString &why = {}, const QString &fix = {})
{
    return Error{ErrorKind::Usage, what, why, fix};
}

Result<void> checkMessages(const QList<Message> &messages)
{
    for (const Message &message : messages) {
        if (!message.images.isEmpty() && message.role != Role::User)
            return usageError(tr("Images can only be part of a user message"), tr("This provider takes them nowhere else."),
                              tr("Move the image into a user message."));
        for (const ImagePart &image : message.images) {
            static const QRegularExpression type(QStringLiteral("\\Aimage/[A-Za-z0-9.+-]{1,64}\\z"));
            if (!type.match(image.mimeType).hasMatch() || image.data.isEmpty())
                return usageError(tr("An image cannot be sent"), tr("It is empty or not of an image type."),
                                  tr("Remove it or attach it again."));
        }
    }
    return {};
}

Result<void> checkParameters(const Parameters &parameters)
{
    if (parameters.responseFormat == ResponseFormat::JsonSchema && !isJsonObject(parameters.jsonSchema))
        return usageError(tr("The JSON schema cannot be sent"), tr("It is not a JSON object."), tr("Correct the schema."));
    for (const ToolDefinition &tool : parameters.tools) {
        if (!tool.parametersSchema.trimmed().isEmpty() && !isJsonObject(tool.parametersSchema))
            return usageError(tr("The tool \"%1\" cannot be sent").arg(tool.name), tr("Its parameters are not a JSON object."),
                              tr("Correct the tool's schema."));
    }
    return {};
}

} // namespace

Result<void> checkRequest(const ChatRequest &request)
{
    if (request.model.isEmpty())
        return usageError(tr("No model is chosen"), tr("The provider has no default model."), tr("Name a model."));
    if (request.messages.isEmpty())
        return usageError(tr("There is nothing to send"), {}, tr("Write a prompt."));
    if (const Result<void> checked = checkMessages(request.messages); !checked.ok())
        return checked;
    return checkParameters(request.parameters);
}

bool isJsonObject(const QByteArray &text)
{
    JsonDocument document;
    const Result<JsonValue> value = document.parse(text);
    return value.ok() && value->isObject();
}

} // namespace tollgate
