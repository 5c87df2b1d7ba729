#include "ui/shell/caretrest.h"

#include <QApplication>
#include <QEvent>

#include <utility>

namespace tollgate::ui {

CaretRest::CaretRest(QObject *parent, std::chrono::milliseconds blinkFor) : QObject(parent), m_flashTime(QApplication::cursorFlashTime())
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(blinkFor);
    connect(&m_timer, &QTimer::timeout, this, &CaretRest::rest);
    m_timer.start();
    qApp->installEventFilter(this);
}

CaretRest::~CaretRest()
{
    m_blinking = true;
    wake();
}

void CaretRest::setBlinking(bool on)
{
    if (m_blinking == on)
        return;
    m_blinking = on;
    if (!on) {
        m_timer.stop();
        rest();
        return;
    }
    wake();
    m_timer.start();
}

bool CaretRest::eventFilter(QObject *, QEvent *event)
{
    if (!m_blinking)
        return false;
    switch (event->type()) {
    case QEvent::KeyPress:
    case QEvent::MouseButtonPress:
    case QEvent::WindowActivate:
        wake();
        m_timer.start();
        break;
    default:
        break;
    }
    return false;
}

void CaretRest::rest()
{
    m_resting = true;
    QApplication::setCursorFlashTime(0);
}

void CaretRest::wake()
{
    if (!std::exchange(m_resting, false))
        return;
    QApplication::setCursorFlashTime(m_flashTime);
}

} // namespace tollgate::ui
