"""Facts of the library."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MaterialReady:
    """Every page of a material can be read."""

    material_id: int


@dataclass(frozen=True, slots=True)
class MaterialWithdrawn:
    """A material is no longer in the library."""

    material_id: int
