// A number that may be left empty: empty is "Model default" and is not sent. Up and Down step, a wrong value is marked and not used.
#pragma once

#include <QLineEdit>

#include <optional>

namespace tollgate::ui {

class OptionalNumber : public QLineEdit
{
    Q_OBJECT
public:
    // decimals 0: whole numbers.
    OptionalNumber(double minimum, double maximum, double step, int decimals, const QString &name, QWidget *parent);

    void setMaximum(double maximum); // a value above it is marked
    void setSuffix(const QString &suffix) { m_suffix = suffix; }
    std::optional<double> value() const;
    std::optional<qint64> integer() const;
    void setValue(std::optional<double> value); // does not emit
    bool isValid() const;

Q_SIGNALS:
    void valueChanged(); // by the user

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    std::optional<double> parse() const;
    QString show(double value) const;
    void check();
    double m_minimum;
    double m_maximum;
    double m_step;
    int m_decimals;
    QString m_suffix;
};

} // namespace tollgate::ui
