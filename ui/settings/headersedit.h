// Extra request headers as a table of name and value: edited in place, Delete removes a line.
#pragma once

#include "core/base/headers.h"
#include "ui/theme/theme.h"

#include <QList>
#include <QWidget>

class QTableWidget;

namespace tollgate::ui {

class HeadersEdit : public QWidget
{
    Q_OBJECT
public:
    explicit HeadersEdit(const Theme &theme, QWidget *parent = nullptr);

    void setHeaders(const QList<tollgate::Header> &headers); // does not emit
    QList<tollgate::Header> headers() const; // without lines that are empty

Q_SIGNALS:
    void edited();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void addLine(const QString &name, const QString &value);
    void removeLine();
    void fit();
    const Theme &m_theme;
    QTableWidget *m_table;
    bool m_loading = false;
};

} // namespace tollgate::ui
