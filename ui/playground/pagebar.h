// The bar over the Playground: prompt name, estimate, Stop and Run.
#pragma once

#include "ui/widgets/headerbar.h"

class QAction;
class QLineEdit;

namespace tollgate::ui {

class Button;
class IconButton;

class PageBar : public HeaderBar
{
    Q_OBJECT
public:
    PageBar(const Theme &theme, QWidget *parent);

    QString name() const;
    void setName(const QString &name); // empty: "Untitled prompt"; does not emit
    void rename();
    void setEstimate(const QString &text, const QString &toolTip = {});
    QString estimate() const;
    Button &run() { return *m_run; }
    Button &stop() { return *m_stop; }
    IconButton &parameters() { return *m_parameters; }

Q_SIGNALS:
    void nameChanged(); // by the user

private:
    void fitName();
    const Theme &m_theme;
    QLineEdit *m_name;
    SafeLabel *m_estimate;
    IconButton *m_parameters;
    Button *m_stop;
    Button *m_run;
};

} // namespace tollgate::ui
