"""What recordings of episodes have in common, whatever is played."""
