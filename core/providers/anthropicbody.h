// The body of a Messages request of the Anthropic wire.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/settings/providerconfig.h"

#include <QByteArray>
#include <QStringList>

namespace tollgate {

struct AnthropicBody {
    QByteArray json;
    bool streamed = false;         // as the body says it, extra fields included
    QStringList droppedParameters; // set by the user, unknown to the wire, the version or the model
};

// `version` is the anthropic-version that goes with it. Extra fields of config and request are in it (extrafields.h); objects of
// output_config are joined. Fails (Usage) on what the wire cannot say.
Result<AnthropicBody> anthropicBody(const ProviderConfig &config, QByteArrayView version, const ChatRequest &request);

} // namespace tollgate
