#include "core/net/serverresponder.h"

#include "core/net/serverconnection.h"

#include <utility>

namespace tollgate {

ServerResponder::~ServerResponder()
{
    if (m_connection)
        m_connection->abandon(true);
}

void ServerResponder::send(int status, const Headers &headers, QByteArrayView body)
{
    if (m_connection)
        m_connection->sendWhole(status, headers, body);
}

void ServerResponder::begin(int status, const Headers &headers)
{
    if (m_connection)
        m_connection->beginChunked(status, headers);
}

void ServerResponder::write(QByteArrayView piece)
{
    if (m_connection)
        m_connection->writePiece(piece);
}

void ServerResponder::end()
{
    if (m_connection)
        m_connection->endChunked();
}

void ServerResponder::writeRaw(QByteArrayView bytes)
{
    if (m_connection)
        m_connection->writeVerbatim(bytes);
}

void ServerResponder::abort(bool reset)
{
    if (m_connection)
        m_connection->abandon(reset);
}

bool ServerResponder::isConnected() const
{
    return m_connection && m_connection->isOpen();
}

bool ServerResponder::canWrite() const
{
    return m_connection && m_connection->canWrite();
}

void ServerResponder::clientLeft()
{
    m_connection = nullptr;
    m_writable = nullptr;
    // Moved out first: the callback may delete this object.
    if (const auto callback = std::exchange(m_disconnected, nullptr))
        callback();
}

void ServerResponder::writable()
{
    if (const auto callback = m_writable)
        callback();
}

} // namespace tollgate
