// One message of a conversation, as a plain value.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace tollgate {

enum class Role : quint8 { System, User, Assistant, Tool };

struct ToolCall {
    QString id;
    QString name;
    QString arguments; // JSON text as the model wrote it; may be invalid JSON
    friend bool operator==(const ToolCall &, const ToolCall &) = default;
};

struct ImagePart {
    QString mimeType; // "image/png"
    QByteArray data;  // raw bytes, not base64
    friend bool operator==(const ImagePart &, const ImagePart &) = default;
};

struct Message {
    Role role = Role::User;
    QString text;
    QList<ImagePart> images;
    QList<ToolCall> toolCalls; // Assistant only
    QString toolCallId;        // Tool only: which call this answers
    QString reasoning;         // Assistant only: passed back where a provider wants it (DeepSeek with tools)
    QByteArray opaqueJson;     // Assistant only: provider blocks that must be returned unchanged (signed thinking); may be empty
    friend bool operator==(const Message &, const Message &) = default;
};

QString roleName(Role role);                       // "system", "user", "assistant", "tool"
std::optional<Role> roleFromName(QStringView name); // also "developer" -> System

} // namespace tollgate
