#include "ui/theme/desktopscheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>
#include <QTimer>

namespace tollgate::ui {

namespace {
const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance = QStringLiteral("org.freedesktop.appearance");
const QString colorScheme = QStringLiteral("color-scheme");
const QString gnome = QStringLiteral("org.gnome.desktop.interface");
const QString animations = QStringLiteral("enable-animations");

// Without an address libdbus would start a bus of its own and leave it behind.
bool sessionBusExists()
{
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        || QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}
} // namespace

DesktopScheme::DesktopScheme(QObject *parent) : QObject(parent)
{
    if (sessionBusExists())
        QTimer::singleShot(0, this, &DesktopScheme::ask); // after the first window is up
}

void DesktopScheme::ask()
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    read(appearance, colorScheme);
    read(gnome, animations);
}

void DesktopScheme::read(const QString &group, const QString &key)
{
    QDBusMessage message = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    message << group << key;
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(message, 5'000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, group, key](QDBusPendingCallWatcher *done) {
        done->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *done;
        if (!reply.isError())
            apply(group, key, reply.value().variant());
    });
}

void DesktopScheme::settingChanged(const QString &group, const QString &key, const QDBusVariant &value)
{
    apply(group, key, value.variant());
}

void DesktopScheme::apply(const QString &group, const QString &key, const QVariant &value)
{
    QVariant plain = value;
    while (plain.metaType() == QMetaType::fromType<QDBusVariant>()) // Read wraps its answer twice
        plain = plain.value<QDBusVariant>().variant();
    if (group == appearance && key == colorScheme) {
        const uint scheme = plain.toUInt(); // 0 no preference, 1 dark, 2 light
        const std::optional<bool> dark = scheme == 1 ? std::optional(true) : scheme == 2 ? std::optional(false) : std::nullopt;
        if (dark == m_dark)
            return;
        m_dark = dark;
    } else if (group == gnome && key == animations) {
        const bool reduced = !plain.toBool();
        if (reduced == m_reducedMotion)
            return;
        m_reducedMotion = reduced;
    } else {
        return;
    }
    Q_EMIT changed();
}

} // namespace tollgate::ui
