"""The world: cities, the streets in them and the places beside them."""
