// Icons of resources/icons: rendered from SVG at the device pixel ratio, tinted with a colour, cached.
#pragma once

#include <QCache>
#include <QColor>
#include <QIconEngine>
#include <QPixmap>
#include <QPointer>

namespace tollgate::ui {

class Theme;

class IconCache
{
public:
    IconCache() : m_pixmaps(600) {}
    // `size` in logical px. An invalid colour leaves the drawing as it is (many-coloured icons). Unknown names are an assertion.
    QPixmap pixmap(const QString &name, int size, const QColor &color, qreal devicePixelRatio);

private:
    QCache<QString, QPixmap> m_pixmaps;
};

// A QIcon that asks the theme when it paints, so that it follows live theme changes. Disabled: text.disabled.
class ThemedIconEngine final : public QIconEngine
{
public:
    ThemedIconEngine(const Theme *theme, QString name, const char *token);
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state, qreal scale) override;
    QSize actualSize(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QIconEngine *clone() const override;

private:
    QPixmap render(int size, QIcon::Mode mode, qreal scale) const;
    QPointer<const Theme> m_theme;
    QString m_name;
    QByteArray m_token;
};

} // namespace tollgate::ui
