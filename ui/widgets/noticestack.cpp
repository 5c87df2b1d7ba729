#include "ui/widgets/noticestack.h"

#include "ui/widgets/safelabel.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QShortcut>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

class Notice final : public QWidget
{
public:
    Notice(const Theme &theme, const QString &text, const QList<NoticeAction> &actions, QWidget *parent) : QWidget(parent), m_theme(theme)
    {
        setAccessibleName(text);
        auto *row = new QHBoxLayout(this);
        row->setContentsMargins(12, 7, 8, 7);
        row->setSpacing(8);
        auto *label = new SafeLabel(theme, text, FontRole::Body, "text.onTooltip", QFont::Normal, this);
        label->setWordWrap(true);
        row->addWidget(label, 1);
        for (const NoticeAction &action : actions) {
            auto *button = new QToolButton(this);
            button->setText(action.text);
            button->setAccessibleName(action.text);
            button->setFocusPolicy(Qt::StrongFocus);
            button->setStyleSheet(QStringLiteral("QToolButton { color: %1; background: transparent; } QToolButton:hover { background: %2; }")
                                      .arg(theme.color("accent.onTooltip").name(), theme.color("border.control").name()));
            row->addWidget(button);
            const auto act = [this, run = action.run] {
                hide();
                deleteLater();
                if (run)
                    run();
            };
            QObject::connect(button, &QToolButton::clicked, this, act);
            if (!action.shortcut.isEmpty()) {
                auto *hint = new SafeLabel(theme, action.shortcut.toString(QKeySequence::NativeText), FontRole::Small, "text.onTooltip",
                                           QFont::Normal, this);
                row->addWidget(hint);
                auto *shortcut = new QShortcut(action.shortcut, this);
                shortcut->setContext(Qt::WindowShortcut);
                QObject::connect(shortcut, &QShortcut::activated, this, act);
            }
        }
        m_timer.setSingleShot(true);
        QObject::connect(&m_timer, &QTimer::timeout, this, [this] {
            hide();
            deleteLater();
        });
        m_timer.start(theme.size("timing.noticeMs"));
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color("bg.tooltip"));
        painter.drawRoundedRect(rect(), 4, 4);
    }
    // Whoever reads or is about to press it has all the time.
    void enterEvent(QEnterEvent *) override { m_timer.stop(); }
    void leaveEvent(QEvent *) override { m_timer.start(m_theme.size("timing.noticeMs")); }

private:
    const Theme &m_theme;
    QTimer m_timer;
};

} // namespace

NoticeStack::NoticeStack(const Theme &theme, QWidget *window, int bottomInset) : QWidget(window), m_theme(theme), m_bottomInset(bottomInset)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    window->installEventFilter(this);
    hide();
}

int NoticeStack::count() const
{
    int shown = 0;
    for (int i = 0; i < layout()->count(); ++i)
        shown += layout()->itemAt(i)->widget()->isHidden() ? 0 : 1;
    return shown;
}

void NoticeStack::post(const QString &text, const QList<NoticeAction> &actions)
{
    for (int i = 0; count() >= 3 && i < layout()->count(); ++i) { // the oldest makes room
        QWidget *old = layout()->itemAt(i)->widget();
        if (old->isHidden())
            continue;
        old->hide();
        old->deleteLater();
    }
    auto *notice = new Notice(m_theme, text, actions, this);
    layout()->addWidget(notice);
    notice->show();
    // Queued: a notice may die inside our own destructor.
    connect(notice, &QObject::destroyed, this, [this] { arrange(); }, Qt::QueuedConnection);
    show();
    arrange();
    QAccessibleEvent event(notice, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void NoticeStack::arrange()
{
    if (layout()->isEmpty()) {
        hide();
        return;
    }
    const QWidget *host = parentWidget();
    const int width = qMin(360, host->width() - 32);
    setFixedWidth(width);
    layout()->activate();
    const int height = layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width) : layout()->totalSizeHint().height();
    setGeometry(host->width() - width - 16, host->height() - m_bottomInset - height - 12, width, height);
    raise();
}

bool NoticeStack::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && !isHidden())
        arrange();
    return QWidget::eventFilter(watched, event);
}

NoticeStack *NoticeStack::of(const QWidget *widget)
{
    return widget->window()->findChild<NoticeStack *>();
}

} // namespace tollgate::ui
