#include "core/providers/anthropicmodels.h"

#include "core/base/json.h"
#include "core/providers/anthropicerror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>
#include <QDateTime>

namespace tollgate {

namespace {

constexpr qsizetype maxModels = 20'000;
constexpr qsizetype maxIdLength = 512;

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

std::optional<qint64> limitOf(JsonValue value)
{
    const std::optional<qint64> tokens = value.integer();
    return tokens && *tokens > 0 ? tokens : std::nullopt;
}

ModelInfo modelOf(const QString &id, JsonValue entry)
{
    ModelInfo model;
    model.id = id;
    const QString name = plainText(entry["display_name"].string()).left(200);
    if (name != id)
        model.displayName = name;
    model.contextTokens = limitOf(entry["max_input_tokens"]);
    model.maxOutputTokens = limitOf(entry["max_tokens"]);
    // A server that speaks this wire besides OpenAI's may list its models with a number.
    const QDateTime created = QDateTime::fromString(entry["created_at"].string(), Qt::ISODate);
    if (created.isValid() && created.toSecsSinceEpoch() > 0)
        model.createdUnix = created.toSecsSinceEpoch();
    else if (const std::optional<qint64> seconds = entry["created"].integer(); seconds && *seconds > 0)
        model.createdUnix = *seconds;
    return model;
}

} // namespace

Result<ModelPage> anthropicModels(QByteArrayView body)
{
    const QString what = tr("The model list cannot be read");
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    if (!root.ok()) {
        const QString beginning = plainExcerpt(body.first(qMin<qsizetype>(body.size(), 300)));
        return Error{ErrorKind::Parse, what, tr("The answer is not JSON: %1").arg(beginning), tr("Check the base URL.")};
    }
    if (root->isObject() && isAnthropicError(*root))
        return Error{ErrorKind::Parse, what, anthropicErrorInside(*root).message, {}};
    const JsonValue list = (*root)["data"];
    if (!list.isArray())
        return Error{ErrorKind::Parse, what, tr("The answer has no list of models."), tr("Check the base URL.")};
    ModelPage page;
    list.forEach([&page](JsonValue entry) {
        const QString id = entry["id"].string();
        if (!id.isEmpty() && id.size() <= maxIdLength && plainText(id) == id && page.models.size() < maxModels)
            page.models.append(modelOf(id, entry));
    });
    if ((*root)["has_more"].boolean().value_or(false))
        page.nextPage = (*root)["last_id"].utf8().toByteArray();
    return page;
}

} // namespace tollgate
