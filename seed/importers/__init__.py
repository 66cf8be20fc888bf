"""The importers: one file is one data set; IMPORTERS names them all, and nothing else registers them."""

from seed.datasets import Importer

IMPORTERS: tuple[Importer, ...] = ()
