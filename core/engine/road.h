// What all flights of one engine share. Engine's thread.
#pragma once

#include "core/engine/coalescer.h"
#include "core/engine/engine.h"
#include "core/engine/gate.h"

#include <functional>

namespace tollgate {

class Flight;

struct Road {
    Engine::World world;
    Gate gate;
    Coalescer coalescer;
    bool closing = false; // everything is being stopped: a permit given back must not put the next one on the wire
    std::function<void(Flight &)> ended = {};   // the flight has settled; it may be destroyed once its own functions have returned
    std::function<void()> figuresMoved = {};    // the number of flights at the gate may have changed
};

} // namespace tollgate
