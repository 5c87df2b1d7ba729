#include "tests/core/simulator/simulatorfixture.h"

namespace tollgate::test {

namespace {

// Takes the chunks apart; false when the last one is missing.
bool dechunk(QByteArrayView rest, QByteArray &body)
{
    for (;;) {
        const qsizetype line = rest.indexOf("\r\n");
        if (line < 0)
            return false;
        bool ok = false;
        const qsizetype size = rest.first(line).toByteArray().toLongLong(&ok, 16);
        rest = rest.sliced(line + 2);
        if (!ok)
            return false;
        if (size == 0)
            return rest == QByteArrayView("\r\n");
        body.append(rest.first(qMin(size, rest.size())));
        if (rest.size() < size + 2)
            return false;
        rest = rest.sliced(size + 2);
    }
}

} // namespace

Reply parseReply(const QByteArray &bytes)
{
    Reply reply;
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0 || !bytes.startsWith("HTTP/1.1 "))
        return reply;
    reply.status = bytes.mid(9, 3).toInt();
    const QByteArrayList lines = bytes.first(end).split('\n');
    for (const QByteArray &line : lines.mid(1)) {
        const qsizetype colon = line.indexOf(':');
        reply.headers.add(line.first(colon), line.sliced(colon + 1).trimmed());
    }
    const QByteArrayView rest = QByteArrayView(bytes).sliced(end + 4);
    if (reply.headers.contains("transfer-encoding")) {
        reply.whole = dechunk(rest, reply.body);
    } else {
        reply.body = rest.toByteArray();
        reply.whole = reply.headers.contains("content-length") && reply.headers.value("content-length").toLongLong() == rest.size();
    }
    return reply;
}

QByteArray contentOf(const QByteArrayList &events, QByteArrayView member)
{
    QByteArray text;
    JsonDocument document;
    for (const QByteArray &event : events) {
        if (const auto json = document.parse(event))
            text += (*json)["choices"].at(0)["delta"][member].utf8().toByteArray();
    }
    return text;
}

SimulatorFixture::SimulatorFixture(const SimulatorOptions &options) : service(clock, options, log)
{
    if (const auto listening = service.listen(0); !listening)
        qFatal("listen: %s", qPrintable(listening.error().text()));
}

QByteArray SimulatorFixture::request(QByteArrayView body, QByteArrayView headers, QByteArrayView path) const
{
    return "POST " + path.toByteArray() + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(service.port())
        + "\r\nContent-Type: application/json\r\n" + headers.toByteArray() + "Content-Length: " + QByteArray::number(body.size())
        + "\r\n\r\n" + body.toByteArray();
}

QByteArray SimulatorFixture::get(QByteArrayView path, QByteArrayView headers) const
{
    return "GET " + path.toByteArray() + " HTTP/1.1\r\nHost: localhost:" + QByteArray::number(service.port()) + "\r\n"
        + headers.toByteArray() + "\r\n";
}

Reply SimulatorFixture::ask(QByteArrayView body, QByteArrayView headers)
{
    return askRaw(request(body, headers));
}

Reply SimulatorFixture::askRaw(const QByteArray &bytes)
{
    RawClient client(service.port());
    client.send(bytes);
    Reply reply;
    const bool done = turnUntil([&] {
        reply = parseReply(client.received());
        return reply.whole || client.closed();
    });
    if (!done)
        qWarning("no whole answer: %s", client.received().left(500).constData());
    return reply;
}

} // namespace tollgate::test
