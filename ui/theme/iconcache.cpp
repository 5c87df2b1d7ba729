#include "ui/theme/iconcache.h"

#include "ui/theme/theme.h"

#include <QPainter>
#include <QSvgRenderer>

#include <cmath>

namespace tollgate::ui {

QPixmap IconCache::pixmap(const QString &name, int size, const QColor &color, qreal devicePixelRatio)
{
    const QString key = name + u'/' + QString::number(size) + u'/' + (color.isValid() ? color.name(QColor::HexArgb) : QString())
        + u'/' + QString::number(devicePixelRatio);
    if (const QPixmap *known = m_pixmaps.object(key))
        return *known;
    QSvgRenderer renderer(QStringLiteral(":/tollgate/icons/") + name + QStringLiteral(".svg"));
    Q_ASSERT_X(renderer.isValid(), "IconCache", qUtf8Printable(name));
    const int pixels = qMax(1, int(std::lround(size * devicePixelRatio)));
    QImage image(pixels, pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    renderer.render(&painter, QRectF(0, 0, pixels, pixels));
    if (color.isValid()) {
        painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
        painter.fillRect(image.rect(), color);
    }
    painter.end();
    QPixmap result = QPixmap::fromImage(image);
    result.setDevicePixelRatio(devicePixelRatio);
    m_pixmaps.insert(key, new QPixmap(result));
    return result;
}

ThemedIconEngine::ThemedIconEngine(const Theme *theme, QString name, const char *token)
    : m_theme(theme), m_name(std::move(name)), m_token(token)
{
}

QPixmap ThemedIconEngine::render(int size, QIcon::Mode mode, qreal scale) const
{
    if (!m_theme)
        return {};
    return m_theme->pixmap(m_name, size, mode == QIcon::Disabled ? "text.disabled" : m_token.constData(), scale);
}

void ThemedIconEngine::paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State)
{
    const int side = qMin(rect.width(), rect.height());
    const QPixmap pixmap = render(side, mode, painter->device()->devicePixelRatioF());
    painter->drawPixmap(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, pixmap);
}

QPixmap ThemedIconEngine::pixmap(const QSize &size, QIcon::Mode mode, QIcon::State)
{
    return render(qMin(size.width(), size.height()), mode, 1);
}

// QIcon asks in device pixels; the answer carries its scale.
QPixmap ThemedIconEngine::scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal scale)
{
    return render(int(std::lround(qMin(size.width(), size.height()) / scale)), mode, scale);
}

QSize ThemedIconEngine::actualSize(const QSize &size, QIcon::Mode, QIcon::State)
{
    const int side = qMin(size.width(), size.height());
    return {side, side};
}

QIconEngine *ThemedIconEngine::clone() const
{
    return new ThemedIconEngine(*this);
}

} // namespace tollgate::ui
