"""Cities from OpenStreetMap: `city_from_osm` reads an extract, and so does the command line.

    python -m virl_env.maps helsinki.osm.pbf helsinki.npz

`city="helsinki.npz"` then plays it in every environment.
"""

from virl_env.maps.build import ATTRIBUTION, Survey, city_from_osm, survey

__all__ = ["ATTRIBUTION", "Survey", "city_from_osm", "survey"]
