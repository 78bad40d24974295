"""The environments of a task: symbolic, image and text, single and vector."""
