// The settings file's members: reading with words for what is wrong, writing over what was there. Private to this folder.
#pragma once

#include "core/base/result.h"
#include "core/settings/settings.h"

#include <QJsonObject>

namespace tollgate::settingsjson {

inline constexpr int version = 1;

Result<SettingsData> read(const QJsonObject &document);
// The document with every known member set to `data`; unknown members, also those of providers, stay.
QJsonObject write(QJsonObject document, const SettingsData &data);
// The first value out of range, in words.
std::optional<QString> firstProblem(const SettingsData &data);

} // namespace tollgate::settingsjson
