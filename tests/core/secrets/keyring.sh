#!/bin/bash
# Runs a command inside a bus of its own with an unlocked GNOME keyring and nothing of the user's: keyring.sh COMMAND...
# The daemon dies with the bus.
set -e
HOME=$(mktemp -d)
XDG_RUNTIME_DIR=$(mktemp -d)
export HOME XDG_RUNTIME_DIR
chmod 700 "$XDG_RUNTIME_DIR"
trap 'rm -rf "$HOME" "$XDG_RUNTIME_DIR"' EXIT
unset DISPLAY WAYLAND_DISPLAY XDG_CURRENT_DESKTOP
# No newline behind the password: it would be part of it.
printf '%s' ci-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
for _ in $(seq 100); do
    gdbus call --session -d org.freedesktop.DBus -o /org/freedesktop/DBus -m org.freedesktop.DBus.NameHasOwner \
        org.freedesktop.secrets | grep -q true && break
    sleep .1
done
"$@"
