#include "ui/widgets/button.h"

#include <QPainter>
#include <QStyle>
#include <QStyleOptionButton>

namespace tollgate::ui {

namespace {
constexpr int iconSide = 16;
constexpr int gap = 6;
constexpr int hintGap = 8;

const char *kindName(ButtonKind kind)
{
    switch (kind) {
    case ButtonKind::Default: return "";
    case ButtonKind::Primary: return "primary";
    case ButtonKind::Danger: return "danger";
    case ButtonKind::Flat: return "flat";
    case ButtonKind::Link: return "link";
    }
    Q_UNREACHABLE();
}
} // namespace

Button::Button(const Theme &theme, const QString &text, ButtonKind kind, const QString &iconName, QWidget *parent)
    : QPushButton(text, parent), m_theme(theme), m_iconName(iconName)
{
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setKind(kind);
    connect(&theme, &Theme::changed, this, [this] { updateGeometry(); });
}

void Button::setKind(ButtonKind kind)
{
    m_kind = kind;
    setProperty("kind", QLatin1String(kindName(kind)));
    style()->unpolish(this);
    style()->polish(this);
    updateGeometry();
    update();
}

void Button::setIconName(const QString &name, bool trailing)
{
    m_iconName = name;
    m_trailing = trailing;
    updateGeometry();
    update();
}

void Button::setShortcutHint(const QKeySequence &keys)
{
    m_hint = keys.toString(QKeySequence::NativeText);
    m_hint.replace(QStringLiteral("Return"), QStringLiteral("Enter"));
    updateGeometry();
    update();
}

void Button::setCompact(bool on)
{
    m_compact = on;
    setProperty("compact", on);
    style()->unpolish(this);
    style()->polish(this);
    updateGeometry();
}

void Button::setStrong(bool on)
{
    m_strong = on;
    updateGeometry();
    update();
}

QFont Button::textFont() const
{
    if (m_strong)
        return m_theme.font(m_compact ? FontRole::Small : FontRole::Body, QFont::DemiBold);
    const bool strong = m_kind != ButtonKind::Flat;
    return m_theme.font(m_compact ? FontRole::Small : FontRole::Body, strong ? QFont::Medium : QFont::Normal);
}

QSize Button::sizeHint() const
{
    int width = QFontMetrics(textFont()).size(Qt::TextShowMnemonic, text()).width();
    if (!m_iconName.isEmpty())
        width += iconSide + (text().isEmpty() ? 0 : gap);
    if (!m_hint.isEmpty())
        width += hintGap + QFontMetrics(m_theme.font(FontRole::Caption)).horizontalAdvance(m_hint);
    const int padding = m_kind == ButtonKind::Link ? 4 : m_compact ? 9 : 11;
    return {width + 2 * padding, m_compact ? m_theme.smallControlHeight() : m_theme.controlHeight()};
}

const char *Button::textToken() const
{
    if (!isEnabled())
        return "text.disabled";
    switch (m_kind) {
    case ButtonKind::Primary: return "text.onAccent";
    case ButtonKind::Danger: return "danger.text";
    case ButtonKind::Link: return "accent.text";
    case ButtonKind::Flat: return m_strong || underMouse() ? "text.primary" : "text.secondary";
    case ButtonKind::Default: return "text.primary";
    }
    Q_UNREACHABLE();
}

void Button::paintEvent(QPaintEvent *)
{
    QStyleOptionButton option;
    initStyleOption(&option);
    QPainter painter(this);
    style()->drawControl(QStyle::CE_PushButtonBevel, &option, &painter, this);
    if (hasFocus() && m_kind == ButtonKind::Primary)
        style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);

    const char *token = textToken();
    const QFont font = textFont();
    const QFontMetrics metrics(font);
    const int textWidth = metrics.size(Qt::TextShowMnemonic, text()).width();
    const QFont hintFont = m_theme.font(FontRole::Caption);
    const int hintWidth = m_hint.isEmpty() ? 0 : hintGap + QFontMetrics(hintFont).horizontalAdvance(m_hint);
    const int iconWidth = m_iconName.isEmpty() ? 0 : iconSide + (text().isEmpty() ? 0 : gap);
    int x = (width() - textWidth - hintWidth - iconWidth) / 2;
    const auto drawIcon = [&](int at) {
        const char *iconToken = isEnabled() && m_kind == ButtonKind::Default ? "text.primary" : token;
        painter.drawPixmap(at, (height() - iconSide) / 2, m_theme.pixmap(m_iconName, iconSide, iconToken, devicePixelRatioF()));
    };
    if (iconWidth && !m_trailing) {
        drawIcon(x);
        x += iconWidth;
    }
    painter.setFont(font);
    painter.setPen(m_theme.color(token));
    painter.drawText(QRect(x, 0, textWidth + 1, height()), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic, text());
    x += textWidth;
    if (iconWidth && m_trailing)
        drawIcon(x + gap);
    if (hintWidth) {
        painter.setFont(hintFont);
        QColor hint = m_theme.color(isEnabled() && m_kind != ButtonKind::Primary ? "text.tertiary" : token);
        painter.setPen(hint);
        painter.drawText(QRect(x + hintGap + (m_trailing ? iconWidth : 0), 0, hintWidth, height()), Qt::AlignVCenter | Qt::AlignLeft, m_hint);
    }
}

IconButton::IconButton(const Theme &theme, const QString &iconName, const QString &name, const QKeySequence &shortcut, QWidget *parent)
    : QToolButton(parent), m_theme(theme)
{
    setIconName(iconName);
    setIconSize({iconSide, iconSide});
    setToolButtonStyle(Qt::ToolButtonIconOnly);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setNameAndShortcut(name, shortcut);
}

void IconButton::setNameAndShortcut(const QString &name, const QKeySequence &shortcut)
{
    setAccessibleName(name);
    setText(name);
    setToolTip(shortcut.isEmpty() ? name.toHtmlEscaped()
                                  : QStringLiteral("%1 (%2)").arg(name, shortcut.toString(QKeySequence::NativeText)).toHtmlEscaped());
}

void IconButton::setIconName(const QString &iconName, const char *token)
{
    setIcon(m_theme.icon(iconName, token));
}

QSize IconButton::sizeHint() const
{
    const int side = m_theme.smallControlHeight();
    return {side, side};
}

} // namespace tollgate::ui
