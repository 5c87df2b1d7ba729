#include "ui/shell/statusstrip.h"

#include "ui/theme/format.h"

#include <QHBoxLayout>
#include <QPainter>

namespace tollgate::ui {

namespace {
constexpr int margin = 12;
constexpr int gap = 6;
} // namespace

StatusSegment::StatusSegment(const Theme &theme, const QString &label, QWidget *parent)
    : QAbstractButton(parent), m_theme(theme), m_label(label)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    setLeads(false);
    connect(&theme, &Theme::changed, this, [this] { updateGeometry(); });
}

void StatusSegment::setLeads(bool leads)
{
    m_leads = leads;
    setFocusPolicy(leads ? Qt::TabFocus : Qt::NoFocus);
    setAttribute(Qt::WA_TransparentForMouseEvents, false);
    setAttribute(Qt::WA_Hover, leads);
}

void StatusSegment::describe()
{
    QStringList words{m_label, m_value, m_remark};
    words.removeAll(QString());
    setAccessibleName(words.join(u' '));
    updateGeometry();
    update();
}

void StatusSegment::setValue(const QString &value, const QString &remark)
{
    if (value == m_value && remark == m_remark)
        return;
    m_value = value;
    m_remark = remark;
    describe();
}

void StatusSegment::setNotice(const QString &iconName, const char *token, const QString &text)
{
    m_iconName = iconName;
    m_token = token;
    m_label = text;
    describe();
}

QSize StatusSegment::sizeHint() const
{
    const QFontMetrics plain(m_theme.font(FontRole::Small));
    const QFontMetrics strong(m_theme.font(FontRole::Small, QFont::Medium));
    int width = 2 * margin + plain.horizontalAdvance(m_label);
    if (!m_iconName.isEmpty())
        width += 14 + gap;
    if (!m_value.isEmpty())
        width += gap + qMax(strong.horizontalAdvance(m_value), strong.horizontalAdvance(QStringLiteral("00")) / 2);
    if (!m_remark.isEmpty())
        width += gap + plain.horizontalAdvance(m_remark);
    return {width + 1, plain.height() + 8};
}

QSize StatusSegment::minimumSizeHint() const
{
    const QSize full = sizeHint();
    return m_iconName.isEmpty() ? full : QSize(qMin(full.width(), 60), full.height());
}

void StatusSegment::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    if (m_leads && (underMouse() || isDown()))
        painter.fillRect(rect(), m_theme.color(isDown() ? "bg.pressed" : "bg.hover"));
    int x = margin;
    if (!m_iconName.isEmpty()) {
        painter.drawPixmap(QPointF(x, (height() - 14) / 2.0), m_theme.pixmap(m_iconName, 14, m_token, devicePixelRatioF()));
        x += 14 + gap;
    }
    const auto write = [&](const QString &text, const QFont &font, const char *token) {
        if (text.isEmpty())
            return;
        painter.setFont(font);
        painter.setPen(m_theme.color(token));
        const QString shown = QFontMetrics(font).elidedText(text, Qt::ElideRight, width() - x - 4);
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, shown);
        x += QFontMetrics(font).horizontalAdvance(shown) + gap;
    };
    write(m_label, m_theme.font(FontRole::Small), m_iconName.isEmpty() ? "text.secondary" : m_token);
    write(m_value, m_theme.font(FontRole::Small, QFont::Medium), "text.primary");
    write(m_remark, m_theme.font(FontRole::Small), "text.tertiary");
    painter.fillRect(QRect(width() - 1, 0, 1, height()), m_theme.color("border.default"));
    if (hasFocus()) {
        painter.setPen(QPen(m_theme.color("focus.ring"), 2));
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -2, -1));
    }
}

StatusStrip::StatusStrip(const Theme &theme, bool demoProfile, QWidget *parent)
    : QFrame(parent), m_theme(theme), m_inFlight(new StatusSegment(theme, tr("In flight"), this)),
      m_queue(new StatusSegment(theme, tr("Queue"), this)), m_today(new StatusSegment(theme, tr("Today"), this)),
      m_cache(new StatusSegment(theme, tr("Cache hits"), this)), m_warning(new StatusSegment(theme, {}, this))
{
    setAccessibleName(tr("Status"));
    setProperty("pane", tr("Status"));
    const auto resize = [this] {
        setFixedHeight(qMax(m_theme.size("size.statusBar"), QFontMetrics(m_theme.font(FontRole::Small)).height() + 10));
    };
    resize();
    connect(&theme, &Theme::changed, this, resize);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 1, 0, 0);
    row->setSpacing(0);
    for (StatusSegment *segment : {m_inFlight, m_queue, m_today, m_cache, m_warning})
        row->addWidget(segment);
    m_warning->setLeads(true);
    m_warning->hide();
    m_cache->setLeads(true);
    m_cache->setToolTip(tr("Hits among today’s requests that used the cache. Opens the cache settings."));
    m_today->setToolTip(tr("What today’s requests cost, in your time zone."));
    m_inFlight->setToolTip(tr("Requests that are running"));
    m_queue->setToolTip(tr("Requests that wait for a free place at their provider"));
    row->addStretch(1);
    if (demoProfile) {
        auto *demo = new StatusSegment(theme, {}, this);
        demo->setNotice(QStringLiteral("simulator"), "warning.text", tr("Demo profile, invented prices"));
        demo->setObjectName(QStringLiteral("demo"));
        demo->setLeads(true);
        demo->setToolTip(tr("Nothing here costs money. Click to return to your own profile."));
        connect(demo, &StatusSegment::clicked, this, &StatusStrip::demoClicked);
        row->addWidget(demo);
    }
    connect(m_warning, &StatusSegment::clicked, this, &StatusStrip::storageClicked);
    connect(m_cache, &StatusSegment::clicked, this, &StatusStrip::cacheClicked);
    m_inFlight->setObjectName(QStringLiteral("inFlight"));
    m_queue->setObjectName(QStringLiteral("queue"));
    m_today->setObjectName(QStringLiteral("today"));
    m_cache->setObjectName(QStringLiteral("cache"));
    m_warning->setObjectName(QStringLiteral("warning"));
    show(StatusFigures{});
}

void StatusStrip::show(const StatusFigures &figures)
{
    m_inFlight->setValue(formatCount(figures.inFlight));
    m_queue->setValue(formatCount(figures.queued));
    const DayFigures &today = figures.today;
    QString remark = tr("no budget set");
    if (today.unpriced > 0)
        remark = tr("%1 unpriced, %2").arg(formatCount(today.unpriced), remark);
    m_today->setValue(formatMoneyTotal(today.cost), remark);
    const qint64 looked = today.cacheHits + today.cacheMisses;
    m_cache->setValue(formatRatio(looked > 0 ? std::optional(double(today.cacheHits) / double(looked)) : std::nullopt));
    m_warning->setVisible(figures.storageError.has_value());
    if (figures.storageError) {
        m_warning->setNotice(QStringLiteral("warning"), "warning.text", figures.storageError->what);
        m_warning->setToolTip(figures.storageError->text().toHtmlEscaped());
    }
}

void StatusStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color("bg.window"));
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.color("border.default"));
}

} // namespace tollgate::ui
