#include "core/providers/extrafields.h"

#include "core/base/json.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

Error refusal(const QString &what, const QString &why)
{
    return Error{ErrorKind::Usage, what, why, tr("Correct the extra fields.")};
}

// Three layers, the later one wins; absent ones have no members.
using Layers = std::array<JsonValue, 3>;

void writeLayers(JsonWriter &writer, const Layers &layers, std::initializer_list<QByteArrayView> joined)
{
    writer.beginObject();
    for (size_t at = 0; at < layers.size(); ++at) {
        layers[at].forEachMember([&](QByteArrayView name, JsonValue value) {
            const bool isJoined = std::find(joined.begin(), joined.end(), name) != joined.end();
            const auto has = [name](const JsonValue &layer) { return layer[name].exists(); };
            // A joined object is written where its first layer stands, everything else by its last.
            const bool elsewhere = isJoined ? std::any_of(layers.begin(), layers.begin() + qsizetype(at), has)
                                            : std::any_of(layers.begin() + qsizetype(at) + 1, layers.end(), has);
            if (elsewhere)
                return;
            writer.key(name);
            if (isJoined)
                writeLayers(writer, {layers[0][name], layers[1][name], layers[2][name]}, {});
            else
                writer.raw(value.toJson());
        });
    }
    writer.endObject();
}

Result<JsonValue> readFields(JsonDocument &document, const QByteArray &text, const QString &what,
                             std::initializer_list<QByteArrayView> joined)
{
    if (text.trimmed().isEmpty())
        return JsonValue();
    const Result<JsonValue> fields = document.parse(text);
    if (!fields.ok() || !fields->isObject())
        return refusal(what, tr("They are not a JSON object."));
    if (hasDuplicateKeys(*fields))
        return refusal(what, tr("A field is there twice."));
    for (const QByteArrayView name : joined) {
        const JsonValue value = (*fields)[name];
        if (value.exists() && !value.isObject())
            return refusal(what, tr("\"%1\" is not an object.").arg(QString::fromUtf8(name)));
    }
    return fields;
}

} // namespace

Result<QByteArray> withExtraFields(QByteArray body, const ProviderConfig &config, const Parameters &parameters,
                                   std::initializer_list<QByteArrayView> joined)
{
    JsonDocument belowText;
    const Result<JsonValue> below =
        readFields(belowText, config.extraBody, tr("%1: the provider's extra fields cannot be sent").arg(config.name), joined);
    if (!below.ok())
        return below.error();
    JsonDocument aboveText;
    const Result<JsonValue> above =
        readFields(aboveText, parameters.extraBody, tr("The extra request fields cannot be sent"), joined);
    if (!above.ok())
        return above.error();
    if (!below->exists() && !above->exists())
        return body;
    JsonDocument ownText;
    const Result<JsonValue> own = ownText.parse(body);
    if (!own.ok())
        return own.error();
    QByteArray merged;
    merged.reserve(body.size() + config.extraBody.size() + parameters.extraBody.size());
    JsonWriter writer(merged);
    writeLayers(writer, {*below, *own, *above}, joined);
    return merged;
}

} // namespace tollgate
