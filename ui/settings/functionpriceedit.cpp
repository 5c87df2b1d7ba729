#include "ui/settings/functionpriceedit.h"

#include "ui/widgets/safelabel.h"

#include <QGridLayout>
#include <QLineEdit>
#include <QSpinBox>

namespace tollgate::ui {

FunctionPriceEdit::FunctionPriceEdit(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_tokens(new QLineEdit(this)), m_gbSecond(new QLineEdit(this)), m_call(new QLineEdit(this)),
      m_memory(new QSpinBox(this))
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, 152);
    grid->setColumnStretch(2, 1);
    addLine(grid, tr("Tokens"), m_tokens, tr("$ per 1M tokens, prompt and answer together"));
    addLine(grid, tr("Running time"), m_gbSecond, tr("$ per GB-second of the function"));
    addLine(grid, tr("Memory"), m_memory, tr("given to the function; needed for the price per GB-second"));
    addLine(grid, tr("Each call"), m_call, tr("$ per call"));
    m_memory->setRange(0, 1'048'576);
    m_memory->setSuffix(tr(" MiB"));
    m_memory->setSpecialValueText(tr("Not set"));
    m_memory->setGroupSeparatorShown(true);
    for (QLineEdit *field : {m_tokens, m_gbSecond, m_call}) {
        field->setMaxLength(24);
        field->setPlaceholderText(tr("Not set"));
        connect(field, &QLineEdit::textChanged, this, [this] {
            if (!m_loading)
                Q_EMIT edited();
        });
    }
    connect(m_memory, &QSpinBox::valueChanged, this, [this] {
        if (!m_loading)
            Q_EMIT edited();
    });
    setFocusProxy(m_tokens);
}

void FunctionPriceEdit::addLine(QGridLayout *grid, const QString &label, QWidget *field, const QString &unit)
{
    const int row = grid->rowCount();
    auto *name = new SafeLabel(m_theme, label, FontRole::Body, "text.secondary", QFont::Normal, this);
    name->setBuddy(field);
    name->setElideMode(Qt::ElideNone);
    field->setFixedWidth(120);
    field->setAccessibleName(label);
    field->setAccessibleDescription(unit);
    grid->addWidget(name, row, 0);
    grid->addWidget(field, row, 1);
    grid->addWidget(new SafeLabel(m_theme, unit, FontRole::Small, "text.tertiary", QFont::Normal, this), row, 2);
}

QList<QWidget *> FunctionPriceEdit::fields() const { return {m_tokens, m_gbSecond, m_memory, m_call}; }

void FunctionPriceEdit::setValue(const FunctionPrice &price)
{
    m_loading = true;
    m_tokens->setText(price.usdPerMillionTokens);
    m_gbSecond->setText(price.usdPerGbSecond);
    m_call->setText(price.usdPerCall);
    m_memory->setValue(price.memoryMib);
    m_loading = false;
}

FunctionPrice FunctionPriceEdit::value() const
{
    FunctionPrice price;
    price.usdPerMillionTokens = m_tokens->text().trimmed();
    price.usdPerGbSecond = m_gbSecond->text().trimmed();
    price.usdPerCall = m_call->text().trimmed();
    price.memoryMib = m_memory->value();
    return price;
}

} // namespace tollgate::ui
