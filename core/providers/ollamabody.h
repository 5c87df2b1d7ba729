// The body of a native Ollama chat request.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/settings/providerconfig.h"

#include <QByteArray>
#include <QStringList>

namespace tollgate {

struct OllamaBody {
    QByteArray json;
    bool streamed = false;         // as the body says it; always said, because Ollama streams unless told not to
    QStringList droppedParameters; // set by the user, unknown to the wire
};

// Extra fields of provider and request are merged in, the object "options" member by member. num_ctx is never set on our own
// account: a context that is too small cuts the prompt without a word, and one that is too big can push a model off the graphics
// card, so only the user can choose it ("options": {"num_ctx": 8192}).
Result<OllamaBody> ollamaBody(const ProviderConfig &config, const ChatRequest &request);

} // namespace tollgate
