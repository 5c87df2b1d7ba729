// What the system keychain is like now, for as long as a page shows it: asked when the page appears, when its window becomes active, and
// every 5 s while something is wrong. Never opens a prompt.
#pragma once

#include "core/secrets/secretstore.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>

class QWidget;

namespace tollgate::ui {

class KeychainWatch : public QObject
{
    Q_OBJECT
public:
    using Probe = std::function<void(QObject *context, std::function<void(KeychainState)>)>;
    // Without a `probe` the state stays unknown.
    KeychainWatch(Probe probe, QWidget *page);

    std::optional<KeychainState> state() const { return m_state; }
    bool isBad() const { return m_state && *m_state != KeychainState::Available; }
    void ask();

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void answered(KeychainState state);
    Probe m_probe;
    QWidget *m_page;
    QTimer m_again;
    std::optional<KeychainState> m_state;
    bool m_asking = false;
};

} // namespace tollgate::ui
