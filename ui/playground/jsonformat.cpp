#include "ui/playground/jsonformat.h"

#include "ui/theme/theme.h"

namespace tollgate::ui {

namespace {

qsizetype stringEnd(QByteArrayView json, qsizetype from)
{
    for (qsizetype i = from; i < json.size(); ++i) {
        if (json[i] == '\\')
            ++i;
        else if (json[i] == '"')
            return i + 1;
    }
    return json.size();
}

} // namespace

QString prettyJson(const QByteArray &json)
{
    QByteArray out;
    out.reserve(json.size() + json.size() / 8);
    int depth = 0;
    const auto newLine = [&] { out.append('\n').append(2 * qMax(depth, 0), ' '); };
    for (qsizetype i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"') {
            const qsizetype end = stringEnd(json, i + 1);
            out.append(json.constData() + i, end - i);
            i = end - 1;
        } else if (c == '{' || c == '[') {
            out.append(c);
            qsizetype next = i + 1;
            while (next < json.size() && (json[next] == ' ' || json[next] == '\n' || json[next] == '\r' || json[next] == '\t'))
                ++next;
            if (next < json.size() && (json[next] == '}' || json[next] == ']')) {
                out.append(json[next]);
                i = next;
            } else {
                depth = qMin(depth + 1, 64);
                newLine();
            }
        } else if (c == '}' || c == ']') {
            --depth;
            newLine();
            out.append(c);
        } else if (c == ',') {
            out.append(c);
            newLine();
        } else if (c == ':') {
            out.append(": ");
        } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            out.append(c);
        }
    }
    return QString::fromUtf8(out);
}

QList<QTextLayout::FormatRange> jsonFormats(const Theme &theme, const QString &line, bool insideString)
{
    QList<QTextLayout::FormatRange> formats;
    const auto add = [&](qsizetype from, qsizetype to, const char *token) {
        QTextLayout::FormatRange range;
        range.start = int(from);
        range.length = int(to - from);
        range.format.setForeground(theme.color(token));
        formats.append(range);
    };
    qsizetype i = 0;
    bool inside = insideString;
    while (i < line.size()) {
        const QChar c = line[i];
        if (inside || c == u'"') {
            qsizetype end = inside ? i : i + 1;
            while (end < line.size() && line[end] != u'"')
                end += line[end] == u'\\' ? 2 : 1;
            end = qMin(end + 1, line.size());
            qsizetype after = end;
            while (after < line.size() && line[after] == u' ')
                ++after;
            add(i, end, after < line.size() && line[after] == u':' ? "code.key" : "code.string");
            inside = false;
            i = end;
        } else if (c.isDigit() || c == u'-') {
            const qsizetype from = i;
            while (i < line.size() && (line[i].isLetterOrNumber() || line[i] == u'.' || line[i] == u'-' || line[i] == u'+'))
                ++i;
            add(from, i, "code.number");
        } else if (c.isLetter()) {
            const qsizetype from = i;
            while (i < line.size() && line[i].isLetter())
                ++i;
            add(from, i, "code.keyword");
        } else {
            ++i;
        }
    }
    return formats;
}

} // namespace tollgate::ui
