// Attempts that were on the wire when the process died become requests that say so.
#pragma once

#include "core/ledger/recordcodec.h"

#include <vector>

namespace tollgate {

// `attempts` of one request in their order. The cost is what was reserved, as an estimate; unpriced without a reservation.
SettledRecord unconfirmedRequest(const std::vector<AttemptIntent> &attempts);

} // namespace tollgate
