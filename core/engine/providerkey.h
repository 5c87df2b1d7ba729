// What a provider needs before it can be asked: its address and a key that can be sent. Pure.
#pragma once

#include "core/chat/failure.h"
#include "core/engine/engine.h"
#include "core/secrets/vault.h"
#include "core/settings/providerconfig.h"

#include <optional>

namespace tollgate {

// What is wrong with the vault's answer, in words; nothing when a request can be sent with it.
std::optional<Failure> keyProblem(const ProviderConfig &config, const VaultReply &reply);

// A provider of type Simulator is reached at the running simulator's address; false: it is not running. Others are left alone.
bool resolveSimulator(const Engine::World &world, ProviderConfig &config);

// Names a key without revealing it: answers are never shared across credentials.
QString credentialId(const ProviderConfig &config, const SecretBytes &key);
// Where answers come from, for cache keys. The simulator's port changes from run to run; it is the same provider all the same.
QByteArray cacheOrigin(const ProviderConfig &config, const Endpoint &endpoint);

} // namespace tollgate
