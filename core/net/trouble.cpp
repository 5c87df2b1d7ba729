#include "core/net/trouble.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

using What = Trouble::What;

QString text(const char *words)
{
    return QCoreApplication::translate("Net", words);
}

// 120000 -> "120 s", 2500 -> "2.5 s".
QString seconds(qint64 ms)
{
    return text("%1 s").arg(double(ms) / 1000, 0, 'g', 6);
}

QString size(qint64 bytes)
{
    if (bytes >= 1024 * 1024)
        return text("%1 MiB").arg(bytes / (1024 * 1024));
    if (bytes >= 1024)
        return text("%1 KiB").arg(bytes / 1024);
    return text("%1 bytes").arg(bytes);
}

bool isBeforeSending(Phase phase)
{
    return phase == Phase::Connect || phase == Phase::Tls;
}

FailureKind kindOf(What what, Phase phase)
{
    switch (what) {
    case What::BadRequest:
        return FailureKind::Usage;
    case What::Certificate:
    case What::BadAuthorities:
        return FailureKind::Certificate;
    case What::Malformed:
    case What::HeadTooLarge:
    case What::BodyTooLarge:
    case What::Interim:
    case What::Encoded:
        return FailureKind::Protocol;
    default:
        return isBeforeSending(phase) ? FailureKind::Unreachable : FailureKind::Ambiguous;
    }
}

QString deadlineWords(const Trouble &trouble, const TroubleScene &scene)
{
    const QString time = seconds(trouble.number);
    switch (scene.phase) {
    case Phase::Connect:
        if (scene.resolving)
            return text("The name of %1 was not found out in %2.").arg(scene.peer, time);
        return trouble.proxy.isEmpty() ? text("No connection to %1 in %2.").arg(scene.peer, time)
                                     : text("No connection to %1 through the proxy %2 in %3.").arg(scene.peer, trouble.proxy, time);
    case Phase::Tls:
        return text("No secure connection to %1 in %2.").arg(scene.peer, time);
    case Phase::Send:
        return text("The request could not be sent in %1.").arg(time);
    case Phase::FirstByte:
        return scene.headBegun ? text("The answer stopped in its headers for %1.").arg(time) : text("No answer in %1.").arg(time);
    default:
        return text("Nothing more of the answer came for %1.").arg(time);
    }
}

QString closedWords(const Trouble &trouble, const TroubleScene &scene)
{
    if (scene.phase == Phase::Connect && !trouble.proxy.isEmpty())
        return text("The proxy %1 closed the connection to %2 before anything was sent.").arg(trouble.proxy, scene.peer);
    switch (scene.phase) {
    case Phase::Connect:
    case Phase::Tls:
        return text("%1 closed the connection before anything was sent.").arg(scene.peer);
    case Phase::Send:
        return text("The connection was closed while the request was being sent.");
    case Phase::FirstByte:
        return scene.headBegun ? text("The connection was closed in the middle of the answer's headers.")
                               : text("The connection was closed before an answer came.");
    default:
        return text("The connection was closed in the middle of the answer, after %1.").arg(size(scene.bodyBytes));
    }
}

QString openingWords(const Trouble &trouble, const TroubleScene &scene)
{
    switch (trouble.what) {
    case What::HostNotFound:
        if (!trouble.proxy.isEmpty())
            return text("The proxy %1 does not find the host of %2.").arg(trouble.proxy, scene.peer);
        return text("The host of %1 was not found.").arg(scene.peer);
    case What::Refused:
        if (!trouble.proxy.isEmpty())
            return text("The proxy %1 says that %2 refused the connection.").arg(trouble.proxy, scene.peer);
        return text("%1 refused the connection.").arg(scene.peer);
    case What::NotReached:
        if (trouble.proxy.isEmpty())
            return text("No connection to %1: %2.").arg(scene.peer, trouble.detail);
        [[fallthrough]];
    case What::ProxyFailed:
        return text("The proxy %1 does not connect to %2: %3.").arg(trouble.proxy, scene.peer, trouble.detail);
    case What::ProxyPassword:
        return text("The proxy %1 asks for a password, and none is stored here. Use a proxy that lets this computer in without one, or "
                    "choose \"none\" under Network.")
            .arg(trouble.proxy);
    case What::BadProxy:
        return text("The proxy setting \"%1\" is not an address like http://host:port or socks5://host:port.").arg(trouble.detail);
    case What::Certificate:
        return text("The certificate of %1 was not accepted: %2").arg(scene.peer, trouble.detail);
    case What::BadAuthorities:
        return text("The file %1 has no certificate authorities that can be read.").arg(trouble.detail);
    default:
        return text("No secure connection to %1: %2.").arg(scene.peer, trouble.detail);
    }
}

QString words(const Trouble &trouble, const TroubleScene &scene)
{
    switch (trouble.what) {
    case What::BadRequest:
        return trouble.detail;
    case What::NothingSent:
    case What::Closed:
        return closedWords(trouble, scene);
    case What::WaitDeadline:
        return text("No connection became free in %1.").arg(seconds(trouble.number));
    case What::Deadline:
        return deadlineWords(trouble, scene);
    case What::TotalDeadline:
        return text("Not finished in %1.").arg(seconds(trouble.number));
    case What::Malformed:
        return text("The answer is not valid HTTP: %1.").arg(trouble.detail);
    case What::HeadTooLarge:
        return text("The headers of the answer are larger than %1.").arg(size(trouble.number));
    case What::BodyTooLarge:
        return text("The answer is larger than %1.").arg(size(trouble.number));
    case What::Interim:
        return text("The server sent an interim answer (%1) instead of an answer.").arg(trouble.number);
    case What::Encoded:
        return text("The answer is encoded as \"%1\", which was not asked for.").arg(trouble.detail);
    default:
        return openingWords(trouble, scene);
    }
}

} // namespace

Failure failureOf(const Trouble &trouble, const TroubleScene &scene)
{
    Failure failure;
    failure.kind = kindOf(trouble.what, scene.phase);
    failure.phase = scene.phase;
    failure.message = words(trouble, scene);
    failure.httpStatus = scene.httpStatus;
    return failure;
}

} // namespace tollgate
