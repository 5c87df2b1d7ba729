// The Settings page: sections at the left, one form at a time. Forms apply on Save; appearance applies at once.
#pragma once

#include "ui/shell/page.h"
#include "ui/shell/services.h"

#include <QList>
#include <QPointer>
#include <QWidget>

class QListWidget;
class QStackedWidget;

namespace tollgate::ui {

class SettingsSearch;
struct SettingsHit;

// A place in the settings that the search field can go to.
struct SearchEntry {
    QString title; // "Connect"
    QString words; // its hint, also searched
    QPointer<QWidget> target;
};

// What the page asks of its sections.
class SettingsSection
{
public:
    virtual ~SettingsSection() = default;
    virtual bool isDirty() const { return false; }
    // Starts saving; true when it is done or under way without a known problem.
    virtual bool save() { return true; }
    virtual void revert() {}
    virtual void open(const QString &detail) { Q_UNUSED(detail) }
    virtual QList<SearchEntry> searchEntries() const { return {}; }
    virtual QString changesOf() const { return {}; } // "Anthropic", for the question
};

class SettingsPage : public QWidget, public Page
{
    Q_OBJECT
public:
    explicit SettingsPage(Services &services, QWidget *parent = nullptr);

    // "providers", "providers/<id>", "providers/<id>/key", "network", "retries", "cache", "storage", "appearance".
    void open(const QString &detail) override;
    bool mayLeave() override;
    QString currentSection() const;

private:
    void addSection(const QString &id, const QString &title, const QString &iconName, QWidget *section);
    void sectionChosen(int row);
    bool mayLeaveSection();
    void tintIcons();
    void makeActions();
    QList<SettingsHit> allSettings() const;
    void goTo(const SettingsHit &hit);
    Services &m_services;
    QListWidget *m_nav;
    QStackedWidget *m_stack;
    SettingsSearch *m_search;
    int m_row = 0;
};

} // namespace tollgate::ui
