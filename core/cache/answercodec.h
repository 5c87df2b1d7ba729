// Cached answers as compact bytes with a version in front.
#pragma once

#include "core/cache/responsecache.h"

namespace tollgate {

QByteArray encodeAnswer(const CachedAnswer &answer);
// Null when the bytes are broken or of another version.
CachedAnswerPtr decodeAnswer(QByteArrayView bytes);
// About what an answer takes in memory.
qint64 answerBytes(const CachedAnswer &answer);

} // namespace tollgate
