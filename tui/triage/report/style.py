"""How a report looks in a browser and on paper."""

from __future__ import annotations

STYLE = """
:root {
  --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --wash: #f4f6f9; --accent: #22577a;
  --bad: #b3261e; --bad-wash: #fbe9e7; --warn: #8a5a00; --warn-wash: #fdf1d8; --good: #1e6b3a; --good-wash: #e4f4e9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --ink: #dfe5ec; --soft: #98a4b3; --line: #2c3540; --wash: #1a2028; --accent: #7fb8da;
    --bad: #ff8a80; --bad-wash: #3a1d1c; --warn: #f0bf62; --warn-wash: #352a12; --good: #7fd19a; --good-wash: #16301f;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); }
body { margin: 0; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1, h2, h3 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.75rem; }
h2 { margin: 0 0 .75rem; padding-top: 1.75rem; font-size: 1.25rem; color: var(--accent); }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
section { border-top: 1px solid var(--line); margin-top: 1.75rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.25rem; }
a { color: var(--accent); }
p { margin: .5rem 0; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, monospace; font-size: .86em; }
code, bdi { overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .75rem 1rem; background: var(--wash); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { font-size: .82rem; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); overflow-wrap: anywhere; }
dd { margin: 0; min-width: 0; }
blockquote { margin: .5rem 0; padding: .25rem 1rem; border-left: 3px solid var(--accent); background: var(--wash); }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  min-width: 4.5rem; }
th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
.number { min-width: 0; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
mark { padding: .05rem .45rem; border-radius: 4px; background: var(--wash); color: var(--soft); font-weight: 600; }
mark, mark bdi { overflow-wrap: normal; }
mark.bad { background: var(--bad-wash); color: var(--bad); }
mark.hit { background: var(--wash); color: var(--accent); border: 1px solid var(--accent); }
mark.warn { background: var(--warn-wash); color: var(--warn); }
mark.good { background: var(--good-wash); color: var(--good); }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: .5rem 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 6.5rem; padding: .6rem .9rem; border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; }
.figures span { color: var(--soft); }
.figures .bad { border-left-color: var(--bad); }
.figures .hit { border-left-color: var(--accent); }
.figures .warn { border-left-color: var(--warn); }
.figures .good { border-left-color: var(--good); }
@media print {
  :root {
    --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --wash: #f4f4f4; --accent: #1b435f;
    --bad: #8c1d17; --bad-wash: #ffffff; --warn: #6b4600; --warn-wash: #ffffff; --good: #17532d; --good-wash: #ffffff;
  }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  mark { border: 1px solid currentColor; }
  h2, h3 { break-after: avoid; }
  tr, blockquote { break-inside: avoid; }
  thead { display: table-header-group; }
}
@page { margin: 18mm 16mm; }
"""
