#include "ui/theme/tokens.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

namespace tollgate::ui {

Tokens::Tokens()
{
    QFile file(QStringLiteral(":/tollgate/tokens/tokens.json"));
    [[maybe_unused]] const bool open = file.open(QIODevice::ReadOnly);
    Q_ASSERT_X(open, "Tokens", "tokens.json is not in the resources");
    const QJsonObject root = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonObject color = root[QLatin1String("color")].toObject();
    const QJsonObject chart = root[QLatin1String("chart")].toObject();
    addColors(m_light, {}, color[QLatin1String("light")].toObject());
    addColors(m_dark, {}, color[QLatin1String("dark")].toObject());
    addColors(m_light, "chart.", chart[QLatin1String("light")].toObject());
    addColors(m_dark, "chart.", chart[QLatin1String("dark")].toObject());
    Q_ASSERT_X(!m_light.isEmpty() && m_light.size() == m_dark.size(), "Tokens", "both themes must name the same colours");
    m_lightStrong = strengthened(m_light);
    m_darkStrong = strengthened(m_dark);
    for (const char *group : {"space", "radius", "border", "size", "pane", "font", "motion", "timing", "chartStyle"})
        addNumbers(QByteArray(group) + '.', root[QLatin1String(group)].toObject());
}

void Tokens::addColors(QHash<QByteArray, QColor> &into, const QByteArray &prefix, const QJsonObject &object)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QByteArray name = prefix + it.key().toUtf8();
        if (it->isString()) {
            into.insert(name, QColor(it->toString()));
        } else if (it->isArray()) {
            const QJsonArray list = it->toArray();
            for (qsizetype i = 0; i < list.size(); ++i)
                into.insert(name + '.' + QByteArray::number(i), QColor(list[i].toString()));
        } else {
            addColors(into, name + '.', it->toObject());
        }
    }
}

QHash<QByteArray, QColor> Tokens::strengthened(const QHash<QByteArray, QColor> &colors)
{
    // Only colours that are in the file, so that check_tokens.py speaks for them too: each pair here is checked there on more
    // backgrounds or at a higher limit than the one it replaces.
    static constexpr std::pair<const char *, const char *> stronger[] = {
        {"border.subtle", "border.control"}, {"border.default", "border.control"}, {"border.control", "text.secondary"},
        {"text.disabled", "text.tertiary"},  {"text.tertiary", "text.secondary"},  {"text.secondary", "text.primary"},
        {"chart.grid", "border.default"},    {"chart.axis", "border.control"},     {"chart.label", "text.secondary"},
    };
    QHash<QByteArray, QColor> result = colors;
    for (const auto &[weak, strong] : stronger)
        if (result.contains(weak))
            result.insert(weak, colors.value(strong));
    return result;
}

void Tokens::addNumbers(const QByteArray &prefix, const QJsonObject &object)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QByteArray name = prefix + it.key().toUtf8();
        if (it->isDouble()) {
            m_numbers.insert(name, it->toDouble());
        } else if (it->isArray()) {
            const QJsonArray list = it->toArray();
            for (qsizetype i = 0; i < list.size(); ++i)
                m_numbers.insert(name + '.' + QByteArray::number(i), list[i].toDouble());
        } else if (it->isObject()) {
            addNumbers(name + '.', it->toObject());
        }
    }
}

QColor Tokens::color(const char *token, bool dark, bool strong) const
{
    const QHash<QByteArray, QColor> &table = colors(dark, strong);
    const auto it = table.constFind(QByteArray::fromRawData(token, qsizetype(qstrlen(token))));
    Q_ASSERT_X(it != table.constEnd(), "Tokens::color", token);
    return it == table.constEnd() ? QColor(Qt::magenta) : *it;
}

double Tokens::number(const char *token) const
{
    const auto it = m_numbers.constFind(QByteArray::fromRawData(token, qsizetype(qstrlen(token))));
    Q_ASSERT_X(it != m_numbers.constEnd(), "Tokens::number", token);
    return it == m_numbers.constEnd() ? 0 : *it;
}

} // namespace tollgate::ui
