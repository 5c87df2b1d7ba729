#include "core/settings/settingsjson.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>

#include <algorithm>
#include <cmath>

namespace tollgate::settingsjson {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Settings", text);
}

struct IntRow {
    QLatin1String key;
    int SettingsData::*member;
    int low;
    int high;
};

struct BoolRow {
    QLatin1String key;
    bool SettingsData::*member;
};

// Key and range of each number; its default is the member's in settings.h.
constexpr IntRow ints[] = {
    {QLatin1String("attempts"), &SettingsData::attempts, 1, 10},
    {QLatin1String("totalTimeoutSeconds"), &SettingsData::totalTimeoutSeconds, 1, 86'400},
    {QLatin1String("connectTimeoutMs"), &SettingsData::connectTimeoutMs, 100, 300'000},
    {QLatin1String("tlsTimeoutMs"), &SettingsData::tlsTimeoutMs, 100, 300'000},
    {QLatin1String("firstByteTimeoutMs"), &SettingsData::firstByteTimeoutMs, 100, 3'600'000},
    {QLatin1String("idleTimeoutMs"), &SettingsData::idleTimeoutMs, 100, 3'600'000},
    {QLatin1String("cacheTtlSeconds"), &SettingsData::cacheTtlSeconds, 1, 31'536'000},
    {QLatin1String("cacheMemoryMib"), &SettingsData::cacheMemoryMib, 0, 4'096},
    {QLatin1String("cacheDiskMib"), &SettingsData::cacheDiskMib, 0, 65'536},
    {QLatin1String("payloadDays"), &SettingsData::payloadDays, 0, 3'650},
    {QLatin1String("ledgerDays"), &SettingsData::ledgerDays, 1, 3'650},
    {QLatin1String("textSizePercent"), &SettingsData::textSizePercent, 90, 150},
};

constexpr BoolRow bools[] = {
    {QLatin1String("survivePowerLoss"), &SettingsData::survivePowerLoss},
    {QLatin1String("keepNothing"), &SettingsData::keepNothing},
    {QLatin1String("firstRunDone"), &SettingsData::firstRunDone},
    {QLatin1String("increaseContrast"), &SettingsData::increaseContrast},
    {QLatin1String("reduceMotion"), &SettingsData::reduceMotion},
};

struct ProviderText {
    QLatin1String key;
    QString ProviderConfig::*member;
};

struct TextRow {
    QLatin1String key;
    QString SettingsData::*member;
};

constexpr TextRow texts[] = {
    {QLatin1String("theme"), &SettingsData::theme},
    {QLatin1String("density"), &SettingsData::density},
    {QLatin1String("proxy"), &SettingsData::proxy},
    {QLatin1String("caFile"), &SettingsData::caFile},
};

struct FunctionText {
    QLatin1String key;
    QString FunctionPrice::*member;
};

constexpr FunctionText functionTexts[] = {
    {QLatin1String("usdPerMillionTokens"), &FunctionPrice::usdPerMillionTokens},
    {QLatin1String("usdPerGbSecond"), &FunctionPrice::usdPerGbSecond},
    {QLatin1String("usdPerCall"), &FunctionPrice::usdPerCall},
};

constexpr ProviderText providerTexts[] = {
    {QLatin1String("id"), &ProviderConfig::id},
    {QLatin1String("name"), &ProviderConfig::name},
    {QLatin1String("baseUrl"), &ProviderConfig::baseUrl},
    {QLatin1String("keyEnv"), &ProviderConfig::keyEnv},
    {QLatin1String("keyName"), &ProviderConfig::keyName},
    {QLatin1String("defaultModel"), &ProviderConfig::defaultModel},
    {QLatin1String("caFile"), &ProviderConfig::caFile},
    {QLatin1String("proxy"), &ProviderConfig::proxy},
    {QLatin1String("apiVersion"), &ProviderConfig::apiVersion},
    {QLatin1String("deployment"), &ProviderConfig::deployment},
    {QLatin1String("keyHeader"), &ProviderConfig::keyHeader},
};

// Reads the members of one object; remembers the first that has the wrong type. Absent members keep their default.
class Reader
{
public:
    Reader(const QJsonObject &object, QString where) : m_object(object), m_where(std::move(where)) {}

    void text(QLatin1String key, QString &value)
    {
        take(key, QJsonValue::String, [&](const QJsonValue &v) { value = v.toString(); });
    }
    void flag(QLatin1String key, bool &value)
    {
        take(key, QJsonValue::Bool, [&](const QJsonValue &v) { value = v.toBool(); });
    }
    template <class T>
    void whole(QLatin1String key, T &value)
    {
        take(key, QJsonValue::Double, [&](const QJsonValue &v) {
            const qint64 number = v.toInteger(-1);
            // toInteger() falls back for fractions and for what does not fit 64 bits; no member here may be negative.
            if (number < 0 || qint64(T(number)) != number)
                fail(key);
            else
                value = T(number);
        });
    }
    QJsonArray list(QLatin1String key)
    {
        QJsonArray array;
        take(key, QJsonValue::Array, [&](const QJsonValue &v) { array = v.toArray(); });
        return array;
    }
    void fail(QLatin1String key)
    {
        if (!m_problem)
            m_problem = tr("\"%1\" does not hold a usable value.").arg(m_where + key);
    }
    const std::optional<QString> &problem() const { return m_problem; }

private:
    template <class Set>
    void take(QLatin1String key, QJsonValue::Type type, Set set)
    {
        const QJsonValue value = m_object.value(key);
        if (value.isUndefined())
            return;
        if (value.type() == type)
            set(value);
        else
            fail(key);
    }

    const QJsonObject &m_object;
    QString m_where;
    std::optional<QString> m_problem;
};

Error broken(const QString &why)
{
    return {ErrorKind::Parse, tr("The settings file cannot be used"), why,
            tr("Correct the file, or move it away to start with default settings.")};
}

// Files of the first version hold the end of their only key beside its name.
void readKeys(const QJsonObject &object, Reader &reader, ProviderConfig &config)
{
    const QJsonArray keys = reader.list(QLatin1String("keys"));
    for (const QJsonValue key : keys) {
        const QJsonObject pair = key.toObject();
        if (!pair.value(QLatin1String("name")).isString() || !pair.value(QLatin1String("lastFour")).isString())
            reader.fail(QLatin1String("keys"));
        config.keys.append({pair.value(QLatin1String("name")).toString(), pair.value(QLatin1String("lastFour")).toString()});
    }
    QString lastFour;
    if (!object.contains(QLatin1String("keys")))
        reader.text(QLatin1String("lastFour"), lastFour);
    if (!lastFour.isEmpty())
        config.keys.append({config.keyName, lastFour});
}

Result<ProviderConfig> readProvider(const QJsonObject &object, qsizetype number)
{
    ProviderConfig config;
    Reader reader(object, QStringLiteral("providers[%1].").arg(number));
    for (const ProviderText &row : providerTexts)
        reader.text(row.key, config.*row.member);
    QString type = providerTypeName(config.type);
    reader.text(QLatin1String("type"), type);
    if (const std::optional<ProviderType> known = providerTypeFromName(type))
        config.type = *known;
    else
        reader.fail(QLatin1String("type"));
    readKeys(object, reader, config);
    reader.flag(QLatin1String("needsKey"), config.needsKey);
    reader.flag(QLatin1String("enabled"), config.enabled);
    reader.whole(QLatin1String("maxParallel"), config.maxParallel);
    reader.whole(QLatin1String("addedWallMs"), config.addedWallMs);
    for (const QJsonValue model : reader.list(QLatin1String("models"))) {
        if (!model.isString())
            reader.fail(QLatin1String("models"));
        config.models.append(model.toString());
    }
    for (const QJsonValue model : reader.list(QLatin1String("hiddenModels"))) {
        if (!model.isString())
            reader.fail(QLatin1String("hiddenModels"));
        config.hiddenModels.append(model.toString());
    }
    for (const QJsonValue header : reader.list(QLatin1String("extraHeaders"))) {
        const QJsonObject pair = header.toObject();
        if (!pair.value(QLatin1String("name")).isString() || !pair.value(QLatin1String("value")).isString())
            reader.fail(QLatin1String("extraHeaders"));
        config.extraHeaders.append({pair.value(QLatin1String("name")).toString().toUtf8(),
                                    pair.value(QLatin1String("value")).toString().toUtf8()});
    }
    QString extraBody;
    reader.text(QLatin1String("extraBody"), extraBody);
    config.extraBody = extraBody.toUtf8();
    const QJsonObject price = object.value(QLatin1String("functionPrice")).toObject();
    Reader priceReader(price, QStringLiteral("providers[%1].functionPrice.").arg(number));
    for (const FunctionText &row : functionTexts)
        priceReader.text(row.key, config.functionPrice.*row.member);
    priceReader.whole(QLatin1String("memoryMib"), config.functionPrice.memoryMib);
    if (reader.problem())
        return broken(*reader.problem());
    if (priceReader.problem())
        return broken(*priceReader.problem());
    return config;
}

QJsonObject writeProvider(QJsonObject object, const ProviderConfig &config)
{
    for (const ProviderText &row : providerTexts)
        object.insert(row.key, config.*row.member);
    object.insert(QLatin1String("type"), providerTypeName(config.type));
    object.insert(QLatin1String("needsKey"), config.needsKey);
    object.insert(QLatin1String("enabled"), config.enabled);
    object.insert(QLatin1String("maxParallel"), config.maxParallel);
    object.insert(QLatin1String("addedWallMs"), config.addedWallMs);
    object.insert(QLatin1String("models"), QJsonArray::fromStringList(config.models));
    object.insert(QLatin1String("hiddenModels"), QJsonArray::fromStringList(config.hiddenModels));
    QJsonArray headers;
    for (const Header &header : config.extraHeaders)
        headers.append(QJsonObject{{QStringLiteral("name"), QString::fromUtf8(header.name)},
                                   {QStringLiteral("value"), QString::fromUtf8(header.value)}});
    object.insert(QLatin1String("extraHeaders"), headers);
    QJsonArray keys;
    for (const StoredKey &key : config.keys)
        keys.append(QJsonObject{{QStringLiteral("name"), key.name}, {QStringLiteral("lastFour"), key.lastFour}});
    object.insert(QLatin1String("keys"), keys);
    object.remove(QLatin1String("lastFour"));
    object.insert(QLatin1String("extraBody"), QString::fromUtf8(config.extraBody));
    QJsonObject price = object.value(QLatin1String("functionPrice")).toObject();
    for (const FunctionText &row : functionTexts)
        price.insert(row.key, config.functionPrice.*row.member);
    price.insert(QLatin1String("memoryMib"), config.functionPrice.memoryMib);
    object.insert(QLatin1String("functionPrice"), price);
    return object;
}

} // namespace

Result<SettingsData> read(const QJsonObject &document)
{
    const QJsonValue found = document.value(QLatin1String("version"));
    if (!found.isDouble() || found.toInteger(0) < 1)
        return broken(tr("It does not say which version it has."));
    if (found.toInteger() > version) {
        return Error{ErrorKind::Storage, tr("The settings file is from a newer version of Tollgate"),
                     tr("It has version %1; this program knows version %2.").arg(found.toInteger()).arg(version),
                     tr("Use the newer program, or choose another profile folder.")};
    }
    SettingsData data;
    Reader reader(document, {});
    for (const IntRow &row : ints)
        reader.whole(row.key, data.*row.member);
    for (const BoolRow &row : bools)
        reader.flag(row.key, data.*row.member);
    for (const TextRow &row : texts)
        reader.text(row.key, data.*row.member);
    const QJsonArray providers = reader.list(QLatin1String("providers"));
    if (reader.problem())
        return broken(*reader.problem());
    for (qsizetype i = 0; i < providers.size(); ++i) {
        if (!providers.at(i).isObject())
            return broken(tr("\"%1\" does not hold a usable value.").arg(QStringLiteral("providers[%1]").arg(i)));
        Result<ProviderConfig> config = readProvider(providers.at(i).toObject(), i);
        if (!config)
            return config.error();
        data.providers.append(*std::move(config));
    }
    for (const QJsonValue one : document.value(QLatin1String("refusedSettings")).toArray()) {
        const QJsonObject row = one.toObject();
        data.refusedSettings.append({row.value(QLatin1String("provider")).toString(), row.value(QLatin1String("model")).toString(),
                                     row.value(QLatin1String("setting")).toString()});
    }
    if (const std::optional<QString> problem = firstProblem(data))
        return broken(*problem + u'.');
    return data;
}

// Those of providers that are still there: a new one with an old id starts afresh.
static QJsonArray writeRefused(const SettingsData &data)
{
    QJsonArray rows;
    for (const RefusedSetting &one : data.refusedSettings.last(std::min<qsizetype>(data.refusedSettings.size(), 200))) {
        const auto isIts = [&one](const ProviderConfig &config) { return config.id == one.providerId; };
        if (std::any_of(data.providers.begin(), data.providers.end(), isIts))
            rows.append(QJsonObject{{QStringLiteral("provider"), one.providerId}, {QStringLiteral("model"), one.model},
                                    {QStringLiteral("setting"), one.setting}});
    }
    return rows;
}

QJsonObject write(QJsonObject document, const SettingsData &data)
{
    document.insert(QLatin1String("version"), version);
    for (const IntRow &row : ints)
        document.insert(row.key, data.*row.member);
    for (const BoolRow &row : bools)
        document.insert(row.key, data.*row.member);
    for (const TextRow &row : texts)
        document.insert(row.key, data.*row.member);
    QHash<QString, QJsonObject> before;
    for (const QJsonValue old : document.value(QLatin1String("providers")).toArray())
        before.insert(old.toObject().value(QLatin1String("id")).toString(), old.toObject());
    QJsonArray providers;
    for (const ProviderConfig &config : data.providers)
        providers.append(writeProvider(before.value(config.id), config));
    document.insert(QLatin1String("providers"), providers);
    document.insert(QLatin1String("refusedSettings"), writeRefused(data));
    return document;
}

std::optional<QString> firstProblem(const SettingsData &data)
{
    for (const IntRow &row : ints) {
        const int value = data.*row.member;
        if (value < row.low || value > row.high)
            return tr("%1 must be between %2 and %3").arg(QString(row.key)).arg(row.low).arg(row.high);
    }
    if (data.theme != u"system" && data.theme != u"light" && data.theme != u"dark")
        return tr("theme must be system, light or dark");
    if (data.density != u"compact" && data.density != u"normal" && data.density != u"roomy")
        return tr("density must be compact, normal or roomy");
    if (const std::optional<QString> problem = proxyProblem(data.proxy))
        return problem;
    if (const std::optional<QString> problem = caFileProblem(data.caFile))
        return problem;
    for (qsizetype i = 0; i < data.providers.size(); ++i) {
        // Each pair is compared once, when its later one is looked at.
        if (const std::optional<QString> problem = tollgate::firstProblem(data.providers[i], data.providers.first(i)))
            return tr("Provider \"%1\": %2").arg(data.providers[i].name, *problem);
    }
    return std::nullopt;
}

} // namespace tollgate::settingsjson
