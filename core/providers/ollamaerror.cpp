#include "core/providers/ollamaerror.h"

#include "core/providers/openaierror.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

bool says(const Failure &failure, QStringView words)
{
    return failure.message.contains(words, Qt::CaseInsensitive);
}

// "model 'llama3.2' not found": the name, if it can be pasted into a shell as it is.
QString missingModel(const QString &message)
{
    static const QRegularExpression pattern(QStringLiteral("model ['\"]([A-Za-z0-9._:/-]{1,200})['\"] not found"));
    return pattern.match(message).captured(1);
}

// Ollama has no codes, only sentences; those of its own server are known.
void readSentence(Failure &failure)
{
    if (const QString model = missingModel(failure.message); !model.isEmpty()) {
        failure.kind = FailureKind::Rejected;
        failure.providerCode = QStringLiteral("model_not_found");
        failure.message += u'\n' + tr("Fetch it on the machine that runs Ollama: ollama pull %1").arg(model);
    } else if (says(failure, u"context length")) {
        failure.kind = FailureKind::Rejected;
        failure.providerCode = QStringLiteral("context_length_exceeded");
    } else if (says(failure, u"does not support")) {
        failure.kind = FailureKind::Rejected;
        for (const auto &[word, parameter] : {std::pair(u"thinking", "think"), std::pair(u"tools", "tools"), std::pair(u"image", "images")}) {
            if (says(failure, word))
                failure.parameter = QString::fromLatin1(parameter);
        }
    } else if (says(failure, u"server busy")) {
        failure.kind = FailureKind::Overloaded;
    }
}

} // namespace

Failure classifyOllamaError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs)
{
    // {"error": "text"} is one of the shapes that OpenAI-compatible servers use too.
    Failure failure = classifyOpenAiError(Dialect::Generic, status, headers, body, nowWallMs);
    if (failure.kind == FailureKind::Rejected || failure.kind == FailureKind::ServerError)
        readSentence(failure);
    return failure;
}

Failure ollamaErrorInside(JsonValue root)
{
    Failure failure = openAiErrorInside(Dialect::Generic, root);
    readSentence(failure);
    return failure;
}

} // namespace tollgate
