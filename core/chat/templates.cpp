#include "core/chat/templates.h"

namespace tollgate {

namespace {

bool isNameStart(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_';
}

bool isNameCharacter(QChar c)
{
    return isNameStart(c) || (c >= u'0' && c <= u'9');
}

struct Token {
    enum class Kind : quint8 { Variable, Escape };
    Kind kind = Kind::Variable;
    VariableUse use; // of an escape: the backslash and the braces, no name
};

// The variable that opens at `start`, where "{{" stands; a length of 0 when it is not one.
VariableUse variableAt(QStringView text, qsizetype start)
{
    const auto skipSpaces = [text](qsizetype at) {
        while (at < text.size() && (text[at] == u' ' || text[at] == u'\t'))
            ++at;
        return at;
    };
    const qsizetype nameStart = skipSpaces(start + 2);
    qsizetype nameEnd = nameStart;
    if (nameEnd < text.size() && isNameStart(text[nameEnd])) {
        while (nameEnd < text.size() && isNameCharacter(text[nameEnd]))
            ++nameEnd;
    }
    const qsizetype close = skipSpaces(nameEnd);
    if (nameEnd == nameStart || !text.sliced(close).startsWith(u"}}"))
        return {};
    return {text.sliced(nameStart, nameEnd - nameStart).toString(), start, close + 2 - start};
}

template <class Visit>
void scan(QStringView text, Visit visit)
{
    qsizetype at = 0;
    while ((at = text.indexOf(u"{{", at)) >= 0) {
        if (at > 0 && text[at - 1] == u'\\') {
            visit(Token{Token::Kind::Escape, {{}, at - 1, 3}});
            at += 2;
            continue;
        }
        VariableUse use = variableAt(text, at);
        if (use.length == 0) {
            ++at; // "{{{x}}" holds a variable after its first brace
            continue;
        }
        at += use.length;
        visit(Token{Token::Kind::Variable, std::move(use)});
    }
}

} // namespace

QList<VariableUse> variablesIn(QStringView text)
{
    QList<VariableUse> uses;
    scan(text, [&uses](const Token &token) {
        if (token.kind == Token::Kind::Variable)
            uses.append(token.use);
    });
    return uses;
}

QStringList variableNames(const QStringList &texts)
{
    QStringList names;
    for (const QString &text : texts) {
        for (const VariableUse &use : variablesIn(text)) {
            if (!names.contains(use.name))
                names.append(use.name);
        }
    }
    return names;
}

QString fillTemplate(QStringView text, const QHash<QString, QString> &values, QStringList *missing)
{
    QString filled;
    qsizetype copied = 0;
    scan(text, [&](const Token &token) {
        filled += text.sliced(copied, token.use.start - copied);
        copied = token.use.start + token.use.length;
        if (token.kind == Token::Kind::Escape) {
            filled += u"{{";
            return;
        }
        const auto value = values.constFind(token.use.name);
        if (value != values.cend()) {
            filled += *value;
            return;
        }
        filled += text.sliced(token.use.start, token.use.length);
        if (missing && !missing->contains(token.use.name))
            missing->append(token.use.name);
    });
    filled += text.sliced(copied);
    return filled;
}

} // namespace tollgate
