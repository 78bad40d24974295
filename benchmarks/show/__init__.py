"""A run as one HTML page: its episodes by column and outcome, step by step."""
