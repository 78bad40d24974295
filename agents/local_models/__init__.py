"""Models whose weights lie on a disk, run in this process through transformers."""
