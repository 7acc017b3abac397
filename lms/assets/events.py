"""Facts of assets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssetReady:
    """Every file of the asset lies in storage."""

    asset_id: int
    key: str


@dataclass(frozen=True, slots=True)
class MediaFetched:
    """A visit asked for media beyond the first bytes through its signed address."""

    visit: str
    asset_id: int
