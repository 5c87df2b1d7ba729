// Reads a messages array, as `send --messages FILE.json` takes it: OpenAI's form with text, image and tool parts.
#pragma once

#include "core/base/result.h"
#include "core/chat/message.h"

#include <QList>

namespace tollgate::app {

// Errors name the file, the message by number and the field.
Result<QList<Message>> readMessagesFile(const QString &path);
// At most `limit` bytes of a file; missing, unreadable and bigger files are errors in words.
Result<QByteArray> readFile(const QString &path, qint64 limit);

} // namespace tollgate::app
