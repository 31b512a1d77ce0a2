"""A session as a report: what was run, what was found, what failed, what was not run; for people and for other tools."""
