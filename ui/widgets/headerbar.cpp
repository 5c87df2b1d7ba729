#include "ui/widgets/headerbar.h"

namespace tollgate::ui {

HeaderBar::HeaderBar(const Theme &theme, HeaderKind kind, const QString &title, QWidget *parent) : QFrame(parent)
{
    setProperty("surface", QLatin1String(kind == HeaderKind::Section ? "section" : "header"));
    setObjectName(QStringLiteral("header"));
    const FontRole role = kind == HeaderKind::Page ? FontRole::Title : FontRole::Body;
    m_title = new SafeLabel(theme, title, role, "text.primary", QFont::DemiBold, this);
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(kind == HeaderKind::Page ? 16 : 14, 0, 12, 0);
    m_row->setSpacing(8);
    m_row->addWidget(m_title);
    m_row->addStretch(1);
    const auto resize = [this, &theme, kind] {
        const char *token = kind == HeaderKind::Page ? "size.pageBar" : kind == HeaderKind::Pane ? "size.paneHeader" : "size.sectionHeader";
        const int room = kind == HeaderKind::Section ? 4 : 12;
        setFixedHeight(qMax(theme.size(token), theme.controlHeight() + room));
    };
    resize();
    connect(&theme, &Theme::changed, this, resize);
}

void HeaderBar::addLeft(QWidget *widget)
{
    m_row->insertWidget(m_left++, widget);
}

void HeaderBar::addCentre(QWidget *widget)
{
    m_row->addWidget(widget);
    m_row->addStretch(1);
}

QFrame *makeSurface(const char *surface, QWidget *parent)
{
    auto *frame = new QFrame(parent);
    frame->setProperty("surface", QLatin1String(surface));
    return frame;
}

QFrame *makeHairline(QWidget *parent, Qt::Orientation orientation, const char *surface)
{
    QFrame *line = makeSurface(surface, parent);
    if (orientation == Qt::Horizontal)
        line->setFixedHeight(1);
    else
        line->setFixedWidth(1);
    return line;
}

} // namespace tollgate::ui
