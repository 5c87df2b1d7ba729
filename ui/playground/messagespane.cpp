#include "ui/playground/messagespane.h"

#include "ui/playground/messagecard.h"
#include "ui/playground/variablehighlighter.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"

#include <QHBoxLayout>
#include <QTimer>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
constexpr double maxCardShare = 0.6; // of the column's height, then the card scrolls
}

MessagesPane::MessagesPane(const Theme &theme, QWidget *parent) : QScrollArea(parent), m_theme(theme)
{
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Messages"));
    setFocusPolicy(Qt::NoFocus);
    auto *body = new QWidget;
    body->setAutoFillBackground(false);
    viewport()->setAutoFillBackground(false);
    m_layout = new QVBoxLayout(body);
    m_layout->setContentsMargins(10, 10, 10, 10);
    m_layout->setSpacing(8);
    auto *adders = new QHBoxLayout;
    adders->setSpacing(4);
    for (const Role role : {Role::User, Role::Assistant}) {
        auto *button = new Button(theme, role == Role::User ? tr("User message") : tr("Assistant message"), ButtonKind::Flat,
                                  QStringLiteral("new"), body);
        connect(button, &QAbstractButton::clicked, this, [this, role] {
            addMessage(role)->edit().setFocus();
            Q_EMIT changed();
        });
        adders->addWidget(button);
        m_adders.append(button);
    }
    adders->addStretch(1);
    m_layout->addLayout(adders);
    m_layout->addStretch(1);
    setWidget(body);
}

QList<Message> MessagesPane::messages() const
{
    QList<Message> out;
    for (const MessageCard *card : m_cards) {
        Message message;
        message.role = card->role();
        message.text = card->text();
        out.append(std::move(message));
    }
    return out;
}

void MessagesPane::setMessages(const QList<Message> &messages)
{
    m_loading = true;
    qDeleteAll(std::exchange(m_cards, {}));
    for (const Message &message : messages)
        addMessage(message.role, message.text);
    if (m_cards.isEmpty())
        addMessage(Role::User);
    m_loading = false;
    Q_EMIT changed();
}

MessageCard *MessagesPane::addMessage(Role role, const QString &text, int at)
{
    auto *card = new MessageCard(m_theme, role, text, widget());
    const int index = at < 0 ? count() : qMin(at, count());
    m_cards.insert(index, card);
    m_layout->insertWidget(index, card);
    card->edit().setMaximumTextHeight(int(viewport()->height() * maxCardShare));
    card->edit().highlighter().setKnown(m_known);
    connectCard(card);
    renumber();
    card->show();
    return card;
}

void MessagesPane::connectCard(MessageCard *card)
{
    connect(card, &MessageCard::changed, this, [this] {
        if (!m_loading)
            Q_EMIT changed();
    });
    connect(card, &MessageCard::duplicateRequested, this, [this, card] {
        addMessage(card->role(), card->text(), int(m_cards.indexOf(card)) + 1)->edit().setFocus();
        Q_EMIT changed();
    });
    connect(card, &MessageCard::deleteRequested, this, [this, card] { remove(card); });
    connect(card, &MessageCard::moveRequested, this, [this, card](int steps) { move(card, steps); });
    connect(card, &MessageCard::draggedTo, this, [this, card](const QPoint &position) { drag(card, position); });
    connect(&card->edit(), &PromptEdit::focusChanged, this, [this, card](bool focused) {
        if (focused)
            ensureWidgetVisible(card, 0, 10);
    });
}

Role MessagesPane::nextRole() const
{
    return !m_cards.isEmpty() && m_cards.last()->role() == Role::User ? Role::Assistant : Role::User;
}

void MessagesPane::focusMessage(int index)
{
    if (MessageCard *wanted = card(index)) {
        ensureWidgetVisible(wanted);
        wanted->edit().setFocus(Qt::OtherFocusReason);
    }
}

void MessagesPane::move(MessageCard *card, int steps)
{
    const int from = int(m_cards.indexOf(card));
    const int to = qBound(0, from + steps, count() - 1);
    if (from < 0 || from == to)
        return;
    m_cards.move(from, to);
    restoreOrder();
    renumber();
    QTimer::singleShot(0, card, [this, card] { ensureWidgetVisible(card); });
    Q_EMIT changed();
}

void MessagesPane::restoreOrder()
{
    for (int i = 0; i < count(); ++i) {
        m_layout->removeWidget(m_cards[i]);
        m_layout->insertWidget(i, m_cards[i]);
    }
}

void MessagesPane::drag(MessageCard *card, const QPoint &globalPosition)
{
    const int y = widget()->mapFromGlobal(globalPosition).y();
    const int index = int(m_cards.indexOf(card));
    if (index > 0 && y < m_cards[index - 1]->geometry().center().y())
        move(card, -1);
    else if (index >= 0 && index < count() - 1 && y > m_cards[index + 1]->geometry().center().y())
        move(card, 1);
}

void MessagesPane::remove(MessageCard *card)
{
    if (count() <= 1)
        return;
    const int index = int(m_cards.indexOf(card));
    m_cards.removeAt(index);
    card->hide();
    card->deleteLater();
    renumber();
    m_cards[qMin(index, count() - 1)]->edit().setFocus();
    Q_EMIT changed();
}

void MessagesPane::renumber()
{
    for (int i = 0; i < count(); ++i)
        m_cards[i]->setNumber(i + 1, count());
    fixTabOrder();
}

void MessagesPane::fixTabOrder()
{
    // The buttons below are at the right place of the window's order: the cards line up behind the first of them, then the buttons
    // behind the cards.
    QWidget *last = m_adders.first();
    for (const MessageCard *card : m_cards) {
        for (QWidget *next : card->tabChain()) {
            setTabOrder(last, next);
            last = next;
        }
    }
    for (QWidget *adder : m_adders) {
        if (last != adder)
            setTabOrder(last, adder);
        last = adder;
    }
}

void MessagesPane::setKnownVariables(const QSet<QString> &names)
{
    m_known = names;
    for (MessageCard *card : m_cards)
        card->edit().highlighter().setKnown(names);
}

void MessagesPane::setTokens(const QList<qint64> &tokens)
{
    for (int i = 0; i < count(); ++i)
        m_cards[i]->setTokens(i < tokens.size() ? std::optional(tokens[i]) : std::nullopt, false);
}

void MessagesPane::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    for (MessageCard *card : m_cards)
        card->edit().setMaximumTextHeight(int(viewport()->height() * maxCardShare));
}

} // namespace tollgate::ui
