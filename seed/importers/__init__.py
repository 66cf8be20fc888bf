"""The importers: one file is one data set; IMPORTERS names them all, and nothing else registers them."""

from seed.datasets import Importer
from seed.importers.fmtrpt import FMTRPT
from seed.importers.mme import MME
from seed.importers.sipri_deliveries import SIPRI_DELIVERIES
from seed.importers.sipri_orders import SIPRI_ORDERS
from seed.importers.us_eda import US_EDA

IMPORTERS: tuple[Importer, ...] = (SIPRI_ORDERS, SIPRI_DELIVERIES, US_EDA, MME, FMTRPT)
