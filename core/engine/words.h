// Sentences of the engine in the user's language.
#pragma once

#include <QCoreApplication>
#include <QString>

namespace tollgate {

inline QString engineWords(const char *text)
{
    return QCoreApplication::translate("Engine", text);
}

} // namespace tollgate
