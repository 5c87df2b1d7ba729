#include "ui/theme/theme.h"

#include "ui/theme/desktopscheme.h"
#include "ui/theme/iconcache.h"
#include "ui/theme/stylesheet.h"
#include "ui/theme/tokens.h"
#include "ui/theme/tollgatestyle.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QPalette>
#include <QScreen>

#include <cmath>

static void loadResources()
{
    Q_INIT_RESOURCE(ui); // the resources sit in a static library; outside any namespace, as the macro demands
}

namespace tollgate::ui {

class Theme::Private
{
public:
    Private(Theme &theme, QApplication &application) : q(theme), app(application) {}

    void apply();
    QPalette palette() const;
    double basePx() const { return systemPx * looks.textSizePercent / 100.0; }
    QColor color(const char *token) const { return tokens.color(token, dark, looks.increaseContrast); }
    double pxOf(FontRole role) const;
    QFont sized(QFont font, double px) const;

    Theme &q;
    QApplication &app;
    Tokens tokens;
    DesktopScheme scheme;
    IconCache icons;
    Appearance looks;
    bool dark = false;
    bool darkByPalette = false; // what the platform's palette said before ours replaced it
    QFont systemFont;
    QFont fixedFont;
    double systemPx = 13;
    bool equalDigits = true;
    QStringList models;
};

QFont Theme::Private::sized(QFont font, double px) const
{
    // Point sizes, because pixel sizes are whole numbers and the response role is not.
    const QScreen *screen = QGuiApplication::primaryScreen();
    font.setPointSizeF(px * 72.0 / (screen ? screen->logicalDotsPerInchY() : 96.0));
    return font;
}

double Theme::Private::pxOf(FontRole role) const
{
    const auto ratio = [&](const char *token) { return basePx() * tokens.number(token); };
    switch (role) {
    case FontRole::Caption: return ratio("font.ratio.caption");
    case FontRole::Small: return ratio("font.ratio.small");
    case FontRole::Body: return basePx();
    case FontRole::Response: return ratio("font.ratio.response");
    case FontRole::Title: return ratio("font.ratio.title");
    case FontRole::Metric: return ratio("font.ratio.metric");
    case FontRole::MetricStrip: return basePx() * tokens.number("font.px.metricStrip") / tokens.number("font.basePx");
    case FontRole::Mono: return basePx() * tokens.number("font.px.mono") / tokens.number("font.basePx");
    }
    Q_UNREACHABLE();
}

QPalette Theme::Private::palette() const
{
    const auto c = [&](const char *token) { return color(token); };
    QPalette p;
    p.setColor(QPalette::Window, c("bg.base"));
    p.setColor(QPalette::WindowText, c("text.primary"));
    p.setColor(QPalette::Base, c("bg.panel"));
    p.setColor(QPalette::AlternateBase, c("bg.header"));
    p.setColor(QPalette::Text, c("text.primary"));
    p.setColor(QPalette::PlaceholderText, c("text.tertiary"));
    p.setColor(QPalette::Button, c("bg.raised"));
    p.setColor(QPalette::ButtonText, c("text.primary"));
    p.setColor(QPalette::BrightText, c("danger.text"));
    p.setColor(QPalette::ToolTipBase, c("bg.tooltip"));
    p.setColor(QPalette::ToolTipText, c("text.onTooltip"));
    p.setColor(QPalette::Highlight, c("selection.bg"));
    p.setColor(QPalette::Inactive, QPalette::Highlight, c("selection.inactive"));
    p.setColor(QPalette::HighlightedText, c("text.primary"));
    p.setColor(QPalette::Link, c("accent.text"));
    p.setColor(QPalette::LinkVisited, c("accent.text"));
    p.setColor(QPalette::Light, c("bg.hover"));
    p.setColor(QPalette::Midlight, c("border.subtle"));
    p.setColor(QPalette::Mid, c("border.default"));
    p.setColor(QPalette::Dark, c("border.control"));
    p.setColor(QPalette::Shadow, c("border.control"));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        p.setColor(QPalette::Disabled, role, c("text.disabled"));
    return p;
}

void Theme::Private::apply()
{
    dark = looks.mode == ThemeMode::Dark || (looks.mode == ThemeMode::System && scheme.isDark().value_or(darkByPalette));
    app.setPalette(palette());
    app.setFont(sized(systemFont, basePx()));
    StyleSizes sizes;
    sizes.control = q.controlHeight();
    sizes.controlSmall = q.smallControlHeight();
    sizes.row = q.rowHeight();
    sizes.small = int(std::lround(pxOf(FontRole::Small)));
    sizes.body = int(std::lround(pxOf(FontRole::Body)));
    sizes.title = int(std::lround(pxOf(FontRole::Title)));
    app.setStyleSheet(buildStyleSheet(tokens, dark, sizes, looks.increaseContrast));
    Q_EMIT q.changed();
}

Theme::Theme(QApplication &app) : d((loadResources(), std::make_unique<Private>(*this, app)))
{
    d->darkByPalette = app.palette().color(QPalette::Window).lightness() < 128;
    d->systemFont = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    d->fixedFont = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    d->fixedFont.setStyleHint(QFont::Monospace);
    d->systemPx = qBound(12, QFontInfo(d->systemFont).pixelSize(), 16);
    const QFontMetricsF metrics(d->sized(d->systemFont, 40)); // big, so that rounding cannot hide a difference
    for (char16_t digit = u'1'; digit <= u'9'; ++digit)
        d->equalDigits = d->equalDigits && qAbs(metrics.horizontalAdvance(QChar(digit)) - metrics.horizontalAdvance(u'0')) < 0.01;
    app.setStyle(new TollgateStyle(*this));
    connect(&d->scheme, &DesktopScheme::changed, this, [this] {
        if (d->looks.mode == ThemeMode::System)
            d->apply();
        else
            Q_EMIT changed(); // the animation setting
    });
    d->apply();
}

Theme::~Theme()
{
    // The application outlives the theme; its style must not ask a dead one.
    d->app.setStyleSheet({});
    d->app.setStyle(QStringLiteral("Fusion"));
    d->app.setPalette(QPalette());
}

void Theme::setAppearance(const Appearance &appearance)
{
    Appearance wanted = appearance;
    wanted.textSizePercent = qBound(90, wanted.textSizePercent, 150);
    if (d->looks == wanted)
        return;
    d->looks = wanted;
    d->apply();
}

void Theme::setMode(ThemeMode mode)
{
    Appearance wanted = d->looks;
    wanted.mode = mode;
    setAppearance(wanted);
}

void Theme::setTextSizePercent(int percent)
{
    Appearance wanted = d->looks;
    wanted.textSizePercent = percent;
    setAppearance(wanted);
}

const Appearance &Theme::appearance() const { return d->looks; }
ThemeMode Theme::mode() const { return d->looks.mode; }
bool Theme::isDark() const { return d->dark; }
int Theme::textSizePercent() const { return d->looks.textSizePercent; }
bool Theme::reducedMotion() const { return d->looks.reduceMotion || d->scheme.reducedMotion(); }

QColor Theme::color(const char *token) const
{
    return d->color(token);
}

QColor Theme::modelColor(const QString &model) const
{
    qsizetype place = d->models.indexOf(model);
    if (place < 0) {
        place = d->models.size();
        d->models.append(model);
        // Queued: colours are asked for while painting, and nobody should write a file there.
        QMetaObject::invokeMethod(const_cast<Theme *>(this), &Theme::modelOrderChanged, Qt::QueuedConnection);
    }
    if (place >= 8)
        return color("chart.other");
    return color(QByteArray("chart.series.").append(char('0' + place)).constData());
}

QStringList Theme::modelOrder() const { return d->models; }

void Theme::setModelOrder(const QStringList &models)
{
    d->models = models;
    Q_EMIT changed();
}

int Theme::size(const char *token) const
{
    return int(std::lround(d->tokens.number(token)));
}

QFont Theme::font(FontRole role, QFont::Weight weight) const
{
    QFont font = d->sized(role == FontRole::Mono ? d->fixedFont : d->systemFont, d->pxOf(role));
    font.setWeight(weight);
    return font;
}

QFont Theme::digitsFont(FontRole role, QFont::Weight weight) const
{
    if (d->equalDigits || role == FontRole::Mono)
        return font(role, weight);
    QFont font = d->sized(d->fixedFont, d->pxOf(role) * 0.96);
    font.setWeight(weight);
    return font;
}

QIcon Theme::icon(const QString &name, const char *token) const
{
    return QIcon(new ThemedIconEngine(this, name, token));
}

QPixmap Theme::pixmap(const QString &name, int size, const char *token, qreal devicePixelRatio) const
{
    return d->icons.pixmap(name, size, color(token), devicePixelRatio);
}

QIcon Theme::appIcon() const
{
    QIcon icon;
    for (const int size : {16, 20, 24, 32, 48, 64, 128})
        icon.addPixmap(d->icons.pixmap(size < 24 ? QStringLiteral("app-icon-16") : QStringLiteral("app-icon"), size, QColor(), 1));
    for (const int size : {24, 32, 48}) // sharp on screens of twice the density
        icon.addPixmap(d->icons.pixmap(QStringLiteral("app-icon"), size, QColor(), 2));
    return icon;
}

int Theme::controlHeight() const
{
    return qMax(size("size.control"), QFontMetrics(font(FontRole::Body)).height() + 12);
}

int Theme::smallControlHeight() const
{
    return qMax(size("size.controlSmall"), QFontMetrics(font(FontRole::Small)).height() + 9);
}

int Theme::rowHeight() const
{
    const int text = QFontMetrics(font(FontRole::Small)).height();
    switch (d->looks.density) {
    case Density::Compact: return qMax(size("size.rowCompact"), text + 8);
    case Density::Normal: return qMax(size("size.row"), text + 10);
    case Density::Roomy: return qMax(size("size.rowRoomy"), text + 14);
    }
    Q_UNREACHABLE();
}

} // namespace tollgate::ui
