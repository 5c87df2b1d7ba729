// The server's Responder: a handle to a connection's current request. Either may die first.
#pragma once

#include "core/net/httpserver.h"

namespace tollgate {

class ServerConnection;

class ServerResponder final : public Responder
{
public:
    explicit ServerResponder(ServerConnection &connection) : m_connection(&connection) {}
    ~ServerResponder() override;

    void send(int status, const Headers &headers, QByteArrayView body) override;
    void begin(int status, const Headers &headers) override;
    void write(QByteArrayView piece) override;
    void end() override;
    void writeRaw(QByteArrayView bytes) override;
    void abort(bool reset) override;
    bool isConnected() const override;
    bool canWrite() const override;
    void onDisconnected(std::function<void()> callback) override { m_disconnected = std::move(callback); }
    void onWritable(std::function<void()> callback) override { m_writable = std::move(callback); }

    // For the connection. The answer has ended, or the connection is being destroyed: nothing more reaches it.
    void detach() { m_connection = nullptr; }
    void clientLeft(); // may delete this
    void writable();   // may delete this

private:
    ServerConnection *m_connection; // tells us before it dies
    std::function<void()> m_disconnected;
    std::function<void()> m_writable;
};

} // namespace tollgate
