// Paints one provider in the list: colour, name, state with icon, time of the last test.
#pragma once

#include "ui/theme/theme.h"

#include <QStyledItemDelegate>

namespace tollgate::ui {

class ProviderRowDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    enum Role { Id = Qt::UserRole, StateIcon, StateToken, StateText, Time, Model };
    ProviderRowDelegate(const Theme &theme, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    const Theme &m_theme;
};

} // namespace tollgate::ui
