// What the desktop prefers (dark or light, animations or not), asked from the XDG settings portal over D-Bus. Never blocks: until the
// portal has answered, and without one, isDark() is empty.
#pragma once

#include <QDBusVariant>
#include <QObject>

#include <optional>

class QDBusPendingCallWatcher;

namespace tollgate::ui {

class DesktopScheme : public QObject
{
    Q_OBJECT
public:
    explicit DesktopScheme(QObject *parent = nullptr);

    std::optional<bool> isDark() const { return m_dark; }
    bool reducedMotion() const { return m_reducedMotion; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void settingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void ask();
    void read(const QString &group, const QString &key);
    void apply(const QString &group, const QString &key, const QVariant &value);
    std::optional<bool> m_dark;
    bool m_reducedMotion = false;
};

} // namespace tollgate::ui
