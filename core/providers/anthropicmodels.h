// One page of the model list of the Anthropic wire.
#pragma once

#include "core/base/result.h"
#include "core/providers/provider.h"

namespace tollgate {

Result<ModelPage> anthropicModels(QByteArrayView body);

} // namespace tollgate
