#include "app/messagelog.h"

#include "core/base/redactor.h"

#include <QString>
#include <QtGlobal>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <vector>

namespace tollgate::app {

namespace {

// Qt calls a bare function, so what it needs cannot be handed to it.
struct Redactors {
    std::mutex mutex;
    std::vector<const Redactor *> list;
};

Redactors &redactors()
{
    static Redactors all;
    return all;
}

// Controls, and characters that turn the direction of the text or end a line where a reader does not see it.
bool isUnsafe(QChar c)
{
    const char16_t u = c.unicode();
    return u < 0x20 || (u >= 0x7F && u < 0xA0) || u == 0x061C || (u >= 0x200E && u <= 0x200F) || (u >= 0x2028 && u <= 0x202E)
           || (u >= 0x2066 && u <= 0x2069);
}

void write(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const QByteArray line = logLine(qFormatLogMessage(type, context, message)).toUtf8() + '\n';
    std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
    std::fflush(stderr);
}

} // namespace

QString logLine(const QString &message)
{
    QString text = message;
    {
        Redactors &all = redactors();
        const std::lock_guard lock(all.mutex);
        for (const Redactor *redactor : all.list)
            text = redactor->redact(text);
    }
    if (std::none_of(text.begin(), text.end(), isUnsafe))
        return text;
    QString line;
    for (const QChar c : text) {
        if (isUnsafe(c))
            line += QStringLiteral("\\u%1").arg(int(c.unicode()), 4, 16, QLatin1Char('0'));
        else
            line += c;
    }
    return line;
}

void installMessageLog() { qInstallMessageHandler(write); }

LogRedaction::LogRedaction(const Redactor &redactor) : m_redactor(redactor)
{
    Redactors &all = redactors();
    const std::lock_guard lock(all.mutex);
    all.list.push_back(&redactor);
}

LogRedaction::~LogRedaction()
{
    Redactors &all = redactors();
    const std::lock_guard lock(all.mutex);
    all.list.erase(std::find(all.list.begin(), all.list.end(), &m_redactor));
}

} // namespace tollgate::app
