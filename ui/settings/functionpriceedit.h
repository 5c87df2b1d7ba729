// What a call of a serverless endpoint costs besides the table's rates: per token, per GB-second, per call, and its memory.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace tollgate::ui {

class FunctionPriceEdit : public QWidget
{
    Q_OBJECT
public:
    explicit FunctionPriceEdit(const Theme &theme, QWidget *parent = nullptr);

    void setValue(const FunctionPrice &price); // does not emit
    FunctionPrice value() const;
    QList<QWidget *> fields() const;

Q_SIGNALS:
    void edited();

private:
    void addLine(QGridLayout *grid, const QString &label, QWidget *field, const QString &unit);
    const Theme &m_theme;
    QLineEdit *m_tokens;
    QLineEdit *m_gbSecond;
    QLineEdit *m_call;
    QSpinBox *m_memory;
    bool m_loading = false;
};

} // namespace tollgate::ui
