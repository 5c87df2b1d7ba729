// A profile: the folder that holds settings, ledger and cache; the lock that makes one process its owner; the local socket through
// which other processes hand their commands to the owner (definitions.md "Who may touch a profile").
#pragma once

#include "core/base/result.h"

#include <QString>

#include <memory>

namespace tollgate::app {

struct ProfilePaths {
    QString folder; // for display
    QString settings;
    QString userPrices;
    QString ledger;
    QString journal;
    QString cache;
    QString consoleState;
    QString lock;
    QString socket;

    // `folder` empty: the XDG config and data folders. "demo" profile: demoFolder().
    static ProfilePaths at(const QString &folder);
    static QString demoFolder();
};

// Holds the lock. Refuses network filesystems, unwritable folders and files in the way, in words.
class ProfileLock
{
public:
    // Error kind Busy when another process owns the profile.
    static Result<std::unique_ptr<ProfileLock>> take(const ProfilePaths &paths);
    ~ProfileLock();

private:
    ProfileLock() = default;
    void sayWho() const;
    QString owner() const;
    int m_file = -1;
};

} // namespace tollgate::app
