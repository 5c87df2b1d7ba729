// A failure as a block in the page: a coloured edge, what happened, why, facts and what to do. Announced when it appears.
#pragma once

#include "ui/widgets/failurewords.h"
#include "ui/theme/theme.h"

#include <QFrame>

class QVBoxLayout;

namespace tollgate::ui {

class ErrorBlock : public QFrame
{
    Q_OBJECT
public:
    explicit ErrorBlock(const Theme &theme, QWidget *parent = nullptr);
    void show(const FailureWords &words); // replaces what was shown
    void focusFirstAction();

Q_SIGNALS:
    void actionTriggered(const QString &id); // FailureAction::id

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void build();
    const Theme &m_theme;
    FailureWords m_words;
    QWidget *m_body = nullptr;
    QVBoxLayout *m_layout;
};

} // namespace tollgate::ui
