// Questions: a title that says what will happen, a text that says what it means, a safe button that is the default. Plain text only.
#pragma once

#include "ui/theme/theme.h"

#include <QDialog>
#include <QUrl>

namespace tollgate::ui {

class Button;

struct Question {
    QString iconName = QStringLiteral("info");
    const char *iconToken = "accent.text";
    QString title;
    QString text;
    QString mono; // shown in the fixed font below the text, e.g. an address; empty: none
    QString safe; // "Keep"
    QString act;  // "Remove Mistral"; empty: only the safe button
    QString third; // a second way out, e.g. "Discard changes"; empty: none
    bool danger = false;
};

class QuestionDialog : public QDialog
{
    Q_OBJECT
public:
    enum class Answer : quint8 { Safe, Act, Third };
    QuestionDialog(const Theme &theme, const Question &question, QWidget *parent);
    Answer answer() const { return m_answer; }

    // Modal; Esc and closing are the safe answer.
    static Answer ask(const Theme &theme, const Question &question, QWidget *parent);

private:
    Answer m_answer = Answer::Safe;
};

// Shows the address and opens it in the desktop's browser when the user agrees. Addresses that are not http or https are told, not opened.
void openLinkAfterAsking(const Theme &theme, const QUrl &link, QWidget *parent);

} // namespace tollgate::ui
