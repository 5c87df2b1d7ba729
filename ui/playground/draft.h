// What the Playground holds between runs and over restarts: prompt, variables, model, parameters. Plain values.
#pragma once

#include "core/chat/chatrequest.h"

#include <QByteArray>
#include <QHash>

namespace tollgate::ui {

// Everything of a request but its messages and model.
struct RunOptions {
    Parameters parameters;
    bool stream = true;
    CachePolicy cache = CachePolicy::Use;
    std::optional<qint64> keepSeconds;    // empty: the setting
    std::optional<qint64> timeoutSeconds; // empty: the setting
    std::optional<qint64> maxAttempts;    // empty: the setting
    QStringList tags;
    friend bool operator==(const RunOptions &, const RunOptions &) = default;
};

struct Draft {
    QString name;
    QList<Message> messages;
    QHash<QString, QString> variables;
    QString providerId;
    QString model;
    RunOptions options;
};

QByteArray toJson(const Draft &draft);
// Nothing when it is not a draft; fields it does not know are left at their defaults.
std::optional<Draft> draftFromJson(const QByteArray &json);
// What a first-time page shows.
Draft sampleDraft();

} // namespace tollgate::ui
