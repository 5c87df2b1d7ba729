#include "core/providers/anthropicmodel.h"

#include <QStringList>

#include <algorithm>

namespace tollgate {

namespace {

// Family and version of "claude-opus-4-5-20251101", "claude-3-5-sonnet-latest", "anthropic/claude-opus-4.7": {4, 5}. Dates are no
// versions.
struct Name {
    QString family;
    int major = 0;
    int minor = 0;
};

Name nameOf(const QString &id)
{
    Name name;
    const qsizetype start = id.lastIndexOf(QLatin1String("claude-"));
    if (start < 0)
        return name;
    QString rest = id.sliced(start + 7);
    rest.replace(u'.', u'-');
    int numbers = 0;
    for (const QString &word : rest.split(u'-')) {
        bool isNumber = false;
        const int number = word.toInt(&isNumber);
        if (isNumber && word.size() <= 2 && numbers < 2)
            (numbers++ == 0 ? name.major : name.minor) = number;
        else if (!isNumber && name.family.isEmpty())
            name.family = word;
    }
    return name;
}

} // namespace

AnthropicModel anthropicModel(const QString &id)
{
    const Name name = nameOf(id);
    const int version = name.major * 10 + name.minor;
    if (name.major == 0)
        return {};
    if (version < 35)
        return {Thinking::None, true, 4096};
    if (version < 37)
        return {Thinking::None, true, 8192};
    if (version < 46) {
        const bool firstOpus = name.family == u"opus" && version < 45;
        return {Thinking::Budget, true, firstOpus ? 32'000 : 64'000};
    }
    return {Thinking::Adaptive, version < 47, version < 47 && name.family != u"opus" ? 64'000 : 128'000};
}

qint64 anthropicMaxTokens(const QString &model, const QString &effort)
{
    const qint64 usual = effort == u"xhigh" || effort == u"max" ? 64'000 : 32'000;
    return std::min(usual, anthropicModel(model).maxTokens);
}

} // namespace tollgate
