"""Names of ATT&CK tactics and techniques."""

from __future__ import annotations

VERSION = "18.1"
"""The ATT&CK version the names below are from."""

TACTICS = {
    "TA0006": "Credential Access",
    "TA0008": "Lateral Movement",
    "TA0009": "Collection",
    "TA0010": "Exfiltration",
}

TECHNIQUES = {
    "T1005": "Data from Local System",
    "T1021.001": "Remote Desktop Protocol",
    "T1025": "Data from Removable Media",
    "T1039": "Data from Network Shared Drive",
    "T1040": "Network Sniffing",
    "T1056": "Input Capture",
    "T1074": "Data Staged",
    "T1074.001": "Local Data Staging",
    "T1074.002": "Remote Data Staging",
    "T1113": "Screen Capture",
    "T1114": "Email Collection",
    "T1115": "Clipboard Data",
    "T1119": "Automated Collection",
    "T1123": "Audio Capture",
    "T1125": "Video Capture",
    "T1185": "Browser Session Hijacking",
    "T1213": "Data from Information Repositories",
    "T1213.006": "Databases",
    "T1530": "Data from Cloud Storage",
    "T1552.001": "Credentials In Files",
    "T1557": "Adversary-in-the-Middle",
    "T1560": "Archive Collected Data",
    "T1560.001": "Archive via Utility",
    "T1567.002": "Exfiltration to Cloud Storage",
    "T1602": "Data from Configuration Repository",
}


def tactic_name(tactic: str) -> str:
    """The tactic's name, or its id where it is not known."""
    return TACTICS.get(tactic, tactic)


def technique_name(technique: str) -> str:
    """The technique's name, or its id where it is not known."""
    return TECHNIQUES.get(technique, technique)
