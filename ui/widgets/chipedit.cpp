#include "ui/widgets/chipedit.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyle>

namespace tollgate::ui {

Chip::Chip(const Theme &theme, const QString &text, bool mono, QWidget *parent) : QAbstractButton(parent), m_theme(theme), m_mono(mono)
{
    setText(text);
    setAccessibleName(tr("%1, press to remove").arg(text));
    setToolTip(tr("Remove %1").arg(text).toHtmlEscaped());
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    connect(this, &QAbstractButton::clicked, this, &Chip::removeRequested);
}

QFont Chip::textFont() const
{
    return m_theme.font(m_mono ? FontRole::Mono : FontRole::Small);
}

QSize Chip::sizeHint() const
{
    const QFontMetrics metrics(textFont());
    return {qMin(220, metrics.horizontalAdvance(text())) + 28, qMax(m_theme.size("size.chip"), metrics.height() + 4)};
}

void Chip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? QPen(m_theme.color("focus.ring"), 2) : QPen(m_theme.color("border.subtle"), 1));
    painter.setBrush(m_theme.color(underMouse() ? "bg.pressed" : "bg.hover"));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    const QFont font = textFont();
    painter.setFont(font);
    painter.setPen(m_theme.color("text.secondary"));
    painter.drawText(QRect(6, 0, width() - 26, height()), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                     QFontMetrics(font).elidedText(text(), Qt::ElideRight, width() - 26));
    painter.drawPixmap(QPointF(width() - 18, (height() - 12) / 2.0),
                       m_theme.pixmap(QStringLiteral("close"), 12, "text.secondary", devicePixelRatioF()));
}

void Chip::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
        Q_EMIT removeRequested();
    else
        QAbstractButton::keyPressEvent(event);
}

ChipEdit::ChipEdit(const Theme &theme, const QString &accessibleName, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_field(new QLineEdit(this))
{
    setAccessibleName(accessibleName);
    m_field->setAccessibleName(tr("Add to %1").arg(accessibleName));
    m_field->setPlaceholderText(tr("Add"));
    m_field->setProperty("bare", true);
    m_field->installEventFilter(this);
    setFocusProxy(m_field);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, [this] { rebuild(); });
    connect(m_field, &QLineEdit::textEdited, this, [this](const QString &text) {
        m_field->setToolTip({});
        if (m_commaAdds && text.endsWith(u',')) {
            m_field->setText(text.chopped(1));
            addFromField();
        }
        update();
    });
}

void ChipEdit::setValues(const QStringList &values)
{
    m_values = values.mid(0, m_maximum);
    rebuild();
}

void ChipEdit::setMaximum(int count)
{
    m_maximum = count;
    rebuild();
}

void ChipEdit::setPlaceholderText(const QString &text)
{
    m_field->setPlaceholderText(text);
}

void ChipEdit::rebuild()
{
    qDeleteAll(m_chips);
    m_chips.clear();
    for (qsizetype i = 0; i < m_values.size(); ++i) {
        QString shown = m_values[i]; // line breaks in stop sequences are shown as they are typed
        shown.replace(u'\n', QStringLiteral("\\n")).replace(u'\t', QStringLiteral("\\t"));
        auto *chip = new Chip(m_theme, shown, m_mono, this);
        // Queued: the chip is in the middle of its own event.
        connect(chip, &Chip::removeRequested, this, [this, i] { removeAt(i); }, Qt::QueuedConnection);
        chip->show();
        m_chips.append(chip);
    }
    for (qsizetype i = 0; i < m_chips.size(); ++i)
        setTabOrder(i == 0 ? static_cast<QWidget *>(this) : m_chips[i - 1], m_chips[i]);
    m_field->setVisible(m_values.size() < m_maximum);
    place(width(), true);
    updateGeometry();
}

int ChipEdit::place(int width, bool apply) const
{
    constexpr int margin = 4;
    const int line = qMax(m_theme.size("size.chip"), QFontMetrics(m_theme.font(FontRole::Body)).height() + 2);
    int x = margin, y = margin;
    for (Chip *chip : m_chips) {
        const QSize size = chip->sizeHint();
        if (x > margin && x + size.width() > width - margin) {
            x = margin;
            y += line + 4;
        }
        if (apply)
            chip->setGeometry(x, y + (line - size.height()) / 2, qMin(size.width(), width - 2 * margin), size.height());
        x += size.width() + 4;
    }
    if (m_values.size() < m_maximum) {
        if (x > margin && x + 56 > width - margin) {
            x = margin;
            y += line + 4;
        }
        if (apply)
            m_field->setGeometry(x + 4, y, qMax(20, width - x - 2 * margin), line);
    }
    return qMax(m_theme.controlHeight(), y + line + margin);
}

int ChipEdit::heightForWidth(int width) const { return place(width, false); }
QSize ChipEdit::sizeHint() const { return {160, place(qMax(160, width()), false)}; }
QSize ChipEdit::minimumSizeHint() const { return {80, m_theme.controlHeight()}; }

void ChipEdit::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    place(width(), true);
    if (height() < place(width(), false))
        updateGeometry();
}

void ChipEdit::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool focus = m_field->hasFocus();
    const bool wrong = !m_field->toolTip().isEmpty();
    const qreal line = focus ? 2 : 1;
    painter.setPen(QPen(m_theme.color(wrong ? "danger" : focus ? "focus.ring" : "border.default"), line));
    painter.setBrush(m_theme.color(isEnabled() ? "bg.panel" : "bg.hover"));
    painter.drawRoundedRect(QRectF(rect()).adjusted(line / 2, line / 2, -line / 2, -line / 2), 4, 4);
}

bool ChipEdit::addFromField()
{
    const QString text = m_field->text();
    if (text.isEmpty())
        return false;
    if (m_check) {
        if (const std::optional<QString> problem = m_check(text)) {
            m_field->setToolTip(problem->toHtmlEscaped());
            m_field->setAccessibleDescription(*problem);
            update();
            return true;
        }
    }
    m_field->clear();
    m_field->setAccessibleDescription({});
    if (!m_values.contains(text)) {
        m_values.append(text);
        rebuild();
        Q_EMIT changed(m_values);
    }
    return true;
}

void ChipEdit::removeAt(qsizetype index)
{
    if (index >= m_values.size())
        return;
    m_values.removeAt(index);
    rebuild();
    m_field->setFocus();
    Q_EMIT changed(m_values);
}

bool ChipEdit::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool plain = !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier));
        if (plain && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) && addFromField())
            return true;
        if (key->key() == Qt::Key_Backspace && m_field->text().isEmpty() && !m_values.isEmpty()) {
            removeAt(m_values.size() - 1);
            return true;
        }
    }
    if (watched == m_field && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)) {
        if (event->type() == QEvent::FocusOut)
            addFromField(); // what was typed is not lost
        update();
    }
    return QFrame::eventFilter(watched, event);
}

void ChipEdit::mousePressEvent(QMouseEvent *event)
{
    if (m_field->isVisible())
        m_field->setFocus();
    QFrame::mousePressEvent(event);
}

} // namespace tollgate::ui
