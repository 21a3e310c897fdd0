"""bench/results.svg: one bar for each ratio, on a logarithmic scale, with its spread and aim."""

import html
import math

ROW = 30
LEFT = 500
WIDTH = 420
RIGHT = 150
TOP = 74
LOW, HIGH = 0.1, 100.0

PASS, MISS, ORIENTATION, TEXT, FAINT = "#1a7f5a", "#c0392b", "#b7832f", "#1d2430", "#8a94a6"


def place(ratio):
    """The x coordinate of a ratio."""
    inside = min(max(ratio, LOW), HIGH)
    share = (math.log10(inside) - math.log10(LOW)) / (math.log10(HIGH) - math.log10(LOW))
    return LEFT + share * WIDTH


def text(x, y, words, size=12, colour=TEXT, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
            f'text-anchor="{anchor}" font-weight="{weight}">{html.escape(words)}</text>')


def line(x1, y1, x2, y2, colour, width=1.0, dash=""):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}" stroke-dasharray="{dash}"/>')


def normalised(outcome):
    """Every bar reads the same way: right of its aim is good, 1 is as good as the peer."""
    if outcome.at_most:
        return 1 / outcome.ratio, [1 / value for value in outcome.spread][::-1], 1 / outcome.aim
    return outcome.ratio, list(outcome.spread), outcome.aim


def bar(outcome, y):
    ratio, (low, high), aim = normalised(outcome)
    colour = PASS if outcome.reached else (MISS if outcome.must else ORIENTATION)
    start, end = sorted((place(1.0), place(ratio)))
    middle = y + ROW / 2 - 3
    parts = [
        text(LEFT - 14, middle, outcome.what, anchor="end"),
        text(LEFT - 14, middle + 11, f"{outcome.benchmark}: {outcome.ours_label} / "
             f"{outcome.peer_label}", size=9, colour=FAINT, anchor="end"),
        f'<rect x="{start:.1f}" y="{y + 5}" width="{max(1.5, end - start):.1f}" '
        f'height="{ROW - 14}" '
        f'rx="2" fill="{colour}" fill-opacity="0.85"/>',
        line(place(aim), y + 2, place(aim), y + ROW - 6, TEXT, 2),
    ]
    if high > low:
        parts.append(line(place(low), middle, place(high), middle, "#101418", 1.2))
    parts.append(text(LEFT + WIDTH + 12, middle + 4, f"{ratio:.2f}x", weight="bold", colour=colour))
    parts.append(text(LEFT + WIDTH + 70, middle + 4, f"aim {aim:.2f}x", size=10, colour=FAINT))
    return parts


def draw(path, outcomes, caption):
    # Rows in bytes or with an absolute aim have no peer on this scale.
    shown = [outcome for outcome in outcomes if outcome.unit != "B"]
    bottom = TOP + ROW * len(shown)
    height = bottom + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" '
        f'viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" font-family="sans-serif">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(20, 28, "Sluice against its peers: how many times better", size=18, weight="bold"),
        text(20, 46, caption, size=11, colour=FAINT),
    ]
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        parts.append(line(place(tick), TOP - 4, place(tick), bottom,
                          TEXT if tick == 1 else "#e3e7ee", 1.2 if tick == 1 else 1))
        parts.append(text(place(tick), TOP - 9, f"{tick:g}x", size=10, colour=FAINT,
                          anchor="middle"))
    for index, outcome in enumerate(shown):
        parts += bar(outcome, TOP + index * ROW)
    parts.append(text(20, bottom + 22, "bar: median ratio of the pairs; thin line: lowest to "
                      "highest; thick mark: the aim; green reached, red missed, ochre for "
                      "orientation only", size=10, colour=FAINT))
    parts.append("</svg>")
    path.write_text("\n".join(parts))
