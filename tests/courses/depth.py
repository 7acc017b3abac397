"""How many examples the property tests take: a few hundred in `make test`, many in `make soak`."""

from hypothesis import HealthCheck, settings

EXAMPLES = 300
SOAK_EXAMPLES = 20_000
deep = settings(max_examples=SOAK_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
