"""Things that act and learn in the environments: scripted, imitating, reinforced, language models.

Nothing is imported here, so that a scripted agent needs no torch.
"""
