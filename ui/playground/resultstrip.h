// Seven figures under an answer: first token, total, input, output, cost, cache, attempts.
#pragma once

#include "core/engine/call.h"
#include "core/ledger/ledger.h"

#include <QWidget>

#include <array>

namespace tollgate::ui {

class Theme;

class ResultStrip : public QWidget
{
    Q_OBJECT
public:
    enum Tile : quint8 { FirstToken, Total, Input, Output, CostTile, Cache, Attempts };
    static constexpr int tileCount = 7;

    ResultStrip(const Theme &theme, QWidget *parent);
    void clear();
    void setOutcome(const Outcome &outcome);
    // While it runs: what is known. Negative: not yet.
    void setRunning(qint64 firstTokenNs, qint64 elapsedNs, int attempts);
    void setRecent(const RecentFigures &figures);
    void setStored(bool stored);
    QString value(Tile tile) const { return m_tiles[tile].value; }
    QString note(Tile tile) const { return m_tiles[tile].note; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct TileData {
        QString label;
        QString value;
        QString note;
        const char *token = "text.primary"; // of the value
        const char *tint = nullptr;         // set: the value is a badge
    };
    void setTile(Tile tile, const QString &value, const QString &note, const char *token = "text.primary",
                 const char *tint = nullptr);
    void setCost(const Outcome &outcome);
    void setCache(const Outcome &outcome);
    void setAttempts(const RequestRecord &record);
    void applyRecent();
    void describe();
    std::array<int, tileCount + 1> edges() const;

    const Theme &m_theme;
    std::array<TileData, tileCount> m_tiles;
    RecentFigures m_recent;
    bool m_hasOutcome = false;
    QString m_attemptList;
};

} // namespace tollgate::ui
