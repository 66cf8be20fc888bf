"""The kinds of fact. One file is one kind; FACTS names them all, and nothing else registers them."""

from app.core.resource import Resource
from app.facts.agreements import AGREEMENTS
from app.facts.cooperation import COOPERATION
from app.facts.deployments import DEPLOYMENTS
from app.facts.events import EVENTS
from app.facts.exercises import EXERCISES
from app.facts.holdings import HOLDINGS
from app.facts.quotes import QUOTES
from app.facts.trainings import TRAININGS
from app.facts.transfers import TRANSFERS

FACTS: tuple[Resource, ...] = (
    AGREEMENTS,
    TRANSFERS,
    COOPERATION,
    EXERCISES,
    DEPLOYMENTS,
    TRAININGS,
    HOLDINGS,
    EVENTS,
    QUOTES,
)
