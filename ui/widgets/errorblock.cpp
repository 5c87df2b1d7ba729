#include "ui/widgets/errorblock.h"

#include "ui/widgets/button.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/safelabel.h"

#include <QAccessible>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace tollgate::ui {

ErrorBlock::ErrorBlock(const Theme &theme, QWidget *parent) : QFrame(parent), m_theme(theme), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void ErrorBlock::show(const FailureWords &words)
{
    m_words = words;
    delete m_body;
    m_body = new QWidget(this);
    build();
    m_layout->addWidget(m_body);
    setAccessibleName(words.title);
    setAccessibleDescription(words.text);
    QFrame::show();
    updateGeometry();
    update();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void ErrorBlock::build()
{
    auto *column = new QVBoxLayout(m_body);
    column->setContentsMargins(46, 14, 16, 14);
    column->setSpacing(0);
    auto *title = new SafeLabel(m_theme, m_words.title, FontRole::MetricStrip, "text.primary", QFont::DemiBold, m_body);
    title->setWordWrap(true);
    auto *text = new SafeLabel(m_theme, m_words.text, FontRole::Body, "text.secondary", QFont::Normal, m_body);
    text->setWordWrap(true);
    column->addWidget(title);
    column->addSpacing(3);
    column->addWidget(text);
    if (!m_words.facts.isEmpty()) {
        column->addSpacing(10);
        column->addWidget(makeHairline(m_body));
        column->addSpacing(8);
        auto *grid = new QGridLayout;
        grid->setHorizontalSpacing(24);
        grid->setVerticalSpacing(4);
        grid->setColumnStretch(1, 1);
        int row = 0;
        for (const FailureFact &fact : std::as_const(m_words.facts)) {
            auto *label = new SafeLabel(m_theme, fact.label, FontRole::Small, "text.secondary", QFont::Normal, m_body);
            auto *value = new SafeLabel(m_theme, fact.value, fact.mono ? FontRole::Mono : FontRole::Small, "text.primary", QFont::Normal, m_body);
            value->setWordWrap(true);
            value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
            value->setAccessibleName(fact.label + QStringLiteral(": ") + fact.value);
            grid->addWidget(label, row, 0, Qt::AlignTop);
            grid->addWidget(value, row++, 1);
        }
        column->addLayout(grid);
    }
    if (!m_words.actions.isEmpty()) {
        column->addSpacing(12);
        auto *buttons = new QHBoxLayout;
        buttons->setSpacing(8);
        for (const FailureAction &action : std::as_const(m_words.actions)) {
            const bool quiet = action.id == QLatin1String("openRequest");
            QString words = action.text; // it may name a model
            auto *button = new Button(m_theme, words.replace(u'&', QLatin1String("&&")), action.primary ? ButtonKind::Primary : quiet ? ButtonKind::Flat : ButtonKind::Default,
                                      action.iconName, m_body);
            button->setObjectName(action.id);
            connect(button, &QPushButton::clicked, this, [this, id = action.id] { Q_EMIT actionTriggered(id); }, Qt::QueuedConnection);
            buttons->addWidget(button);
        }
        buttons->addStretch(1);
        column->addLayout(buttons);
    }
}

void ErrorBlock::focusFirstAction()
{
    if (auto *button = m_body ? m_body->findChild<Button *>() : nullptr)
        button->setFocus();
}

void ErrorBlock::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath shape;
    shape.addRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.fillPath(shape, m_theme.color("bg.panel"));
    painter.setPen(QPen(m_theme.color("border.default"), 1));
    painter.drawPath(shape);
    const char *edge = m_words.news ? "accent" : m_words.warning ? "warning" : "danger";
    const char *icon = m_words.news ? "accent.text" : m_words.warning ? "warning.text" : "danger.text";
    painter.save();
    painter.setClipPath(shape);
    painter.fillRect(QRectF(0, 0, 3, height()), m_theme.color(edge));
    painter.restore();
    painter.drawPixmap(QPointF(17, 15), m_theme.pixmap(m_words.iconName, 16, icon, devicePixelRatioF()));
}

} // namespace tollgate::ui
