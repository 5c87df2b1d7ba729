#include "ui/playground/resultstrip.h"

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace tollgate::ui {

namespace {

constexpr int padding = 8;
constexpr int stripHeight = 64;
// Shares of the width, as drawn in the design.
constexpr std::array<int, ResultStrip::tileCount> shares = {76, 66, 58, 80, 86, 58, 60};

QString missing()
{
    return QString(QChar(0x2013));
}

std::optional<double> milliseconds(qint64 ns)
{
    return ns < 0 ? std::nullopt : std::optional(double(ns) / 1e6);
}

} // namespace

ResultStrip::ResultStrip(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Result"));
    const QString labels[] = {tr("First token"), tr("Total"), tr("Input"), tr("Output"), tr("Cost"), tr("Cache"), tr("Attempts")};
    for (int i = 0; i < tileCount; ++i)
        m_tiles[size_t(i)].label = labels[i];
    connect(&theme, &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
    clear();
}

void ResultStrip::clear()
{
    m_hasOutcome = false;
    m_recent = {};
    m_attemptList.clear();
    for (int i = 0; i < tileCount; ++i)
        setTile(Tile(i), missing(), {});
    describe();
}

void ResultStrip::setTile(Tile tile, const QString &value, const QString &note, const char *token, const char *tint)
{
    TileData &tileData = m_tiles[tile];
    tileData.value = value;
    tileData.note = note;
    tileData.token = token;
    tileData.tint = tint;
    update();
}

void ResultStrip::setRunning(qint64 firstTokenNs, qint64 elapsedNs, int attempts)
{
    setTile(FirstToken, formatDurationMs(milliseconds(firstTokenNs)), m_tiles[FirstToken].note);
    setTile(Total, formatDurationMs(milliseconds(elapsedNs)), m_tiles[Total].note);
    setTile(Attempts, QString::number(attempts), {}, attempts > 1 ? "warning.text" : "text.primary");
    applyRecent();
}

void ResultStrip::setOutcome(const Outcome &outcome)
{
    const RequestRecord &record = outcome.record;
    m_hasOutcome = true;
    setTile(FirstToken, formatDurationMs(milliseconds(record.firstContent)), {});
    setTile(Total, formatDurationMs(milliseconds(record.settled)), {});
    const Usage &usage = record.usage.present ? record.usage : outcome.completion.usage;
    if (usage.present) {
        const QString estimated = usage.estimated ? tr("est.") : QString();
        setTile(Input, formatCount(usage.inputTokens()),
                usage.estimated ? estimated : tr("%1 cached").arg(formatCount(usage.cachedInput)));
        setTile(Output, formatCount(usage.outputTokens()),
                usage.estimated ? estimated : usage.reasoning > 0 ? tr("%1 reasoning").arg(formatCount(usage.reasoning)) : QString());
    } else {
        setTile(Input, missing(), {});
        setTile(Output, missing(), {});
    }
    setCost(outcome);
    setCache(outcome);
    setAttempts(record);
    applyRecent();
    describe();
}

void ResultStrip::setCost(const Outcome &outcome)
{
    const Cost &cost = outcome.record.cost;
    if (outcome.record.cache == CacheOutcome::Hit && outcome.ok()) {
        setTile(CostTile, formatMoneyPerRequest(Money()), tr("from cache"));
        return;
    }
    bool charged = outcome.ok();
    bool unconfirmed = false;
    for (const AttemptRecord &attempt : outcome.record.attempts) {
        charged = charged || attempt.billing == Billing::Billed;
        unconfirmed = unconfirmed || attempt.billing == Billing::Unconfirmed;
    }
    if (!charged && unconfirmed && (!cost.amount || cost.amount->isZero())) {
        setTile(CostTile, missing(), tr("may be charged"), "warning.text");
    } else if (!charged && (!cost.amount || cost.amount->isZero())) {
        setTile(CostTile, QStringLiteral("$0.0000"), tr("not charged"));
    } else if (!cost.amount) {
        setTile(CostTile, missing(), tr("price unknown"));
    } else if (cost.state == CostState::Free) {
        setTile(CostTile, formatMoneyPerRequest(Money()), tr("free"));
    } else {
        const Money perThousand = Money::fromNanoUsd(qMin(cost.amount->nanoUsd(), qint64(9'000'000'000'000)) * 1000);
        setTile(CostTile, formatMoneyPerRequest(cost.amount),
                cost.state == CostState::Estimated ? tr("estimated") : tr("%1 per 1k").arg(formatMoneyTotal(perThousand)));
    }
}

void ResultStrip::setCache(const Outcome &outcome)
{
    switch (outcome.record.cache) {
    case CacheOutcome::Hit:
        setTile(Cache, tr("Hit"), tr("stored"), "success.text", "success.tint");
        break;
    case CacheOutcome::Coalesced:
        setTile(Cache, tr("Shared"), {}, "success.text", "success.tint");
        break;
    case CacheOutcome::Refresh:
        setTile(Cache, tr("Refresh"), {}, "text.secondary", "bg.hover");
        break;
    case CacheOutcome::Bypass:
        setTile(Cache, tr("Bypass"), {}, "text.secondary", "bg.hover");
        break;
    case CacheOutcome::Miss:
        setTile(Cache, tr("Miss"), {}, "text.secondary", "bg.hover");
        break;
    }
}

void ResultStrip::setAttempts(const RequestRecord &record)
{
    const qsizetype count = record.attempts.size();
    qint64 waited = 0;
    QStringList lines;
    for (const AttemptRecord &attempt : record.attempts) {
        waited += attempt.backoffMs;
        QString line = tr("Attempt %1: ").arg(attempt.number);
        if (!attempt.failure)
            line += tr("answered");
        else if (attempt.httpStatus > 0)
            line += tr("%1, %2").arg(attempt.httpStatus).arg(attempt.message.left(200));
        else
            line += attempt.message.isEmpty() ? failureName(*attempt.failure) : attempt.message.left(200);
        if (attempt.backoffMs > 0)
            line += tr(", waited %1").arg(formatDurationMs(double(attempt.backoffMs)));
        lines.append(line);
    }
    m_attemptList = lines.join(u'\n');
    setTile(Attempts, QString::number(count),
            count == 0      ? tr("not sent")
            : count == 1    ? tr("no retry")
            : waited > 0    ? tr("waited %1").arg(formatDurationMs(double(waited)))
                            : tr("%1 failed").arg(count - 1),
            count > 1 ? "warning.text" : "text.primary");
}

void ResultStrip::setRecent(const RecentFigures &figures)
{
    m_recent = figures;
    applyRecent();
}

void ResultStrip::applyRecent()
{
    const auto note = [](std::optional<qint64> ms) {
        return ms ? tr("p50 %1").arg(formatDurationMs(double(*ms))) : QString();
    };
    m_tiles[FirstToken].note = note(m_recent.ttftP50Ms);
    m_tiles[Total].note = note(m_recent.latencyP50Ms);
    update();
}

void ResultStrip::setStored(bool stored)
{
    if (m_hasOutcome && stored && m_tiles[Cache].note.isEmpty()) {
        m_tiles[Cache].note = tr("stored");
        describe();
        update();
    }
}

void ResultStrip::describe()
{
    QStringList parts;
    for (const TileData &tile : m_tiles)
        parts.append(tile.note.isEmpty() ? tr("%1 %2").arg(tile.label, tile.value)
                                         : tr("%1 %2, %3").arg(tile.label, tile.value, tile.note));
    setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

QSize ResultStrip::sizeHint() const
{
    return {480, qMax(stripHeight, QFontMetrics(m_theme.font(FontRole::Body)).height() * 3 + 16)};
}

QSize ResultStrip::minimumSizeHint() const
{
    return {300, sizeHint().height()};
}

std::array<int, ResultStrip::tileCount + 1> ResultStrip::edges() const
{
    int sum = 0;
    for (const int share : shares)
        sum += share;
    std::array<int, tileCount + 1> out{};
    int at = 0;
    for (size_t i = 0; i < shares.size(); ++i) {
        out[i] = at * width() / sum;
        at += shares[i];
    }
    out[tileCount] = width();
    return out;
}

void ResultStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), m_theme.color("bg.base"));
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.color("border.default"));
    const auto x = edges();
    const QFont labelFont = m_theme.font(FontRole::Caption);
    const QFont valueFont = m_theme.font(FontRole::MetricStrip, QFont::DemiBold);
    const QFont badgeFont = m_theme.font(FontRole::Small, QFont::Medium);
    const int line = height() / 3;
    for (int i = 0; i < tileCount; ++i) {
        const TileData &tile = m_tiles[size_t(i)];
        const size_t index = size_t(i);
        if (i > 0)
            painter.fillRect(QRect(x[index], 1, 1, height() - 1), m_theme.color("border.subtle"));
        const int left = x[index] + padding;
        const int room = x[index + 1] - left - 3;
        const auto draw = [&](const QFont &font, const char *token, int top, const QString &text) {
            painter.setFont(font);
            painter.setPen(m_theme.color(token));
            const QRect area(left, top, room, line);
            painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(font).elidedText(text, Qt::ElideRight, room));
        };
        draw(labelFont, "text.secondary", 3, tile.label);
        if (tile.tint && tile.value != missing()) {
            const int textWidth = QFontMetrics(badgeFont).horizontalAdvance(tile.value);
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme.color(tile.tint));
            painter.drawRoundedRect(QRectF(left - 1, line + 3, qMin(textWidth + 8, room + 2), 18), 3, 3);
            painter.setFont(badgeFont);
            painter.setPen(m_theme.color(tile.token));
            painter.drawText(QRect(left + 3, line + 3, room, 18), Qt::AlignLeft | Qt::AlignVCenter, tile.value);
        } else {
            draw(valueFont, tile.token, line, tile.value);
        }
        draw(labelFont, "text.tertiary", 2 * line - 3, tile.note);
    }
}

bool ResultStrip::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    if (help->x() >= edges()[Attempts] && !m_attemptList.isEmpty()) {
        // Escaped: a tool tip shows rich text, and providers write these lines.
        QString text = m_attemptList.toHtmlEscaped();
        text.replace(u'\n', QStringLiteral("<br>"));
        QToolTip::showText(help->globalPos(), QStringLiteral("<qt>%1</qt>").arg(text), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

} // namespace tollgate::ui
