#include "core/providers/openaimodels.h"

#include "core/base/json.h"
#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <cmath>
#include <initializer_list>

namespace tollgate {

namespace {

constexpr qsizetype maxModels = 20'000;
constexpr qsizetype maxIdLength = 512; // llama.cpp uses file paths

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

std::optional<qint64> firstCount(std::initializer_list<JsonValue> places)
{
    for (const JsonValue &place : places) {
        if (const std::optional<qint64> tokens = place.integer(); tokens && *tokens > 0)
            return tokens;
    }
    return std::nullopt;
}

// OpenRouter's prices are strings; "-1" means "depends".
QString price(JsonValue value)
{
    const QString text = value.string();
    bool ok = false;
    const double number = text.toDouble(&ok);
    return ok && std::isfinite(number) && number >= 0 ? text : QString();
}

bool cannotChat(Dialect dialect, const QString &id, JsonValue entry)
{
    const JsonValue can = entry["capabilities"]; // in Mistral's words and in Azure's
    if (!entry["active"].boolean().value_or(true) || !can["completion_chat"].boolean().value_or(true)
        || !can["chat_completion"].boolean().value_or(true))
        return true;
    if (dialect != Dialect::OpenAi)
        return false;
    static constexpr QLatin1String families[] = {
        QLatin1String("text-embedding-"), QLatin1String("tts-"),         QLatin1String("whisper-"),   QLatin1String("dall-e-"),
        QLatin1String("gpt-image-"),      QLatin1String("sora-"),        QLatin1String("omni-moderation-"),
        QLatin1String("text-moderation-"), QLatin1String("babbage-"),    QLatin1String("davinci-"),
    };
    for (const QLatin1String family : families) {
        if (id.startsWith(family))
            return true;
    }
    return false;
}

ModelInfo modelOf(const QString &id, JsonValue entry)
{
    ModelInfo model;
    model.id = id;
    const QString name = plainText(entry["name"].string()).left(200);
    if (name != id)
        model.displayName = name;
    model.contextTokens = firstCount({entry["context_window"], entry["context_length"], entry["max_model_len"],
                                      entry["max_context_length"], entry["meta"]["n_ctx"], entry["meta"]["n_ctx_train"]});
    model.maxOutputTokens = firstCount({entry["max_completion_tokens"], entry["top_provider"]["max_completion_tokens"]});
    const JsonValue since = entry["created"].exists() ? entry["created"] : entry["created_at"]; // Azure's older list
    if (const std::optional<double> created = since.number(); created && *created > 0 && *created < 1e11)
        model.createdUnix = qint64(*created);
    model.inputUsdPerToken = price(entry["pricing"]["prompt"]);
    model.outputUsdPerToken = price(entry["pricing"]["completion"]);
    return model;
}

} // namespace

Result<ModelPage> openAiModels(Dialect dialect, QByteArrayView body)
{
    const QString what = tr("The model list cannot be read");
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    if (!root.ok())
        return Error{ErrorKind::Parse, what, tr("The answer is not JSON: %1").arg(plainExcerpt(body.first(qMin<qsizetype>(body.size(), 300)))),
                     tr("Check the base URL.")};
    if (root->isObject() && isOpenAiError(*root))
        return Error{ErrorKind::Parse, what, openAiErrorInside(dialect, *root).message, {}};
    const JsonValue list = root->isArray() ? *root : (*root)["data"];
    if (!list.isArray())
        return Error{ErrorKind::Parse, what, tr("The answer has no list of models."), tr("Check the base URL.")};
    ModelPage page;
    list.forEach([&](JsonValue entry) {
        const QString id = entry["id"].string();
        if (id.isEmpty() || id.size() > maxIdLength || plainText(id) != id || page.models.size() >= maxModels)
            return;
        if (!cannotChat(dialect, id, entry))
            page.models.append(modelOf(id, entry));
    });
    return page;
}

} // namespace tollgate
