"""huntdeck: live triage of threat hunts written in KQL, in a terminal."""

__version__ = "0.1.0"
