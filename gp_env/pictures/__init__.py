"""The table as a picture: cards drawn here, and how far their look is from the plain one."""
