#include "ui/widgets/keychainwatch.h"

#include <QCoreApplication>
#include <QEvent>
#include <QWidget>

namespace tollgate::ui {

KeychainWatch::KeychainWatch(Probe probe, QWidget *page) : QObject(page), m_probe(std::move(probe)), m_page(page)
{
    m_again.setSingleShot(true);
    m_again.setInterval(5'000);
    connect(&m_again, &QTimer::timeout, this, &KeychainWatch::ask);
    page->installEventFilter(this);
    qApp->installEventFilter(this); // activation comes to the window, which the page does not know yet
    ask();
}

void KeychainWatch::ask()
{
    if (!m_probe || m_asking)
        return;
    m_asking = true;
    m_probe(this, [this](KeychainState state) { answered(state); });
}

void KeychainWatch::answered(KeychainState state)
{
    m_asking = false;
    if (state != KeychainState::Available && m_page->isVisible())
        m_again.start();
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT changed();
}

bool KeychainWatch::eventFilter(QObject *watched, QEvent *event)
{
    const bool shown = watched == m_page && event->type() == QEvent::Show;
    const bool active = event->type() == QEvent::WindowActivate && watched == m_page->window() && m_page->isVisible();
    if (shown || active)
        ask();
    else if (watched == m_page && event->type() == QEvent::Hide)
        m_again.stop();
    return false;
}

} // namespace tollgate::ui
