#include "app/invocation.h"

#include <QDir>

namespace tollgate::app {

QString Invocation::resolve(const QString &path) const
{
    return QDir::cleanPath(QDir(folder).absoluteFilePath(path));
}

} // namespace tollgate::app
