#include "ui/shell/navrail.h"

#include "ui/theme/tollgatestyle.h"
#include "ui/widgets/badge.h"

#include <QPainter>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {

class MarkButton final : public QToolButton
{
public:
    MarkButton(const Theme &theme, QWidget *parent) : QToolButton(parent), m_theme(theme)
    {
        setFocusPolicy(Qt::TabFocus);
        setFixedSize(44, 44);
        connect(&theme, &Theme::changed, this, [this] { update(); });
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (underMouse() || isDown()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme.color(isDown() ? "bg.pressed" : "bg.hover"));
            painter.drawRoundedRect(rect(), 6, 6);
        }
        m_theme.appIcon().paint(&painter, QRect(8, 8, 28, 28));
        if (hasFocus())
            drawFocusRing(painter, m_theme, rect(), 6);
    }

private:
    const Theme &m_theme;
};

class NavButton final : public QToolButton
{
public:
    NavButton(const Theme &theme, QString iconName, QWidget *parent) : QToolButton(parent), m_theme(theme), m_iconName(std::move(iconName))
    {
        setCheckable(true);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        const auto resize = [this] {
            const int text = QFontMetrics(m_theme.font(FontRole::Caption)).height();
            setFixedSize(m_theme.size("size.navItem.0"), qMax(m_theme.size("size.navItem.1"), text + 38));
        };
        resize();
        connect(&theme, &Theme::changed, this, resize);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (isChecked()) {
            painter.setPen(QPen(m_theme.color("border.subtle"), 1));
            painter.setBrush(m_theme.color("bg.raised"));
            painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
        } else if (underMouse() || isDown()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme.color(isDown() ? "bg.pressed" : "bg.hover"));
            painter.drawRoundedRect(rect(), 6, 6);
        }
        const int side = m_theme.size("size.iconNav");
        painter.drawPixmap(QPointF((width() - side) / 2.0, 7),
                           m_theme.pixmap(m_iconName, side, isChecked() ? "accent.text" : "text.secondary", devicePixelRatioF()));
        const QFont font = m_theme.font(FontRole::Caption, isChecked() ? QFont::Medium : QFont::Normal);
        painter.setFont(font);
        painter.setPen(m_theme.color(isChecked() ? "text.primary" : "text.secondary"));
        painter.drawText(QRect(0, side + 7, width(), height() - side - 9), Qt::AlignCenter | Qt::TextSingleLine,
                         QFontMetrics(font).elidedText(text(), Qt::ElideRight, width() - 2));
        if (hasFocus())
            drawFocusRing(painter, m_theme, rect(), 6);
    }

private:
    const Theme &m_theme;
    QString m_iconName;
};

} // namespace

NavRail::NavRail(const Theme &theme, bool demoProfile, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_mark(new MarkButton(theme, this)), m_column(new QVBoxLayout(this))
{
    setFixedWidth(theme.size("size.rail"));
    setAccessibleName(tr("Pages"));
    setProperty("pane", tr("Pages"));
    m_mark->setAccessibleName(tr("Main menu"));
    m_mark->setToolTip(tr("Main menu (F10)"));
    connect(m_mark, &QToolButton::clicked, this, &NavRail::menuRequested);
    m_column->setContentsMargins(0, 4, 1, 8);
    m_column->setSpacing(2);
    m_column->addWidget(m_mark, 0, Qt::AlignHCenter);
    m_column->addSpacing(4);
    m_top = m_column->count();
    m_column->addStretch(1);
    if (demoProfile) {
        auto *badge = new Badge(theme, Tone::Warning, tr("Demo"), QStringLiteral("simulator"), this);
        badge->setToolTip(tr("Demo profile: simulated provider, invented prices, kept apart from your own."));
        m_column->addWidget(badge, 0, Qt::AlignHCenter);
        m_column->addSpacing(6);
    }
    m_group.setExclusive(true);
    connect(&m_group, &QButtonGroup::buttonClicked, this, [this](QAbstractButton *button) { Q_EMIT chosen(button->objectName()); });
    connect(&m_group, &QButtonGroup::buttonToggled, this, [this] { update(); });
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void NavRail::addPage(const QString &id, const QString &title, const QString &iconName, const QString &shortcut, bool bottom)
{
    auto *button = new NavButton(m_theme, iconName, this);
    button->setObjectName(id);
    button->setText(title);
    button->setAccessibleName(title);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(title, shortcut));
    m_group.addButton(button);
    if (bottom)
        m_column->addWidget(button, 0, Qt::AlignHCenter);
    else
        m_column->insertWidget(m_top++, button, 0, Qt::AlignHCenter);
}

QAbstractButton *NavRail::button(const QString &id) const
{
    for (QAbstractButton *button : m_group.buttons())
        if (button->objectName() == id)
            return button;
    return nullptr;
}

void NavRail::setCurrent(const QString &id)
{
    if (QAbstractButton *page = button(id))
        page->setChecked(true);
}

void NavRail::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color("bg.window"));
    painter.fillRect(QRect(width() - 1, 0, 1, height()), m_theme.color("border.default"));
    if (const QAbstractButton *current = m_group.checkedButton()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color("accent.graphic"));
        const int height = 26;
        painter.drawRoundedRect(QRectF(-3, current->y() + (current->height() - height) / 2.0, 6, height), 2, 2);
    }
}

} // namespace tollgate::ui
