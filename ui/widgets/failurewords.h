// Turns a failure into words: what happened (title), why (text), what the provider said (facts), what to do (actions); ui.md section 11
// word for word, and the same tone where it is silent. Pure; all of it is plain text.
#pragma once

#include "core/base/error.h"
#include "core/engine/call.h"

#include <QList>
#include <QString>

#include <optional>

namespace tollgate::ui {

struct FailureFact {
    QString label; // "Provider said"
    QString value;
    bool mono = false;
};

// Ids: replaceKey, addKey, tryModel, openRequest, runAgain, runLater, raiseTimeout, showLongest, chooseModel, goToVariable, openProvider,
// openStorage, allowRun, keepPartial.
struct FailureAction {
    QString id;
    QString text;
    QString iconName;
    bool primary = false;
};

struct FailureWords {
    QString title;
    QString text;
    QString iconName = QStringLiteral("error");
    bool warning = false; // amber instead of red: stopped, incomplete, budget
    bool news = false;    // neither: nothing is wrong (accepted, the answer comes later)
    QList<FailureFact> facts;
    QList<FailureAction> actions;
    QString badge; // for the state badge: "Failed, 401", "Timed out", "Stopped"
};

// What the view knows beyond the failure. Actions whose fact is missing are not offered.
struct FailureContext {
    QString provider;         // shown name
    QString model;
    QString lastFour;         // of the key used
    QString keyPlace;         // "in keychain as openai/default", "from OPENAI_API_KEY"
    QString keyVariable;      // ProviderConfig::keyEnv
    QString otherModel;       // a model of another provider to try; empty: none
    QString messageId;        // of an accepted request
    int attempts = 1;         // made
    bool sent = true;         // an attempt reached the provider
    bool partCame = true;     // text or reasoning
    qint64 elapsedMs = -1;    // accepted to settled; -1: unknown
    std::optional<qint64> inputTokens;
    std::optional<qint64> contextTokens;
    qint64 nowWallMs = 0;     // for "Run again at 14:33"; 0: no such action
    bool hasLocalModel = false;
    bool canRunAgain = true;    // offers Run again and what needs it (false in a connection test)
    bool canOpenRequest = false; // a Requests page exists
};

FailureWords wordsFor(const Failure &failure, const FailureContext &context);
// Takes attempts, times and token counts from the record. `context` gives names and what is possible.
FailureWords wordsFor(const Outcome &outcome, FailureContext context);
// "Set {{order_id}} to run". `message` counts from 1.
FailureWords wordsForMissingVariable(const QString &variable, int message);
// "History is not being saved" beside good answers.
FailureWords wordsForStorage(const Error &error);
// One line: "Key rejected (401)", "Timed out after 30 s", for lists.
QString shortWords(const Failure &failure);

} // namespace tollgate::ui
