// The choice of a file with certificate authorities, checked as it is typed: says what the file holds or what is wrong with it.
#pragma once

#include "ui/theme/theme.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;

namespace tollgate::ui {

class SafeLabel;
struct CertificateFile;

class CertificateEdit : public QWidget
{
    Q_OBJECT
public:
    explicit CertificateEdit(const Theme &theme, QWidget *parent = nullptr);

    void setPath(const QString &path); // does not emit
    QString path() const;
    // Reads the file; in words. Nothing when there is none or it can be used.
    std::optional<QString> problem() const;

Q_SIGNALS:
    void edited();

private:
    void choose();
    void check();
    void show(const CertificateFile &found);
    const Theme &m_theme;
    QLineEdit *m_path;
    SafeLabel *m_found;
    QTimer m_rest; // typing
    int m_generation = 0;
    bool m_loading = false;
};

} // namespace tollgate::ui
