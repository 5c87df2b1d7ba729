// Checks a request and lays it out as the bytes that go on the wire, secret included, in one buffer.
#pragma once

#include "core/net/exchange.h"

namespace tollgate {

// The reason why the request must not be sent (bytes that could inject a header, a header the client owns, an unusable target),
// or nothing. Never mentions a header's value.
QString requestProblem(const HttpRequest &request);

// Head and body. The buffer holds the secret: the caller wipes it once it is handed over. Precondition: requestProblem() is empty.
QByteArray requestBytes(const HttpRequest &request);

} // namespace tollgate
