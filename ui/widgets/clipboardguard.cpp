#include "ui/widgets/clipboardguard.h"

#include "core/base/secretbytes.h"
#include "ui/widgets/noticestack.h"

#include <QCryptographicHash>
#include <QGuiApplication>
#include <QMimeData>
#include <QRandomGenerator>
#include <QWidget>

namespace tollgate::ui {

namespace {

constexpr QClipboard::Mode places[] = {QClipboard::Clipboard, QClipboard::Selection};
constexpr qsizetype shortest = 8; // what is shorter is no key and may be anywhere by chance

bool has(QClipboard::Mode place)
{
    return place == QClipboard::Clipboard || QGuiApplication::clipboard()->supportsSelection();
}

} // namespace

ClipboardGuard::ClipboardGuard(QWidget *window, std::chrono::milliseconds wait) : QObject(window), m_window(window)
{
    // Salted: the fingerprint of a short secret must not be one that could be looked up.
    for (int i = 0; i < 4; ++i) {
        const quint64 part = QRandomGenerator::system()->generate64();
        m_salt.append(reinterpret_cast<const char *>(&part), sizeof part);
    }
    m_timer.setSingleShot(true);
    m_timer.setInterval(wait);
    connect(&m_timer, &QTimer::timeout, this, &ClipboardGuard::clearWhenPossible);
}

ClipboardGuard::~ClipboardGuard()
{
    if (QGuiApplication::instance())
        clearUnchanged();
}

ClipboardGuard *ClipboardGuard::of(QWidget *widget)
{
    QWidget *window = widget->window();
    auto *guard = window->findChild<ClipboardGuard *>(QString(), Qt::FindDirectChildrenOnly);
    return guard ? guard : new ClipboardGuard(window);
}

QByteArray ClipboardGuard::fingerprint(const QString &text) const
{
    QByteArray bytes = text.toUtf8();
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(m_salt);
    hash.addData(QByteArrayView(bytes).trimmed());
    wipe(bytes);
    return hash.result();
}

void ClipboardGuard::textEntered(const QString &field)
{
    for (const QClipboard::Mode place : places) {
        if (!has(place))
            continue;
        QString text = QGuiApplication::clipboard()->text(place);
        if (text.trimmed().size() >= shortest && field.contains(text.trimmed()))
            m_watched.insert(place, fingerprint(text));
        wipe(text);
    }
    if (isWaiting())
        m_timer.start();
}

void ClipboardGuard::clearWhenPossible()
{
    // Wayland lets only the active window look and change.
    if (QGuiApplication::platformName().startsWith(QLatin1String("wayland")) && QGuiApplication::applicationState() != Qt::ApplicationActive) {
        connect(qApp, &QGuiApplication::applicationStateChanged, this, &ClipboardGuard::clearWhenPossible, Qt::SingleShotConnection);
        return;
    }
    if (!clearUnchanged())
        return;
    if (NoticeStack *notices = NoticeStack::of(m_window))
        notices->post(tr("Clipboard cleared: it held your key."));
    Q_EMIT cleared();
}

bool ClipboardGuard::clearUnchanged()
{
    m_timer.stop();
    bool any = false;
    QClipboard *clipboard = QGuiApplication::clipboard();
    for (auto it = m_watched.cbegin(); it != m_watched.cend(); ++it) {
        if (fingerprint(clipboard->text(it.key())) != it.value())
            continue;
        clipboard->clear(it.key());
        any = true;
    }
    m_watched.clear();
    return any;
}

} // namespace tollgate::ui
