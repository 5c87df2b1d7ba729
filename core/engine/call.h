// The handle of a running request, like QNetworkReply: it lives in the thread that called Engine::send(), tells what happens as
// signals with values, and cancels when deleted.
#pragma once

#include "core/chat/completion.h"
#include "core/ledger/records.h"

#include <QObject>

#include <memory>

namespace tollgate {

// Where a request is now; the names of the road's stations.
enum class CallState : quint8 {
    Routing,
    LookingUp,
    Following,
    Reserving,
    Waiting,
    Connecting,
    Sending,
    Streaming,
    BackingOff,
    Settling,
    Done,
};
QString callStateName(CallState state);

// How a request ended: the completion (partial on failure), the failure if any, and the ledger's record of it.
struct Outcome {
    Completion completion;
    std::optional<Failure> failure; // empty: a usable answer
    RequestRecord record;
    QString warning; // "History is not being saved: ..." beside a good answer; usually empty
    bool ok() const { return !failure; }
};

struct RetryNotice {
    int attempt = 1; // the one that failed
    Failure failure;
    std::chrono::milliseconds delay{0};
    QString why;
};

class CallLink; // the thread-safe line between a Call and its flight in the engine

class Call : public QObject
{
    Q_OBJECT
public:
    explicit Call(std::shared_ptr<CallLink> link);
    ~Call() override; // cancels

    RequestId id() const; // none until the engine has accepted it
    bool isFinished() const;
    // Asks to stop; finished() follows (kind Cancelled, or the answer if it was already whole).
    void cancel();

Q_SIGNALS:
    // Pieces in order. Between threads several are delivered in one batch.
    void delta(const QList<tollgate::Delta> &pieces);
    void stateChanged(tollgate::CallState state);
    void retrying(const tollgate::RetryNotice &notice);
    // Exactly once; nothing follows.
    void finished(const tollgate::Outcome &outcome);

protected:
    void customEvent(QEvent *event) override;

private:
    friend class CallLink;
    std::shared_ptr<CallLink> m_link;
};

} // namespace tollgate
