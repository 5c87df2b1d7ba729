#!/usr/bin/env python3
"""Holds architecture.md: include order of core's folders, pages that do not include each other, file sizes, names at the root,
core and the CLI without Gui, and words that must never appear. Usage: check_layering.py ROOT [--core BINARY]"""
import os, re, subprocess, sys

root = sys.argv[1]
bad = []

# base < async < chat < store < settings, secrets, prompts < net < providers < pricing < cache, ledger < budgets < engine < jobs, gateway
RANK = {"base": 0, "async": 1, "chat": 2, "store": 3, "settings": 4, "secrets": 4, "prompts": 4, "net": 5, "providers": 6, "pricing": 7,
        "cache": 8, "ledger": 8, "budgets": 9, "engine": 10, "jobs": 11, "gateway": 11}
# Folders of one rank that may see each other, and the two beside the line.
ALSO = {("secrets", "settings")}
ONLY = {"simulator": {"base", "async", "chat", "net", "simulator"},
        "metrics": {"base", "async", "chat", "pricing", "ledger", "budgets", "net", "metrics"}}
PAGES = {"playground", "dashboard", "requests", "jobs", "gateway", "settings"}
LIMIT = {".h": 200, ".cpp": 500}
ROOT_NAMES = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "app", "core", "ui", "resources", "tests", "packaging"}

include = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def may_include(folder, other):
    if folder == other:
        return True
    if folder in ONLY:
        return other in ONLY[folder]
    if other in ONLY:
        return False
    if folder not in RANK or other not in RANK:
        return False
    return RANK[other] < RANK[folder] or (folder, other) in ALSO


for top in ("core", "ui", "app"):
    for place, _, names in os.walk(os.path.join(root, top)):
        for name in names:
            ext = os.path.splitext(name)[1]
            if ext not in LIMIT:
                continue
            path = os.path.join(place, name)
            rel = os.path.relpath(path, root)
            parts = rel.split(os.sep)
            text = open(path, encoding="utf-8").read()
            lines = text.count("\n")
            if lines > LIMIT[ext]:
                bad.append("%s: %d lines, at most %d" % (rel, lines, LIMIT[ext]))
            if name != name.lower():
                bad.append("%s: file names are lower case" % rel)
            if "setInsecureFallback(true" in text:
                bad.append("%s: the insecure keychain fallback" % rel)
            for inc in include.findall(text):
                to = inc.split("/")
                if to[0] in ("ui", "app", "tests") and top == "core":
                    bad.append("%s includes %s: core sees only core" % (rel, inc))
                elif to[0] in ("app", "tests") and top == "ui":
                    bad.append("%s includes %s: ui sees core and ui" % (rel, inc))
                elif to[0] == "ui" and top == "app" and parts[1] != "console":
                    bad.append("%s includes %s: only the console sees ui" % (rel, inc))
                elif to[0] == "core" and top == "core" and not may_include(parts[1], to[1]):
                    bad.append("%s includes %s: against the include order" % (rel, inc))
                elif to[0] == "ui" and top == "ui" and parts[1] in PAGES and to[1] in PAGES and to[1] != parts[1]:
                    bad.append("%s includes %s: pages do not include each other" % (rel, inc))
                elif top == "core" and re.match(r"Q(Widget|Application|Gui|Color|Font|Icon|Pixmap|Painter|Chart)", inc):
                    bad.append("%s includes <%s>: core has no Gui" % (rel, inc))
                elif "/" not in inc and inc.endswith(".h") and os.path.exists(os.path.join(place, inc)):
                    bad.append('%s includes "%s": write the full path' % (rel, inc))

for name in sorted(os.listdir(root)):
    if not name.startswith(".") and name not in ROOT_NAMES:
        bad.append("%s: not a name of the root" % name)

if "--core" in sys.argv:
    binary = sys.argv[sys.argv.index("--core") + 1]
    out = subprocess.run(["readelf", "-d", binary], capture_output=True, text=True, check=True).stdout
    for lib in re.findall(r"Shared library: \[(libQt6(?:Gui|Widgets|Charts|Svg|OpenGL)[^\]]*)\]", out):
        bad.append("tollgate-cli links %s" % lib)

for line in bad:
    print("BAD", line)
print("%d problems" % len(bad))
sys.exit(1 if bad else 0)
