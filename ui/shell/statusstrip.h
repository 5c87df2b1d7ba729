// The bar at the bottom, 26 px: what runs now, today's spend, cache hits, and what needs attention. Told from outside at most once a second.
#pragma once

#include "core/base/error.h"
#include "core/ledger/records.h"
#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QFrame>

#include <optional>

namespace tollgate::ui {

// A label, a value and a remark, or an icon and a text; a button when it leads somewhere.
class StatusSegment : public QAbstractButton
{
    Q_OBJECT
public:
    StatusSegment(const Theme &theme, const QString &label, QWidget *parent = nullptr);
    void setValue(const QString &value, const QString &remark = {});
    void setNotice(const QString &iconName, const char *token, const QString &text);
    void setLeads(bool leads); // can be clicked and focused
    QString value() const { return m_value; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void describe();
    const Theme &m_theme;
    QString m_label;
    QString m_value;
    QString m_remark;
    QString m_iconName;
    const char *m_token = "text.secondary";
    bool m_leads = false;
};

struct StatusFigures {
    int inFlight = 0;
    int queued = 0;
    DayFigures today;
    std::optional<Error> storageError;
};

class StatusStrip : public QFrame
{
    Q_OBJECT
public:
    StatusStrip(const Theme &theme, bool demoProfile, QWidget *parent = nullptr);
    void show(const StatusFigures &figures);

Q_SIGNALS:
    void storageClicked();
    void cacheClicked();
    void demoClicked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    StatusSegment *m_inFlight;
    StatusSegment *m_queue;
    StatusSegment *m_today;
    StatusSegment *m_cache;
    StatusSegment *m_warning;
};

} // namespace tollgate::ui
