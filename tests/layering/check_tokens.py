#!/usr/bin/env python3
"""Checks tokens.json: WCAG 2.1 contrast of every text and graphic pair, and
separation of chart colours for colour-blind viewers (Machado 2009, CIEDE2000).
Exit status 1 when a pair is under its limit. Usage: check_tokens.py [-v] tokens.json"""
import json, math, os, sys

paths = [a for a in sys.argv[1:] if not a.startswith("-")]
tok = json.load(open(paths[0], encoding="utf-8"))
verbose = "-v" in sys.argv
passed = failed = 0

def rgb(h): return [int(h[i:i + 2], 16) / 255 for i in (1, 3, 5)]
def lin(v): return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
def lum(h): return sum(w * lin(v) for w, v in zip((0.2126, 0.7152, 0.0722), rgb(h)))
def contrast(a, b):
    x, y = sorted((lum(a), lum(b)), reverse=True)
    return (x + 0.05) / (y + 0.05)

def check(theme, fg_name, fg, bg_name, bg, limit):
    global passed, failed
    c = contrast(fg, bg)
    ok = c >= limit
    passed, failed = passed + ok, failed + (not ok)
    if verbose or not ok:
        print(f"{'ok  ' if ok else 'FAIL'} {theme:5} {fg_name:18} on {bg_name:18} {c:5.2f} (min {limit})")

BGS = ["bg.window", "bg.base", "bg.panel", "bg.raised", "bg.sunken", "bg.hover", "bg.header", "selection.bg", "selection.inactive"]
for theme in ("light", "dark"):
    c = tok["color"][theme]
    ch = tok["chart"][theme]
    for fg in ("text.primary", "text.secondary", "text.tertiary", "accent.text", "success.text", "warning.text", "danger.text"):
        for bg in BGS:
            check(theme, fg, c[fg], bg, c[bg], 4.5)
    for s in ("success", "warning", "danger", "accent"):
        check(theme, s + ".text", c[s + ".text"], s + ".tint", c[s + ".tint"], 4.5)
        for fg in ("text.primary", "text.secondary"):
            check(theme, fg, c[fg], s + ".tint", c[s + ".tint"], 4.5)
    for fg in ("text.primary", "text.secondary"):
        check(theme, fg, c[fg], "bg.segment", c["bg.segment"], 4.5)
    check(theme, "accent.onTooltip", c["accent.onTooltip"], "bg.tooltip", c["bg.tooltip"], 4.5)
    check(theme, "variable.text", c["variable.text"], "variable.tint", c["variable.tint"], 4.5)
    check(theme, "text.onTooltip", c["text.onTooltip"], "bg.tooltip", c["bg.tooltip"], 4.5)
    for fg in ("code.key", "code.string", "code.number", "code.keyword", "code.comment"):
        for bg in ("bg.sunken", "bg.panel"):
            check(theme, fg, c[fg], bg, c[bg], 4.5)
    for bg in ("accent", "accent.hover", "accent.pressed"):
        check(theme, "text.onAccent", c["text.onAccent"], bg, c[bg], 4.5)
    for fg in ("success", "warning", "danger", "accent.graphic", "focus.ring", "border.control"):
        for bg in ("bg.window", "bg.base", "bg.panel", "bg.raised", "bg.sunken"):
            check(theme, fg, c[fg], bg, c[bg], 3.0)
    for i, s in enumerate(ch["series"]):
        check(theme, f"series {i + 1}", s, "bg.panel", c["bg.panel"], 3.0)
    for k in ("other", "p50", "p95", "p99", "cacheMiss", "crosshair"):
        check(theme, k, ch[k], "bg.panel", c["bg.panel"], 3.0)
    for k in ("label", "budget"):
        check(theme, k, ch[k], "bg.panel", c["bg.panel"], 4.5)

CVD = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
def lab(h, kind):
    l = [lin(v) for v in rgb(h)]
    l = [min(1, max(0, sum(m * v for m, v in zip(row, l)))) for row in CVD[kind]]
    xyz = [sum(m * v for m, v in zip(row, l)) / n for row, n in zip(
        ([.4124564, .3575761, .1804375], [.2126729, .7151522, .0721750], [.0193339, .1191920, .9503041]), (.95047, 1, 1.08883))]
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
def de2000(p, q):
    (L1, a1, b1), (L2, a2, b2) = p, q
    cm = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = .5 * (1 - math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dh = ((h2 - h1 + 180) % 360) - 180
    dH = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    Lm, cm = (L1 + L2) / 2, (c1 + c2) / 2
    hm = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    r = math.radians
    t = 1 - .17 * math.cos(r(hm - 30)) + .24 * math.cos(r(2 * hm)) + .32 * math.cos(r(3 * hm + 6)) - .2 * math.cos(r(4 * hm - 63))
    sl = 1 + .015 * (Lm - 50) ** 2 / math.sqrt(20 + (Lm - 50) ** 2)
    sc, sh = 1 + .045 * cm, 1 + .015 * cm * t
    rt = -math.sin(r(60 * math.exp(-((hm - 275) / 25) ** 2))) * 2 * math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7))
    x, y, z = (L2 - L1) / sl, (c2 - c1) / sc, dH / sh
    return math.sqrt(x * x + y * y + z * z + rt * y * z)

# First four series are used most and must be clearly apart; all eight must stay distinguishable.
for theme in ("light", "dark"):
    s = tok["chart"][theme]["series"]
    for n, limit in ((4, 12), (6, 9), (8, 7)):
        for kind in CVD:
            d, i, j = min((de2000(lab(s[i], kind), lab(s[j], kind)), i, j) for i in range(n) for j in range(i))
            ok = d >= limit
            passed, failed = passed + ok, failed + (not ok)
            if verbose or not ok:
                print(f"{'ok  ' if ok else 'FAIL'} {theme:5} first {n} series, {kind:6} closest pair {j + 1},{i + 1}: dE2000 {d:.1f} (min {limit})")

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
