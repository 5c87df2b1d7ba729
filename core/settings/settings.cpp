#include "core/settings/settings.h"

#include "core/settings/settingsjson.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHostAddress>
#include <QJsonDocument>
#include <QSaveFile>
#include <QUrl>

#include <algorithm>

namespace tollgate {

namespace {

// Far above any real file; keeps a wrong path from filling memory.
constexpr qint64 maxFileBytes = 16 * 1024 * 1024;

Error storageError(const QString &what, const QString &why)
{
    return {ErrorKind::Storage, what, why, Settings::tr("Check the profile folder, its permissions and the free space.")};
}

Result<QJsonObject> readDocument(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return storageError(Settings::tr("The settings cannot be read"), Settings::tr("%1: %2.").arg(path, file.errorString()));
    const QByteArray bytes = file.read(maxFileBytes + 1);
    if (file.error() != QFileDevice::NoError)
        return storageError(Settings::tr("The settings cannot be read"), Settings::tr("%1: %2.").arg(path, file.errorString()));
    QJsonParseError parse;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &parse);
    if (bytes.size() > maxFileBytes || !document.isObject()) {
        const QString why = bytes.size() > maxFileBytes ? Settings::tr("it is too large")
            : parse.error != QJsonParseError::NoError   ? parse.errorString()
                                                        : Settings::tr("it is not a JSON object");
        return Error{ErrorKind::Parse, Settings::tr("The settings file cannot be used"),
                     Settings::tr("%1: %2.").arg(path, why),
                     Settings::tr("Correct the file, or move it away to start with default settings.")};
    }
    return document.object();
}

Result<void> writeDocument(const QString &path, const QJsonObject &document)
{
    const QString what = Settings::tr("The settings are not saved");
    if (!QDir().mkpath(QFileInfo(path).absolutePath()))
        return storageError(what, Settings::tr("The folder of %1 cannot be made.").arg(path));
    QSaveFile file(path);
    const QByteArray bytes = QJsonDocument(document).toJson(QJsonDocument::Indented);
    // Unbuffered, because QSaveFile::commit() of Qt 6.4 does not notice that its last flush failed and would put a cut file in place.
    // A failure before the rename, a full disk too, leaves the old file as it was.
    const bool opened = file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
        && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const qint64 written = opened ? file.write(bytes) : 0;
    if (opened && written >= 0 && written < bytes.size())
        return storageError(what, Settings::tr("%1: only %2 of %3 bytes could be written.").arg(path).arg(written).arg(bytes.size()));
    if (!opened || written < 0 || !file.commit())
        return storageError(what, Settings::tr("%1: %2.").arg(path, file.errorString()));
    return {};
}

} // namespace

const ProviderConfig *SettingsData::provider(QStringView nameOrId) const
{
    const auto find = [&](QString ProviderConfig::*member) -> const ProviderConfig * {
        const auto found = std::find_if(providers.begin(), providers.end(), [&](const ProviderConfig &p) {
            return nameOrId.compare(p.*member, Qt::CaseInsensitive) == 0;
        });
        return found == providers.end() ? nullptr : &*found;
    };
    const ProviderConfig *named = find(&ProviderConfig::name);
    return named ? named : find(&ProviderConfig::id);
}

namespace {

bool isOnThisComputer(const ProviderConfig &config)
{
    if (config.type == ProviderType::Simulator)
        return true;
    const QString host = QUrl(config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl).host().toLower();
    return host == QLatin1String("localhost") || host.endsWith(QLatin1String(".localhost")) || QHostAddress(host).isLoopback();
}

} // namespace

ProviderConfig effective(ProviderConfig config, const SettingsData &settings)
{
    if (config.proxy.isEmpty())
        config.proxy = isOnThisComputer(config) ? QStringLiteral("none") : settings.proxy;
    if (config.caFile.isEmpty())
        config.caFile = settings.caFile;
    return config;
}

Settings::Settings(QString path) : m_path(std::move(path)) { publish({}); }

Settings::~Settings() = default;

Result<std::unique_ptr<Settings>> Settings::load(const QString &path)
{
    std::unique_ptr<Settings> settings(new Settings(path));
    // A link that leads nowhere is not a missing file: writing would put the settings where nobody looks.
    if (!QFileInfo::exists(path) && !QFileInfo(path).isSymLink())
        return settings;
    Result<QJsonObject> document = readDocument(path);
    if (!document)
        return document.error();
    Result<SettingsData> data = settingsjson::read(*document);
    if (!data) {
        Error error = data.error();
        error.why = path + QStringLiteral(": ") + error.why;
        return error;
    }
    settings->publish(*std::move(data));
    settings->m_document = *std::move(document);
    return settings;
}

std::shared_ptr<const SettingsData> Settings::snapshot() const
{
    const std::lock_guard lock(m_mutex);
    return m_data;
}

std::shared_ptr<const SettingsData> Settings::inUse() const
{
    const std::lock_guard lock(m_mutex);
    return m_inUse;
}

void Settings::publish(SettingsData data)
{
    auto used = std::make_shared<SettingsData>(data);
    for (ProviderConfig &provider : used->providers)
        provider = effective(std::move(provider), data);
    const std::lock_guard lock(m_mutex);
    m_data = std::make_shared<const SettingsData>(std::move(data));
    m_inUse = std::move(used);
}

Result<void> Settings::update(const std::function<void(SettingsData &)> &edit)
{
    {
        const std::lock_guard updating(m_updateMutex);
        SettingsData data = *snapshot();
        edit(data);
        if (const std::optional<QString> problem = settingsjson::firstProblem(data))
            return Error{ErrorKind::Usage, tr("The settings are not saved"), *problem + u'.', {}};
        QJsonObject document = settingsjson::write(m_document, data);
        if (document == m_document)
            return {}; // nothing to write and nothing to tell
        if (const Result<void> written = writeDocument(m_path, document); !written)
            return written;
        m_document = std::move(document);
        publish(std::move(data));
    }
    Q_EMIT changed();
    return {};
}

} // namespace tollgate
