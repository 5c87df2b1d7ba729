#!/usr/bin/env python3
"""What the packages are made of: every file valid by the field's own checker, one version everywhere, and manuals that know what the programs know."""
import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

APP = "io.tollgate.Tollgate"
failures = []


def check(ok, text):
    print(("ok   " if ok else "FAIL ") + text)
    if not ok:
        failures.append(text)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.strip()


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60, check=False).stdout.strip()


def clean(name, *command):
    """The command exits 0 and has nothing to say."""
    if not shutil.which(command[0]):
        check(False, f"{name}: {command[0]} is not installed (packaging/dev deps installs it)")
        return
    code, said = run(*command)
    check(code == 0 and not said, name + (f": {said}" if said else ""))


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def installed(build, root):
    code, said = run("cmake", "--install", build, "--prefix", os.path.join(root, "usr"))
    check(code == 0, "cmake --install" + (f": {said}" if code else ""))
    found = set()
    for folder, _, files in os.walk(root):
        found.update(os.path.relpath(os.path.join(folder, name), os.path.join(root, "usr")) for name in files)
    return found


EXPECTED = {
    "bin/tollgate", "bin/tollgate-cli",
    f"share/applications/{APP}.desktop", f"share/metainfo/{APP}.metainfo.xml",
    "share/man/man1/tollgate.1", "share/man/man1/tollgate-cli.1", "share/bash-completion/completions/tollgate-cli",
    f"share/icons/hicolor/scalable/apps/{APP}.svg", f"share/icons/hicolor/symbolic/apps/{APP}-symbolic.svg",
} | {f"share/icons/hicolor/{n}x{n}/apps/{APP}.png" for n in (16, 24, 32, 48, 64, 128, 256, 512)}


def check_icons(usr):
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        with open(f"{usr}/share/icons/hicolor/{size}x{size}/apps/{APP}.png", "rb") as file:
            head = file.read(24)
        check(head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:24]) == (size, size), f"icon {size} x {size}")


def check_manuals(usr):
    for name in ("tollgate", "tollgate-cli"):
        page = f"{usr}/share/man/man1/{name}.1"
        code, said = run("sh", "-c", f"LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z '{page}' 2>&1 >/dev/null")
        check(code == 0 and not said, f"man --warnings {name}(1) {said}".strip())
        help_text = output_of(f"{usr}/bin/{name}", "--help")
        manual = read(page).replace("\\-", "-")
        completion = read(usr, "share/bash-completion/completions/tollgate-cli")
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_text))
        check(len(options) >= 2, f"{name} --help names its options")
        for option in sorted(options - {"--help-all"}):
            check(option in manual, f"{name}(1) knows {option}")
            check(name == "tollgate" or option in completion, f"the completion knows {option}")
        if name == "tollgate-cli":
            for command in re.findall(r"^  ([a-z]+) ", help_text, re.M):
                check(re.search(rf"^\.SS \"?{command}\b", manual, re.M) is not None, f"{name}(1) has a part about {command}")
                check(re.search(rf"^ +{command}\) words=", completion, re.M) is not None, f"the completion knows {command}")


def check_versions(source, usr, version):
    for name in ("tollgate", "tollgate-cli"):
        said = output_of(f"{usr}/bin/{name}", "--version")
        check(said.lower() == f"{name} {version}", f"{name} --version says {said!r}")
        check(f'"Tollgate {version}"' in read(usr, f"share/man/man1/{name}.1"), f"{name}(1) is of {version}")
    release = xml.parse(f"{usr}/share/metainfo/{APP}.metainfo.xml").find("releases/release")
    check(release.get("version") == version, f"newest release in the metainfo: {release.get('version')}")
    check(release.find("description//li") is not None, "the newest release says what changed")
    changelog = re.match(r"tollgate \(([^)]+)\) ", read(source, "packaging/debian/changelog"))
    check(changelog and changelog.group(1) == version, f"newest entry of the Debian changelog: {changelog and changelog.group(1)}")


def check_manifest(source):
    import yaml  # python3-yaml
    path = f"{source}/packaging/flatpak/{APP}.yml"
    manifest = yaml.safe_load(read(path))
    check(manifest["id"] == APP and manifest["command"] == "tollgate", "Flatpak manifest: id and command")
    granted = manifest["finish-args"]
    check(not any(arg.startswith(("--filesystem", "--device", "--socket=session-bus", "--socket=system-bus")) for arg in granted), f"Flatpak permissions: {granted}")
    check("--talk-name=org.freedesktop.secrets" in granted and "--share=network" in granted, "Flatpak: network and the Secret Service")
    for module in manifest["modules"]:
        for origin in module["sources"]:
            check(origin["type"] == "dir" or len(origin.get("sha256", "")) == 64, f"Flatpak: the source of {module['name']} is pinned")
    if shutil.which("flatpak-builder"):
        code, said = run("flatpak-builder", "--show-manifest", path)
        check(code == 0 and "Unknown property" not in said, "flatpak-builder --show-manifest")


def main():
    parser = argparse.ArgumentParser()
    for name in ("source", "build", "version"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        found = installed(args.build, root)
        usr = os.path.join(root, "usr")
        check(found == EXPECTED, f"what is installed; more: {sorted(found - EXPECTED)}, less: {sorted(EXPECTED - found)}")
        clean("desktop-file-validate", "desktop-file-validate", f"{usr}/share/applications/{APP}.desktop")
        code, said = run("appstreamcli", "validate", "--no-net", f"{usr}/share/metainfo/{APP}.metainfo.xml")
        check(code == 0 and not re.search(r"^[EW]:", said, re.M), f"appstreamcli validate: {said}")
        clean("bash -n of the completion", "bash", "-n", f"{usr}/share/bash-completion/completions/tollgate-cli")
        check_icons(usr)
        check_manuals(usr)
        check_versions(args.source, usr, args.version)
    check_manifest(args.source)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
