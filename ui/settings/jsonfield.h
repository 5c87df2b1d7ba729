// A JSON object that is checked while it is typed: says where it breaks.
#pragma once

#include "ui/theme/theme.h"

#include <QTimer>
#include <QWidget>

class QPlainTextEdit;

namespace tollgate::ui {

class SafeLabel;

// What is wrong with `text` as one JSON object, in words with line and column where known; nothing when it is right or empty. Pure.
std::optional<QString> jsonObjectProblem(const QByteArray &text);

class JsonField : public QWidget
{
    Q_OBJECT
public:
    JsonField(const Theme &theme, const QString &accessibleName, const QString &placeholder, QWidget *parent = nullptr);

    void setValue(const QByteArray &json); // does not emit
    QByteArray value() const;              // without white space around
    std::optional<QString> problem() const { return jsonObjectProblem(value()); }

Q_SIGNALS:
    void edited();

private:
    void check();
    void fit();
    const Theme &m_theme;
    QPlainTextEdit *m_text;
    SafeLabel *m_state;
    QTimer m_rest;
    bool m_loading = false;
};

} // namespace tollgate::ui
