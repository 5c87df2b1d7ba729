// The field an API key is typed into: masked, with an eye to look. The key leaves it once, as SecretBytes, and is wiped here. It cannot be
// copied out of here, and a clipboard it came from is cleared after a while (ClipboardGuard).
#pragma once

#include "core/base/secretbytes.h"
#include "ui/theme/theme.h"

#include <QLineEdit>

namespace tollgate::ui {

class SecretEdit : public QLineEdit
{
    Q_OBJECT
public:
    explicit SecretEdit(const Theme &theme, QWidget *parent = nullptr);

    // White space around a pasted key is dropped.
    SecretBytes take();       // and wipes the field
    SecretBytes peek() const; // a copy for a test; the field keeps it
    bool isBlank() const;
    void wipeField();

protected:
    void hideEvent(QHideEvent *event) override; // masked again when it comes back
    void keyPressEvent(QKeyEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void setRevealed(bool on);
    const Theme &m_theme;
    QAction *m_eye;
    qsizetype m_length = 0;
};

} // namespace tollgate::ui
