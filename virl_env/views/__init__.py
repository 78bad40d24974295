"""What a walker sees: pictures of the four sides, drawn or taken from panoramas."""
