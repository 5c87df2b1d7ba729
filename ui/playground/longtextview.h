// Read-only plain text of any size that may still grow: text is appended in slices, very long lines are broken for display only (a
// selection is copied without those breaks), JSON is coloured for the visible lines only.
#pragma once

#include <QPlainTextEdit>
#include <QTimer>

namespace tollgate::ui {

class Theme;

class LongTextView : public QPlainTextEdit
{
    Q_OBJECT
public:
    LongTextView(const Theme &theme, QWidget *parent);

    void setJson(bool json);
    void clearText();
    void setText(const QString &text);
    void append(QStringView text);
    bool isBehind() const { return m_written < m_text.size(); }
    qsizetype givenCharacters() const { return m_text.size(); }
    // Exactly what was given.
    const QString &text() const { return m_text; }

Q_SIGNALS:
    void caughtUp();

protected:
    QMimeData *createMimeDataFromSelection() const override;
    void scrollContentsBy(int dx, int dy) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void writeSome();
    void insert(QStringView text);
    void applyTheme();
    void colorVisible();

    const Theme &m_theme;
    QTimer m_timer;
    QTimer m_colorTimer;
    QString m_text;
    qsizetype m_written = 0;
    qsizetype m_lineLength = 0; // of the last line, since its last break
    bool m_json = false;
};

} // namespace tollgate::ui
