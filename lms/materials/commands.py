"""Changing the library: take a document in, withdraw it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.assets.commands import storage
from lms.core import audit_log, clock, crypto, jobs
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.core.events import publish
from lms.extensions import db
from lms.materials.events import MaterialWithdrawn
from lms.materials.models import Material, MaterialStatus, Visibility
from media import apart, kinds
from media.errors import MediaError

LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document lying on this machine, looked at and found good."""

    path: Path
    name: str
    kind: kinds.DocumentKind
    pages: int
    digest: str


def examine(path: Path, name: str) -> Incoming:
    """Look at a file before anything is written; raises Invalid with a sentence."""
    name = kinds.clean_name(name)
    try:
        kind = kinds.kind_of(path, name)
        pages = apart.check(path, name)
    except MediaError as error:
        raise Invalid(error.message) from None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Incoming(path, name, kind, pages, digest)


def take(
    incoming: Incoming, *, title: str, unit_id: int, visibility: Visibility, actor_id: int | None
) -> Material:
    """Keep a document and enqueue its pages; the same content in the same unit is the one that is there already."""
    title = " ".join(title.split()) or incoming.name.rpartition(".")[0].strip() or incoming.name
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"标题太长了，最多 {LONGEST_TITLE} 个字。")
    if known := _living(unit_id, incoming.digest):
        return known
    key = crypto.token(12).lower().replace("-", "x")
    source = f"materials/{key}/original.{incoming.kind}"
    storage().put(source, incoming.path)
    begin_write(db.session)
    made = Material(
        key=key, unit_id=unit_id, title=title, file_name=incoming.name, kind=incoming.kind, visibility=visibility,
        status=MaterialStatus.RECEIVED, source_key=source, digest=incoming.digest,
        size=incoming.path.stat().st_size, page_count=incoming.pages, has_text=False, uploaded_by_id=actor_id,
        created_at=clock.now(),
    )  # fmt: skip
    return _added(made, actor_id)


def _living(unit_id: int, digest: str) -> Material | None:
    return db.session.scalar(
        select(Material).where(
            Material.unit_id == unit_id,
            Material.digest == digest,
            Material.status.in_([MaterialStatus.RECEIVED, MaterialStatus.READY]),
        )
    )


def _added(made: Material, actor_id: int | None) -> Material:
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # sent twice at the same moment: the first one stays
        storage().delete(made.source_key)
        first = _living(made.unit_id, made.digest)
        if first is None:
            raise
        return first
    audit_log.record(actor_id, "material.received", "material", made.id, {"unit": made.unit_id})
    jobs.enqueue(
        "materials.process", {"material_id": made.id}, key=f"material:{made.id}", lane=jobs.Lane.HEAVY
    )
    return made


def withdraw(material: Material, *, actor_id: int | None) -> None:
    """Take a material out of the library; its row stays, its addresses answer no more. Raises Conflict."""
    if material.status == MaterialStatus.WITHDRAWN:
        raise Conflict("这份资料已经撤下了。")
    material.status = MaterialStatus.WITHDRAWN
    audit_log.record(actor_id, "material.withdrawn", "material", material.id)
    publish(MaterialWithdrawn(material.id))
