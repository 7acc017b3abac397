"""Films of before keep everything when recordings and documents come beside them, on both databases."""

from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from lms.assets.models import MediaAsset, Rendition
from lms.catalogue.models import VersionAsset
from lms.extensions import db
from tests.factories import published, tree

pytestmark = pytest.mark.both_databases


def test_assets_survive_the_way_down_and_up_with_everything_that_names_them(
    app: Flask, tmp_path: Path
) -> None:
    published(tree().county)
    before = db.session.execute(select(MediaAsset.key, MediaAsset.duration, MediaAsset.created_at)).one()
    db.session.remove()
    for go in (lambda: downgrade(revision="0013"), lambda: upgrade(revision="0014")):
        go()
        db.session.remove()
        db.engine.dispose()
        row = db.session.execute(select(MediaAsset.key, MediaAsset.duration, MediaAsset.created_at)).one()
        assert row == before
        assert (
            db.session.scalar(select(VersionAsset.asset_id))
            == db.session.scalar(select(Rendition.asset_id))
            == 1
        )
        with pytest.raises(IntegrityError):
            db.session.execute(text("DELETE FROM media_assets"))
        db.session.rollback()
    db.session.execute(text("UPDATE media_assets SET kind = 'audio'"))
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE media_assets SET kind = 'song'"))
    db.session.rollback()
