#include "ui/playground/messagecard.h"

#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QShortcut>
#include <QVBoxLayout>

namespace tollgate::ui {

QString roleTitle(Role role)
{
    switch (role) {
    case Role::System:
        return QCoreApplication::translate("MessageCard", "System");
    case Role::User:
        return QCoreApplication::translate("MessageCard", "User");
    case Role::Assistant:
        return QCoreApplication::translate("MessageCard", "Assistant");
    case Role::Tool:
        return QCoreApplication::translate("MessageCard", "Tool");
    }
    return {};
}

DragHandle::DragHandle(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setCursor(Qt::OpenHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("Move message"));
    setToolTip(tr("Drag to move (Alt+Up, Alt+Down)"));
}

void DragHandle::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.drawPixmap(0, (height() - 16) / 2, m_theme.pixmap(QStringLiteral("drag"), 16, "text.tertiary", devicePixelRatioF()));
}

void DragHandle::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        setCursor(Qt::ClosedHandCursor);
}

void DragHandle::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        Q_EMIT draggedTo(event->globalPosition().toPoint());
}

void DragHandle::mouseReleaseEvent(QMouseEvent *)
{
    setCursor(Qt::OpenHandCursor);
}

MessageCard::MessageCard(const Theme &theme, Role role, const QString &text, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_role(role)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 3);
    layout->setSpacing(0);
    auto *header = new QHBoxLayout;
    header->setContentsMargins(6, 1, 8, 1);
    header->setSpacing(2);
    auto *handle = new DragHandle(theme, this);
    m_roleButton = new Button(theme, {}, ButtonKind::Flat, QStringLiteral("chevron-down"), this);
    m_roleButton->setIconName(QStringLiteral("chevron-down"), true);
    m_roleButton->setCompact(true);
    m_roleButton->setStrong(true);
    m_tokens = new SafeLabel(theme, {}, FontRole::Caption, "text.tertiary", QFont::Normal, this);
    m_tokens->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_duplicate = new IconButton(theme, QStringLiteral("copy"), tr("Duplicate message"), {}, this);
    m_delete = new IconButton(theme, QStringLiteral("discard"), tr("Delete message"), {}, this);
    header->addWidget(handle);
    header->addWidget(m_roleButton);
    header->addStretch(1);
    header->addWidget(m_tokens);
    header->addSpacing(4);
    header->addWidget(m_duplicate);
    header->addWidget(m_delete);
    layout->addLayout(header);
    layout->addSpacing(1); // the hairline
    m_edit = new PromptEdit(theme, this);
    m_edit->setPlainText(text);
    m_edit->moveCursor(QTextCursor::End);
    layout->addWidget(m_edit);

    auto *menu = new QMenu(m_roleButton);
    for (const Role each : {Role::System, Role::User, Role::Assistant})
        menu->addAction(roleTitle(each), this, [this, each] {
            setRole(each);
            Q_EMIT changed();
        });
    // Not setMenu(): the style would paint an arrow of its own.
    connect(m_roleButton, &QAbstractButton::clicked, this,
            [this, menu] { menu->popup(m_roleButton->mapToGlobal(QPoint(0, m_roleButton->height()))); });
    connect(handle, &DragHandle::draggedTo, this, &MessageCard::draggedTo);
    connect(m_duplicate, &QToolButton::clicked, this, &MessageCard::duplicateRequested);
    connect(m_delete, &QToolButton::clicked, this, &MessageCard::deleteRequested);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &MessageCard::changed);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget *, QWidget *now) {
        m_focused = now == m_edit;
        m_inside = now && isAncestorOf(now);
        showActions();
        update();
    });
    for (const int step : {-1, 1}) {
        auto *move = new QShortcut(QKeySequence(Qt::ALT | (step < 0 ? Qt::Key_Up : Qt::Key_Down)), this);
        move->setContext(Qt::WidgetWithChildrenShortcut);
        connect(move, &QShortcut::activated, this, [this, step] { Q_EMIT moveRequested(step); });
    }
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    setRole(role);
    showActions();
}

MessageCard::~MessageCard()
{
    // Its children lose the focus after it is no longer a card.
    disconnect(qApp, nullptr, this, nullptr);
}

void MessageCard::setRole(Role role)
{
    m_role = role;
    m_roleButton->setText(roleTitle(role));
    m_roleButton->setAccessibleName(tr("Role: %1").arg(roleTitle(role)));
}

void MessageCard::setTokens(std::optional<qint64> tokens, bool reported)
{
    m_tokens->setToken(reported ? "text.secondary" : "text.tertiary");
    m_tokens->setText(tokens ? (reported ? tr("%1 tokens") : tr("est. %1 tokens")).arg(formatCount(*tokens)) : QString());
}

void MessageCard::setNumber(int number, int count)
{
    m_edit->setAccessibleName(tr("Message %1 of %2").arg(number).arg(count));
    m_delete->setEnabled(count > 1);
}

QList<QWidget *> MessageCard::tabChain() const
{
    return {m_roleButton, m_duplicate, m_delete, m_edit};
}

void MessageCard::showActions()
{
    // The keyboard reaches them as well: they are there while anything in the card has the focus.
    const bool shown = m_inside || m_hovered;
    m_duplicate->setVisible(shown);
    m_delete->setVisible(shown);
}

void MessageCard::enterEvent(QEnterEvent *event)
{
    m_hovered = true;
    showActions();
    QFrame::enterEvent(event);
}

void MessageCard::leaveEvent(QEvent *event)
{
    m_hovered = false;
    showActions();
    QFrame::leaveEvent(event);
}

void MessageCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double edge = m_focused ? 2 : 1;
    painter.setPen(QPen(m_theme.color(m_focused ? "focus.ring" : "border.default"), edge));
    painter.setBrush(m_theme.color("bg.panel"));
    painter.drawRoundedRect(QRectF(rect()).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2), 4, 4);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.fillRect(QRect(int(edge), m_edit->y() - 1, width() - 2 * int(edge), 1), m_theme.color("border.subtle"));
}

} // namespace tollgate::ui
