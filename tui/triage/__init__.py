"""Triage: what an analyst does with hunts (queries, runs, drills, pivots, trail)."""
