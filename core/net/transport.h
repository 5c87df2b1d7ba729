// One exchange over a connection of the pool: phases, stamps, deadlines, caps, and the one failure it may end with.
#pragma once

#include "core/net/connection.h"
#include "core/net/exchange.h"

#include <memory>

namespace tollgate {

class ClientCore;

// Puts its request on the wire at most once. The only case in which it takes a second connection is a pooled one that was found dead
// before the kernel had taken a single byte of the request.
class Transport final : public Exchange, private ConnectionUser
{
public:
    Transport(std::shared_ptr<ClientCore> core, HttpRequest request, ExchangeListener &listener);
    ~Transport() override;

    // Called once, from HttpClient::start(): reports nothing before it has returned.
    void begin();

    const Stamps &stamps() const override { return m_stamps; }
    void pause(bool paused) override;

    // For ClientCore.
    MonoTime deadline() const; // unset: none
    void expire(MonoTime now);
    bool tryConnection(); // false: still none free
    void tell();
    void silence();
    size_t index = 0; // place in the core's list

private:
    enum class Stage : quint8 { Waiting, Connecting, Securing, Sending, Awaiting, Streaming, Opened, Failed, Done };

    void tcpConnected(MonoTime at) override;
    void opened(MonoTime at) override;
    void wireProgress(MonoTime at, bool allSent) override;
    void bytesArrived(MonoTime at) override;
    void headReceived(HttpParser &parser) override;
    void bodyReceived(QByteArrayView piece) override;
    void messageComplete(bool byClose) override;
    void broken(const Trouble &trouble) override;

    void useConnection(bool fresh);
    Connection *acquire(bool fresh);
    void take(Connection &connection);
    void sendOn();
    void enter(Stage stage, MonoTime at);
    void fail(Trouble trouble);
    Phase phase() const;
    MonoTime phaseDeadline() const;
    Milliseconds phaseLimit() const;
    static MonoTime after(MonoTime start, Milliseconds limit);

    const std::shared_ptr<ClientCore> m_core;
    HttpRequest m_request;
    ExchangeListener &m_listener;
    Connection *m_connection = nullptr;
    Stage m_stage = Stage::Waiting;
    Stamps m_stamps;
    MonoTime m_started;
    MonoTime m_stageStarted; // or the last progress in it
    MonoTime m_lastArrival;
    qint64 m_bodyBytes = 0;
    int m_status = 0;
    bool m_mayCallListener = false;
    bool m_paused = false;
    Failure m_failure; // of Stage::Failed: waits for its delivery
};

} // namespace tollgate
