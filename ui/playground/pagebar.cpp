#include "ui/playground/pagebar.h"

#include "ui/theme/theme.h"
#include "ui/widgets/button.h"

#include <QLineEdit>

namespace tollgate::ui {

namespace {
constexpr int maxNameLength = 120;
}

PageBar::PageBar(const Theme &theme, QWidget *parent) : HeaderBar(theme, HeaderKind::Page, {}, parent), m_theme(theme)
{
    title()->hide();
    m_name = new QLineEdit(this);
    m_name->setProperty("bare", true);
    m_name->setPlaceholderText(tr("Untitled prompt"));
    m_name->setMaxLength(maxNameLength);
    m_name->setAccessibleName(tr("Prompt name"));
    m_name->setToolTip(tr("Name of this prompt (F2)"));
    addLeft(m_name);
    m_estimate = new SafeLabel(theme, {}, FontRole::Small, "text.secondary", QFont::Normal, this);
    m_estimate->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    add(m_estimate);
    m_parameters = new IconButton(theme, QStringLiteral("parameters"), tr("Parameters"),
                                  QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B), this);
    add(m_parameters);
    m_stop = new Button(theme, tr("Stop"), ButtonKind::Default, QStringLiteral("stop"), this);
    m_stop->setShortcutHint(QKeySequence(Qt::Key_Escape));
    m_stop->setEnabled(false);
    add(m_stop);
    m_run = new Button(theme, tr("Run"), ButtonKind::Primary, QStringLiteral("run"), this);
    m_run->setShortcutHint(QKeySequence(Qt::CTRL | Qt::Key_Return));
    add(m_run);
    connect(m_name, &QLineEdit::textEdited, this, [this] {
        fitName();
        Q_EMIT nameChanged();
    });
    connect(&theme, &Theme::changed, this, &PageBar::fitName);
    fitName();
}

QString PageBar::name() const
{
    return m_name->text().trimmed();
}

void PageBar::setName(const QString &name)
{
    m_name->setText(name.left(maxNameLength));
    m_name->setCursorPosition(0);
    fitName();
}

void PageBar::rename()
{
    m_name->setFocus(Qt::ShortcutFocusReason);
    m_name->selectAll();
}

void PageBar::fitName()
{
    const QFont font = m_theme.font(FontRole::Title, QFont::DemiBold);
    m_name->setFont(font);
    const QString text = m_name->text().isEmpty() ? m_name->placeholderText() : m_name->text();
    m_name->setFixedWidth(qBound(120, QFontMetrics(font).horizontalAdvance(text) + 16, 420));
}

void PageBar::setEstimate(const QString &text, const QString &toolTip)
{
    m_estimate->setText(text);
    m_estimate->setToolTip(toolTip);
}

QString PageBar::estimate() const
{
    return m_estimate->text();
}

} // namespace tollgate::ui
