// The JSON of one request, as cli.md promises for `send --json` and `requests show --json`, and its line of figures for people.
#pragma once

#include "core/base/json.h"
#include "core/engine/call.h"

namespace tollgate::app {

// Members of the object; the caller opens and closes it.
void writeOutcome(JsonWriter &json, const Outcome &outcome);
// The request's row and attempts without the answer's text, for listings and exports.
void writeRecord(JsonWriter &json, const RequestRecord &record, bool withAttempts);
// "sim-fast  1.84 s, first token 412 ms, 236 in (0 cached), 212 out, $0.000600, miss, 1 attempt, r-12"
QString figuresLine(const Outcome &outcome);
QString costText(const Cost &cost);

} // namespace tollgate::app
