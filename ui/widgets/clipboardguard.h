// Clears the clipboard and the primary selection some time after a secret was pasted from there into one of our fields, unless they have
// changed meanwhile, and tells so. Cleared at once when the window goes. Remembers only a fingerprint of what it waits for.
#pragma once

#include <QByteArray>
#include <QClipboard>
#include <QHash>
#include <QTimer>

#include <chrono>

namespace tollgate::ui {

class ClipboardGuard : public QObject
{
    Q_OBJECT
public:
    // 10 s: reliability.md section 3.1.
    explicit ClipboardGuard(QWidget *window, std::chrono::milliseconds wait = std::chrono::seconds(10));
    ~ClipboardGuard() override;

    // The guard of the window that holds `widget`; made when there is none.
    static ClipboardGuard *of(QWidget *widget);

    // Call when text has just come into a field that now holds `field`. Watches those of the two whose text is part of it; others are not
    // touched.
    void textEntered(const QString &field);
    bool isWaiting() const { return !m_watched.isEmpty(); }
    void setWait(std::chrono::milliseconds wait) { m_timer.setInterval(wait); }

Q_SIGNALS:
    void cleared();

private:
    bool clearUnchanged();
    void clearWhenPossible();
    QByteArray fingerprint(const QString &text) const;
    QWidget *m_window;
    QTimer m_timer;
    QByteArray m_salt;
    QHash<QClipboard::Mode, QByteArray> m_watched; // fingerprint by place
};

} // namespace tollgate::ui
