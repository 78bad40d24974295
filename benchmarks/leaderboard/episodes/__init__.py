"""Episodes as small data, from which scripts of the site draw cards and streets.

What was dealt (a scene) is written once for all entries that played it; what was done there (a
play) for each entry. Both follow from replaying the verified rows.
"""
