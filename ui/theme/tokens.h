// resources/tokens/tokens.json as flat tables: colours of both themes and numbers. Read once; a missing or broken file is an assertion.
#pragma once

#include <QColor>
#include <QHash>
#include <QJsonObject>

namespace tollgate::ui {

class Tokens
{
public:
    Tokens();

    // "bg.panel", "chart.p50", "chart.series.0"; unknown: an assertion, magenta in release builds. `strong`: increased contrast, where
    // borders and quiet texts take the next stronger token's colour.
    QColor color(const char *token, bool dark, bool strong = false) const;
    // "size.rail", "font.ratio.caption", "radius.panel"; unknown: an assertion, 0 in release builds.
    double number(const char *token) const;
    const QHash<QByteArray, QColor> &colors(bool dark, bool strong = false) const
    {
        return strong ? (dark ? m_darkStrong : m_lightStrong) : dark ? m_dark : m_light;
    }

private:
    static void addColors(QHash<QByteArray, QColor> &into, const QByteArray &prefix, const QJsonObject &object);
    static QHash<QByteArray, QColor> strengthened(const QHash<QByteArray, QColor> &colors);
    void addNumbers(const QByteArray &prefix, const QJsonObject &object);

    QHash<QByteArray, QColor> m_light;
    QHash<QByteArray, QColor> m_dark;
    QHash<QByteArray, QColor> m_lightStrong;
    QHash<QByteArray, QColor> m_darkStrong;
    QHash<QByteArray, double> m_numbers;
};

} // namespace tollgate::ui
