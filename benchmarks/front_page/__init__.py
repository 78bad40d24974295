"""Pictures of the front page: `make pictures` draws them anew."""
