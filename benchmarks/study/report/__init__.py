"""The report of one or several studies: what was found, and which method to use when."""
