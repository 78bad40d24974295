"""Street navigation by instructions, the suite's second task; not released yet."""
