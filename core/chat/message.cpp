#include "core/chat/message.h"

namespace tollgate {

QString roleName(Role role)
{
    switch (role) {
    case Role::System: return QStringLiteral("system");
    case Role::User: return QStringLiteral("user");
    case Role::Assistant: return QStringLiteral("assistant");
    case Role::Tool: return QStringLiteral("tool");
    }
    return {};
}

std::optional<Role> roleFromName(QStringView name)
{
    if (name == u"system" || name == u"developer")
        return Role::System;
    if (name == u"user")
        return Role::User;
    if (name == u"assistant")
        return Role::Assistant;
    if (name == u"tool")
        return Role::Tool;
    return std::nullopt;
}

} // namespace tollgate
