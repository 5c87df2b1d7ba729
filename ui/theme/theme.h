// Colours, fonts, sizes and icons of the current theme, from resources/tokens/tokens.json. Made by the composition root and handed
// to views; changed() tells them to repaint. Nothing else in ui knows a colour.
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPixmap>
#include <QStringList>

#include <memory>

class QApplication;

namespace tollgate::ui {

enum class ThemeMode : quint8 { System, Light, Dark };
enum class Density : quint8 { Compact, Normal, Roomy }; // rows of 24, 26, 30 px
enum class FontRole : quint8 { Caption, Small, Body, Response, Title, Metric, MetricStrip, Mono };

// What the user may choose of the looks.
struct Appearance {
    ThemeMode mode = ThemeMode::System;
    int textSizePercent = 100; // 90 to 150
    Density density = Density::Normal;
    bool increaseContrast = false; // stronger borders and texts
    bool reduceMotion = false;     // no transitions and no blinking caret, whatever the desktop says
    friend bool operator==(const Appearance &, const Appearance &) = default;
};

class Theme : public QObject
{
    Q_OBJECT
public:
    // Reads the tokens (asserted to be whole), sets style, palette, style sheet and font on the application.
    explicit Theme(QApplication &app);
    ~Theme() override;

    void setAppearance(const Appearance &appearance); // live, no restart
    const Appearance &appearance() const;
    void setMode(ThemeMode mode);
    void setTextSizePercent(int percent); // 90 to 150
    ThemeMode mode() const;
    bool isDark() const;

    // "bg.panel", "text.secondary", ... an unknown token is an assertion. Chart colours: "chart.p50", "chart.waterfall.connect",
    // "chart.series.0" to "chart.series.7", "chart.other".
    QColor color(const char *token) const;
    // The colour a model keeps everywhere, given in order of first use (stored by the caller's settings file).
    QColor modelColor(const QString &model) const;
    QStringList modelOrder() const; // models in order of first use, to be stored and given back
    void setModelOrder(const QStringList &models);
    // Sizes in px of the tokens: "size.rail", "radius.panel", "pane.settingsNav", "space.4"; unknown ones are an assertion.
    int size(const char *token) const;

    QFont font(FontRole role, QFont::Weight weight = QFont::Normal) const;
    // The UI font, or the fixed font at 0.96 of its size when the UI font's digits differ in width (ui.md section 2).
    QFont digitsFont(FontRole role, QFont::Weight weight = QFont::Normal) const;

    // Icons of resources/icons tinted with a token; cached per name, size, colour and device pixel ratio.
    QIcon icon(const QString &name, const char *token = "text.secondary") const;
    QPixmap pixmap(const QString &name, int size, const char *token, qreal devicePixelRatio) const;
    // The app icon and other many-coloured icons are never tinted.
    QIcon appIcon() const;

    // Heights that follow the font: max(token, QFontMetrics::height() + 12) for controls, + 10 for rows (8 compact, 14 roomy).
    int controlHeight() const;
    int smallControlHeight() const;
    int rowHeight() const;
    int textSizePercent() const;
    bool reducedMotion() const; // own setting, or the desktop's animation setting

Q_SIGNALS:
    void changed();
    void modelOrderChanged(); // a model got its colour; store modelOrder()

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate::ui
