#include "ui/playground/reasoningsection.h"

#include "ui/playground/longtextview.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"

#include <QTextDocument>
#include <QVBoxLayout>

namespace tollgate::ui {

namespace {
constexpr int openHeight = 170;
}

ReasoningSection::ReasoningSection(const Theme &theme, QWidget *parent) : QFrame(parent)
{
    setProperty("surface", QStringLiteral("section"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 3, 8, 4);
    layout->setSpacing(2);
    m_toggle = new Button(theme, {}, ButtonKind::Flat, QStringLiteral("chevron-right"), this);
    m_toggle->setCompact(true);
    layout->addWidget(m_toggle);
    m_view = new LongTextView(theme, this);
    m_view->document()->setDocumentMargin(6);
    m_view->setAccessibleName(tr("Reasoning"));
    m_view->setFixedHeight(openHeight);
    layout->addWidget(m_view);
    connect(m_toggle, &QAbstractButton::clicked, this, [this] { setOpen(!m_open); });
    clear();
}

void ReasoningSection::clear()
{
    m_text.clear();
    m_view->clearText();
    setOpen(false);
    hide();
}

void ReasoningSection::add(QStringView text)
{
    m_text += text;
}

void ReasoningSection::flush()
{
    if (m_text.isEmpty())
        return;
    if (m_open && m_view->givenCharacters() < m_text.size())
        m_view->append(QStringView(m_text).sliced(m_view->givenCharacters()));
    m_toggle->setText(tr("Reasoning, %1 characters").arg(formatCount(m_text.size())));
    m_toggle->updateGeometry();
    show();
}

void ReasoningSection::setOpen(bool open)
{
    m_open = open;
    m_toggle->setIconName(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"));
    m_view->setVisible(open);
    flush();
}

} // namespace tollgate::ui
