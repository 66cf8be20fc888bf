"""The catalogues of entities that facts refer to."""

from app.core.resource import Catalogue
from app.reference.countries import COUNTRIES
from app.reference.organizations import ORGANIZATIONS
from app.reference.people import PEOPLE
from app.reference.places import PLACES
from app.reference.sources import SOURCES
from app.reference.systems import SYSTEMS

CATALOGUES: tuple[Catalogue, ...] = (COUNTRIES, ORGANIZATIONS, PEOPLE, SYSTEMS, PLACES, SOURCES)
