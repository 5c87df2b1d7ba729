#include "ui/widgets/dialogs.h"

#include "ui/widgets/button.h"
#include "ui/widgets/iconlabel.h"
#include "ui/widgets/safelabel.h"

#include <QDesktopServices>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace tollgate::ui {

QuestionDialog::QuestionDialog(const Theme &theme, const Question &question, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(question.title);
    setAccessibleName(question.title);
    setAccessibleDescription(question.text);
    setModal(true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 16, 14);
    column->setSpacing(0);
    auto *top = new QHBoxLayout;
    top->setSpacing(14);
    top->addWidget(new IconLabel(theme, question.iconName, 16, question.iconToken, this), 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(4);
    auto *title = new SafeLabel(theme, question.title, FontRole::Body, "text.primary", QFont::DemiBold, this);
    title->setWordWrap(true);
    auto *text = new SafeLabel(theme, question.text, FontRole::Body, "text.secondary", QFont::Normal, this);
    text->setWordWrap(true);
    words->addWidget(title);
    words->addWidget(text);
    if (!question.mono.isEmpty()) {
        auto *mono = new SafeLabel(theme, question.mono, FontRole::Mono, "text.primary", QFont::Normal, this);
        mono->setWordWrap(true);
        words->addSpacing(4);
        words->addWidget(mono);
    }
    top->addLayout(words, 1);
    column->addLayout(top);
    column->addSpacing(16);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    const auto add = [&](const QString &label, ButtonKind kind, Answer answer) {
        if (label.isEmpty())
            return static_cast<Button *>(nullptr);
        auto *button = new Button(theme, label, kind, {}, this);
        connect(button, &QPushButton::clicked, this, [this, answer] {
            m_answer = answer;
            answer == Answer::Safe ? reject() : accept();
        });
        buttons->addWidget(button);
        return button;
    };
    add(question.third, ButtonKind::Flat, Answer::Third);
    buttons->addStretch(1);
    Button *safe = add(question.safe, ButtonKind::Default, Answer::Safe);
    add(question.act, question.danger ? ButtonKind::Danger : ButtonKind::Default, Answer::Act);
    column->addLayout(buttons);
    setMinimumWidth(420);
    setMaximumWidth(620);
    if (safe) {
        safe->setDefault(true);
        safe->setFocus();
    }
}

QuestionDialog::Answer QuestionDialog::ask(const Theme &theme, const Question &question, QWidget *parent)
{
    QuestionDialog dialog(theme, question, parent);
    dialog.exec();
    return dialog.answer();
}

void openLinkAfterAsking(const Theme &theme, const QUrl &link, QWidget *parent)
{
    Question question;
    const QString scheme = link.scheme().toLower();
    question.mono = link.toString(QUrl::FullyEncoded).left(600);
    if ((scheme != QLatin1String("http") && scheme != QLatin1String("https")) || link.host().isEmpty()) {
        question.iconName = QStringLiteral("warning");
        question.iconToken = "warning.text";
        question.title = QuestionDialog::tr("This link is not opened");
        question.text = QuestionDialog::tr("Only addresses that start with http or https are opened.");
        question.safe = QuestionDialog::tr("Close");
        QuestionDialog::ask(theme, question, parent);
        return;
    }
    question.iconName = QStringLiteral("open-in");
    question.title = QuestionDialog::tr("Open this address in your browser?");
    question.text = QuestionDialog::tr("It leads to %1.").arg(link.host(QUrl::FullyEncoded));
    question.safe = QuestionDialog::tr("Keep closed");
    question.act = QuestionDialog::tr("Open in browser");
    if (QuestionDialog::ask(theme, question, parent) == QuestionDialog::Answer::Act)
        QDesktopServices::openUrl(link);
}

} // namespace tollgate::ui
