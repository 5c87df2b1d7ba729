// Finds settings by their words: a field in the page bar and a list of matches below it. Enter or a click goes to the setting.
#pragma once

#include "ui/theme/theme.h"

#include <QList>
#include <QListWidget>
#include <QPointer>

#include <functional>

namespace tollgate::ui {

class SearchField;

struct SettingsHit {
    int section = 0;
    QString sectionTitle;
    QString title;
    QString words; // searched, not shown
    QPointer<QWidget> target;
};

// The hits of `query`, best first: every word must occur in the title, the section's title or the words. Pure.
QList<SettingsHit> matchingSettings(const QList<SettingsHit> &all, const QString &query);

class SettingsSearch : public QObject
{
    Q_OBJECT
public:
    // `page` is what the list lies over.
    SettingsSearch(const Theme &theme, QWidget *page, std::function<QList<SettingsHit>()> source);
    SearchField *field() const { return m_field; }

Q_SIGNALS:
    void chosen(const tollgate::ui::SettingsHit &hit);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void search(const QString &text);
    void place();
    void accept();
    const Theme &m_theme;
    QWidget *m_page;
    std::function<QList<SettingsHit>()> m_source;
    SearchField *m_field;
    QListWidget *m_list;
    QList<SettingsHit> m_hits;
};

} // namespace tollgate::ui
