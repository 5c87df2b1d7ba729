// Replays an answer through a decoder in any split and keeps all that came out, so that two replays can be compared.
#pragma once

#include "core/providers/provider.h"

#include <QJsonObject>
#include <QString>

namespace tollgate::test {

// One answer as a server would send it, and what the decoder must make of it.
struct ReplayFixture {
    QString name; // "groq/stream_usage.sse"
    ProviderConfig config;
    bool streamed = true;
    int status = 200;
    Headers headers;
    QByteArray body;
    QJsonObject expected;
};

struct Replayed {
    DecodeEnd end;
    Completion completion;
    // The deltas joined by kind; tool calls as "id|name|arguments".
    QString text;
    QString reasoning;
    QString refusal;
    QStringList toolCalls;
    bool sawEnd = false;
    bool sawEvent = false;

    // Everything but the deltas' borders, as one text.
    QString summary() const;
};

Message messageOf(Role role, const QString &text);
QList<ReplayFixture> replayFixtures();
ProviderConfig configOfDialect(const QString &dialect);
// Feeds the body in pieces that end at `cuts` (rising offsets), then finishes.
Replayed replay(const ReplayFixture &fixture, const QList<qsizetype> &cuts = {}, bool httpComplete = true);
Replayed replayBytewise(const ReplayFixture &fixture);

} // namespace tollgate::test
