// What ended an exchange, as facts; and the one place that turns them into a Failure: kind by definitions.md, and plain words.
#pragma once

#include "core/chat/failure.h"

#include <QString>

namespace tollgate {

struct Trouble {
    enum class What : quint8 {
        BadRequest,    // refused before anything was opened; detail says why
        HostNotFound,
        Refused,
        NotReached,    // other trouble on the way; detail is the system's word
        ProxyFailed,   // detail is the system's word
        ProxyPassword, // 407
        BadProxy,      // the setting cannot be read; detail is its text
        Certificate,   // verification failed; detail is the reason
        BadAuthorities,// the file with the own authorities is unusable; detail is its path
        Handshake,     // TLS failed otherwise; detail is the reason
        NothingSent,   // the connection was found dead with no byte of the request handed over
        Closed,        // ended by the peer, or reset
        WaitDeadline,  // total deadline while no connection was free; number: ms
        Deadline,      // the deadline of the phase; number: ms
        TotalDeadline, // number: ms
        Malformed,     // not HTTP; detail is the parser's word
        HeadTooLarge,  // number: the cap in bytes
        BodyTooLarge,  // number: the cap in bytes
        Interim,       // 1xx; number: the status
        Encoded,       // a Content-Encoding that was not asked for; detail is its name
    };
    What what = What::Closed;
    QString detail = {};
    qint64 number = 0;
    QString proxy = {}; // the one the connection goes through; empty: none
};

// How far the exchange had come.
struct TroubleScene {
    Phase phase = Phase::Connect;
    QString peer;           // "host:port"
    bool resolving = false; // the host name was still being looked up
    bool headBegun = false;
    qint64 bodyBytes = 0;
    int httpStatus = 0; // 0: the head did not come
};

Failure failureOf(const Trouble &trouble, const TroubleScene &scene);

} // namespace tollgate
