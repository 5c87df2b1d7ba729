#include "core/base/error.h"

#include <QStringList>

namespace tollgate {

QString Error::text() const
{
    QStringList parts;
    for (const QString &part : {what, why, fix}) {
        if (part.isEmpty())
            continue;
        const QChar last = part.back();
        parts.append(last == u'.' || last == u':' || last == u'?' ? part : part + u'.');
    }
    return parts.join(u' ');
}

} // namespace tollgate
