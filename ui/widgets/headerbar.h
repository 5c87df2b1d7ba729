// The bars on top of pages (44 px), panes (40) and sections (32): a title at the left, controls at the right.
#pragma once

#include "ui/widgets/safelabel.h"

#include <QFrame>
#include <QHBoxLayout>

namespace tollgate::ui {

enum class HeaderKind : quint8 { Page, Pane, Section };

class HeaderBar : public QFrame
{
    Q_OBJECT
public:
    HeaderBar(const Theme &theme, HeaderKind kind, const QString &title, QWidget *parent = nullptr);

    SafeLabel *title() const { return m_title; }
    QHBoxLayout *row() const { return m_row; } // title, then a stretch, then what add() was given
    void add(QWidget *widget) { m_row->addWidget(widget); }
    void addLeft(QWidget *widget);   // behind the title
    void addCentre(QWidget *widget); // in the middle of the bar

private:
    SafeLabel *m_title;
    QHBoxLayout *m_row;
    int m_left = 1;
};

// Frames that paint a background of the theme: "window", "base", "panel", "sunken", "card".
QFrame *makeSurface(const char *surface, QWidget *parent = nullptr);
QFrame *makeHairline(QWidget *parent = nullptr, Qt::Orientation orientation = Qt::Horizontal, const char *surface = "hairline");

} // namespace tollgate::ui
