"""KQL for hunts: one definition of each leg, used alike by the views that count it and the drills that list it."""
