// The messages of the prompt as a scrolling list of cards: add, move, duplicate, delete.
#pragma once

#include "core/chat/message.h"

#include <QList>
#include <QScrollArea>
#include <QSet>

#include <optional>

class QVBoxLayout;

namespace tollgate::ui {

class Button;
class MessageCard;
class Theme;

class MessagesPane : public QScrollArea
{
    Q_OBJECT
public:
    MessagesPane(const Theme &theme, QWidget *parent);

    QList<Message> messages() const;
    void setMessages(const QList<Message> &messages); // at least one card remains
    MessageCard *addMessage(Role role, const QString &text = {}, int at = -1);
    int count() const { return int(m_cards.size()); }
    MessageCard *card(int index) const { return m_cards.value(index); }
    void focusMessage(int index);
    // The role that would usually follow.
    Role nextRole() const;
    void setKnownVariables(const QSet<QString> &names);
    // One per message; `reported` for numbers of a provider.
    void setTokens(const QList<qint64> &tokens);

Q_SIGNALS:
    void changed();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void connectCard(MessageCard *card);
    void move(MessageCard *card, int steps);
    void drag(MessageCard *card, const QPoint &globalPosition);
    void remove(MessageCard *card);
    void renumber();
    void restoreOrder();
    void fixTabOrder();

    const Theme &m_theme;
    QList<MessageCard *> m_cards;
    QVBoxLayout *m_layout;
    QList<QWidget *> m_adders;
    QSet<QString> m_known;
    bool m_loading = false;
};

} // namespace tollgate::ui
