// The model list of the Gemini wire.
#pragma once

#include "core/base/result.h"
#include "core/providers/provider.h"

namespace tollgate {

// Leaves out models that cannot generateContent (embeddings, video, live audio); names lose their "models/".
Result<ModelPage> geminiModels(QByteArrayView body);

} // namespace tollgate
