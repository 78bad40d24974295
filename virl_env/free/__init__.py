"""Free movement: walkers that may go anywhere in a city."""
