#include "ui/playground/optionalnumber.h"

#include <QKeyEvent>
#include <QLocale>
#include <QStyle>

namespace tollgate::ui {

OptionalNumber::OptionalNumber(double minimum, double maximum, double step, int decimals, const QString &name, QWidget *parent)
    : QLineEdit(parent), m_minimum(minimum), m_maximum(maximum), m_step(step), m_decimals(decimals)
{
    setPlaceholderText(tr("Model default"));
    setAccessibleName(name);
    connect(this, &QLineEdit::textEdited, this, [this] {
        check();
        Q_EMIT valueChanged();
    });
}

void OptionalNumber::setMaximum(double maximum)
{
    m_maximum = maximum;
    check();
}

std::optional<double> OptionalNumber::parse() const
{
    QString plain = text().trimmed();
    if (!m_suffix.isEmpty() && plain.endsWith(m_suffix))
        plain.chop(m_suffix.size());
    plain = plain.trimmed();
    plain.remove(u',').remove(QChar(0x202F)).remove(QChar(0xA0));
    bool ok = false;
    const double value = m_decimals == 0 ? double(plain.toLongLong(&ok)) : plain.toDouble(&ok);
    return ok ? std::optional(value) : std::nullopt;
}

bool OptionalNumber::isValid() const
{
    if (text().trimmed().isEmpty())
        return true;
    const std::optional<double> number = parse();
    return number && *number >= m_minimum && *number <= m_maximum;
}

std::optional<double> OptionalNumber::value() const
{
    return isValid() ? parse() : std::nullopt;
}

std::optional<qint64> OptionalNumber::integer() const
{
    const std::optional<double> number = value();
    return number ? std::optional(qint64(*number)) : std::nullopt;
}

QString OptionalNumber::show(double value) const
{
    const QLocale locale(QLocale::English);
    const QString digits = m_decimals == 0 ? locale.toString(qint64(value)) : QString::number(value, 'f', m_decimals);
    return digits + m_suffix;
}

void OptionalNumber::setValue(std::optional<double> value)
{
    setText(value ? show(*value) : QString());
    check();
}

void OptionalNumber::check()
{
    const bool wrong = !isValid();
    if (property("invalid").toBool() != wrong) {
        setProperty("invalid", wrong);
        style()->unpolish(this);
        style()->polish(this);
    }
    setToolTip(wrong ? tr("From %1 to %2, or empty").arg(show(m_minimum), show(m_maximum)) : QString());
}

void OptionalNumber::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Up && event->key() != Qt::Key_Down) {
        QLineEdit::keyPressEvent(event);
        return;
    }
    const double from = value().value_or(m_minimum);
    setValue(qBound(m_minimum, from + (event->key() == Qt::Key_Up ? m_step : -m_step), m_maximum));
    Q_EMIT valueChanged();
}

void OptionalNumber::focusOutEvent(QFocusEvent *event)
{
    if (const std::optional<double> number = value())
        setValue(number); // "1024" becomes "1,024"
    QLineEdit::focusOutEvent(event);
}

} // namespace tollgate::ui
