"""Data sets for language models: prompts of an id or a suite, and an expert's replies."""
