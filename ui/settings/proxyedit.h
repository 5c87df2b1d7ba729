// The choice of a proxy: none, the desktop's, or an HTTP or SOCKS5 proxy at host:port. Its value is written as SettingsData::proxy.
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

class QComboBox;
class QLineEdit;

namespace tollgate::ui {

class ProxyEdit : public QWidget
{
    Q_OBJECT
public:
    // `inherits`: offers "As in Network", which is the empty value.
    ProxyEdit(const Theme &theme, bool inherits, QWidget *parent = nullptr);

    void setValue(const QString &value); // does not emit
    QString value() const;
    std::optional<QString> problem() const; // in words; nothing when it can be saved

Q_SIGNALS:
    void edited();

private:
    void showKind();
    bool isExplicit() const;
    QComboBox *m_kind;
    QLineEdit *m_address;
    bool m_loading = false;
};

} // namespace tollgate::ui
