// The settings page in a real window, with what tests of it need: fields by name, buttons by text, answers to questions.
#pragma once

#include "tests/support/ui/uiworld.h"
#include "ui/settings/settingspage.h"
#include "ui/shell/mainwindow.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/safelabel.h"

#include <QAbstractButton>
#include <QPushButton>
#include <QTest>
#include <QTimer>

#include <memory>

namespace tollgate::test {

class SettingsFixture
{
public:
    explicit SettingsFixture(bool withProvider = true, SecretStore *store = nullptr) : world(withProvider, false, store)
    {
        window = std::make_unique<ui::MainWindow>(world.services);
        window->resize(1440, 900);
        window->show();
    }
    bool open(const char *detail)
    {
        return QTest::qWaitForWindowActive(window.get()) && window->openPage(QStringLiteral("settings"), QString::fromLatin1(detail));
    }
    ui::SettingsPage *page() const { return qobject_cast<ui::SettingsPage *>(window->page(QStringLiteral("settings"))); }
    std::shared_ptr<const SettingsData> saved() const { return world.core.settings->snapshot(); }
    const ProviderConfig *provider(const char *id) const { return saved()->provider(QString::fromLatin1(id)); }

    // The visible widget of this accessible name.
    template <class T>
    T *named(const char *accessibleName) const
    {
        for (T *widget : window->findChildren<T *>())
            if (widget->isVisible() && widget->accessibleName() == QString::fromUtf8(accessibleName))
                return widget;
        return nullptr;
    }
    QAbstractButton *button(const char *text) const
    {
        for (QAbstractButton *widget : page()->findChildren<QAbstractButton *>())
            if (widget->isVisible() && widget->text() == QString::fromUtf8(text))
                return widget;
        return nullptr;
    }
    bool shows(const char *words) const
    {
        for (const ui::SafeLabel *label : window->findChildren<ui::SafeLabel *>())
            if (label->isVisible() && label->text().contains(QString::fromUtf8(words)))
                return true;
        return false;
    }
    // Clicks where a user would; false when there is no such button or it is off.
    bool click(const char *text) const
    {
        QAbstractButton *widget = button(text);
        if (!widget || !widget->isEnabled())
            return false;
        QTest::mouseClick(widget, Qt::LeftButton);
        return true;
    }
    static void type(QWidget *field, const char *text)
    {
        field->setFocus();
        QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(field, Qt::Key_Delete);
        QTest::keyClicks(field, QString::fromUtf8(text));
    }
    // Answers the next question that comes up by the button's text; what it asked is in `asked` afterwards.
    void answerWith(const QByteArray &text)
    {
        QTimer::singleShot(20, window.get(), [this, text] {
            auto *dialog = qobject_cast<ui::QuestionDialog *>(QApplication::activeModalWidget());
            if (!dialog) {
                answerWith(text);
                return;
            }
            asked.clear();
            for (const ui::SafeLabel *label : dialog->findChildren<ui::SafeLabel *>())
                asked += label->text() + u'\n';
            for (QPushButton *choice : dialog->findChildren<QPushButton *>()) {
                if (choice->text() == QString::fromUtf8(text)) {
                    QTest::mouseClick(choice, Qt::LeftButton);
                    return;
                }
            }
            asked += QStringLiteral("(no such answer)");
            dialog->reject();
        });
    }

    UiWorld world;
    std::unique_ptr<ui::MainWindow> window;
    QString asked;
};

} // namespace tollgate::test
