// The model list of the OpenAI wire, in any dialect.
#pragma once

#include "core/base/result.h"
#include "core/providers/catalog.h"
#include "core/providers/provider.h"

namespace tollgate {

// Leaves out what can never answer a chat: models marked inactive or without chat, and OpenAI's embedding, audio and image models.
Result<ModelPage> openAiModels(Dialect dialect, QByteArrayView body);

} // namespace tollgate
