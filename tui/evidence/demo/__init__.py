"""Demo evidence: an invented company's week with one collection intrusion in it, made from a seed and an end time.

Where to look: `stories.benign` and `stories.intrusion` say what is planted for each hunt, `habits` what goes on all day,
`estate` who and what there is, `layout` how it becomes columns.
"""

from tui.evidence.demo.build import Progress, generate_demo
from tui.evidence.demo.options import DemoOptions, DemoSummary, default_end

DEFAULT_END = default_end
"""The policy for an end nobody asked for."""

__all__ = ["DEFAULT_END", "DemoOptions", "DemoSummary", "Progress", "default_end", "generate_demo"]
