"""Views of real streets: out of a folder of panoramas, or from Google Street View as it is."""

from virl_env.panoramas.folder import PanoramaFolder
from virl_env.panoramas.google import GoogleStreetView

__all__ = ["GoogleStreetView", "PanoramaFolder"]
