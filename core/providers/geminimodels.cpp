#include "core/providers/geminimodels.h"

#include "core/base/json.h"
#include "core/providers/geminierror.h"
#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr qsizetype maxModels = 20'000;
constexpr qsizetype maxIdLength = 512;
constexpr qsizetype maxPageToken = 4096; // goes into a URL

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

std::optional<qint64> tokens(JsonValue value)
{
    const std::optional<qint64> count = value.integer();
    return count && *count > 0 ? count : std::nullopt;
}

// An entry that does not list its methods is taken: a gateway may have dropped them.
bool generates(JsonValue entry)
{
    const JsonValue methods = entry["supportedGenerationMethods"];
    bool found = !methods.isArray();
    methods.forEach([&found](JsonValue method) { found = found || method.utf8() == "generateContent"; });
    return found;
}

void takeModel(JsonValue entry, ModelPage &page)
{
    QString id = entry["name"].string();
    if (id.startsWith(u"models/"))
        id.remove(0, 7);
    if (id.isEmpty() || id.size() > maxIdLength || plainText(id) != id || page.models.size() >= maxModels || !generates(entry))
        return;
    ModelInfo model;
    model.id = id;
    const QString name = plainText(entry["displayName"].string()).left(200);
    if (name != id)
        model.displayName = name;
    model.contextTokens = tokens(entry["inputTokenLimit"]);
    model.maxOutputTokens = tokens(entry["outputTokenLimit"]);
    page.models.append(model);
}

} // namespace

Result<ModelPage> geminiModels(QByteArrayView body)
{
    const QString what = tr("The model list cannot be read");
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    if (!root.ok())
        return Error{ErrorKind::Parse, what, tr("The answer is not JSON: %1").arg(plainExcerpt(body.first(qMin<qsizetype>(body.size(), 300)))),
                     tr("Check the base URL.")};
    if (root->isObject() && isOpenAiError(*root))
        return Error{ErrorKind::Parse, what, geminiErrorInside(*root).message, {}};
    const JsonValue list = (*root)["models"];
    if (!list.isArray())
        return Error{ErrorKind::Parse, what, tr("The answer has no list of models."), tr("Check the base URL.")};
    ModelPage page;
    list.forEach([&page](JsonValue entry) { takeModel(entry, page); });
    const QByteArrayView next = (*root)["nextPageToken"].utf8();
    if (next.size() <= maxPageToken)
        page.nextPage = next.toByteArray();
    return page;
}

} // namespace tollgate
