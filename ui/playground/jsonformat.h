// Pretty-printed JSON text and its colours, line by line. Pure.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QTextLayout>

namespace tollgate::ui {

class Theme;

// Two spaces per level; text that is not JSON comes back as it is.
QString prettyJson(const QByteArray &json);
// Colours of one line. `insideString`: the line continues a string that was broken for display.
QList<QTextLayout::FormatRange> jsonFormats(const Theme &theme, const QString &line, bool insideString);

} // namespace tollgate::ui
