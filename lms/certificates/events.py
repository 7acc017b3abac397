"""Facts of certificates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    """A certificate is void from now on."""

    certificate_id: int
    person_id: int
