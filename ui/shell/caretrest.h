// Stops the caret's blinking some time after the last key or click, so that an idle window repaints nothing; the next one starts it again.
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>

namespace tollgate::ui {

class CaretRest final : public QObject
{
    Q_OBJECT
public:
    // Watches the whole application for as long as it lives; the platform's flash time is put back at the end.
    // 10 s is what GTK's caret takes as well (gtk-cursor-blink-timeout).
    explicit CaretRest(QObject *parent, std::chrono::milliseconds blinkFor = std::chrono::seconds(10));
    ~CaretRest() override;

    bool isResting() const { return m_resting; }
    // False: the caret stands still always, for those who asked for less motion.
    void setBlinking(bool on);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void rest();
    void wake();
    QTimer m_timer;
    int m_flashTime;
    bool m_resting = false;
    bool m_blinking = true;
};

} // namespace tollgate::ui
