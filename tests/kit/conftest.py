"""Property tests of this folder have no deadline: the first example pays for imports and caches."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
