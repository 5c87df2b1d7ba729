// {{variables}} in prompts. A name is letters, digits and _, not starting with a digit; spaces inside the braces are allowed.
// "\{{" is a literal "{{". Values are never scanned again.
#pragma once

#include <QHash>
#include <QList>
#include <QStringList>
#include <QStringView>

namespace tollgate {

struct VariableUse {
    QString name;
    qsizetype start = 0; // of the opening braces
    qsizetype length = 0;
};

QList<VariableUse> variablesIn(QStringView text);
// Distinct names over several texts, in order of first use.
QStringList variableNames(const QStringList &texts);
// Fills every variable that has a value; names without one go to `missing` (if given) and stay as they are.
QString fillTemplate(QStringView text, const QHash<QString, QString> &values, QStringList *missing = nullptr);

} // namespace tollgate
