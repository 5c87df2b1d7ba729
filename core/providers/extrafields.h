// Members that the user adds to a request body: the provider's own, which hold where the request says nothing, and the request's,
// which replace whatever the wire wrote.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/settings/providerconfig.h"

#include <QByteArray>

#include <initializer_list>

namespace tollgate {

// `body` (a JSON object) with config.extraBody below and parameters.extraBody above it. Objects of the names in `joined` are joined
// member by member by the same rule; everything else is taken whole. Fails (Usage) on extra fields that are no JSON object, hold a
// member twice, or say something else than an object where objects are joined.
Result<QByteArray> withExtraFields(QByteArray body, const ProviderConfig &config, const Parameters &parameters,
                                   std::initializer_list<QByteArrayView> joined = {});

} // namespace tollgate
