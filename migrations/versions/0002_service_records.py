"""service records: activities, hours, corrections, proofs; certificates become papers of several kinds

"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(table: str, column: str, name: str, **words: object) -> list[object]:
    return [
        sa.Column(column, sa.Integer(), **words),
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name),
    ]


def upgrade() -> None:
    with op.batch_alter_table("certificates") as batch:
        batch.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="course"))
        batch.alter_column("completion_id", existing_type=sa.Integer(), nullable=True)
        batch.create_check_constraint(op.f("ck_certificates_kind"), "kind IN ('course', 'service')")
        batch.create_check_constraint(
            op.f("ck_certificates_completion_of_course"), "(kind = 'course') = (completion_id IS NOT NULL)"
        )

    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        *_to("units", "unit_id", op.f("fk_activities_unit_id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("leader", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        *_to("people", "created_by_id", op.f("fk_activities_created_by_id")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_activities_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("form_id", name=op.f("uq_activities_form_id")),
    )
    op.create_index("ix_activities_unit", "activities", ["unit_id", "starts_at"])

    op.create_table(
        "service_records",
        sa.Column("id", sa.Integer(), nullable=False),
        *_to("activities", "activity_id", op.f("fk_service_records_activity_id"), nullable=False),
        *_to("people", "person_id", op.f("fk_service_records_person_id"), nullable=False),
        *_to("units", "unit_id", op.f("fk_service_records_unit_id"), nullable=False),
        *_to("units", "home_unit_id", op.f("fk_service_records_home_unit_id")),
        sa.Column("quarters", sa.Integer(), nullable=False),
        sa.Column("counted_quarters", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_by_weekdays", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        *_to("people", "created_by_id", op.f("fk_service_records_created_by_id")),
        sa.Column("confirmed_at", MOMENT),
        *_to("people", "confirmed_by_id", op.f("fk_service_records_confirmed_by_id")),
        sa.CheckConstraint("quarters BETWEEN 0 AND 96", name=op.f("ck_service_records_quarters")),
        sa.CheckConstraint("counted_quarters BETWEEN 0 AND quarters", name=op.f("ck_service_records_counted")),
        sa.CheckConstraint("state IN ('pending', 'confirmed')", name=op.f("ck_service_records_state")),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_service_records_confirmed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_records")),
        sa.UniqueConstraint("activity_id", "person_id", name=op.f("uq_service_records_activity_id_person_id")),
    )
    op.create_index("ix_service_records_person", "service_records", ["person_id", "state"])
    op.create_index("ix_service_records_unit", "service_records", ["unit_id", "state"])
    op.create_index("ix_service_records_home", "service_records", ["home_unit_id", "state"])

    op.create_table(
        "service_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        *_to("activities", "activity_id", op.f("fk_service_corrections_activity_id"), nullable=False),
        *_to("service_records", "record_id", op.f("fk_service_corrections_record_id")),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_to("people", "by_id", op.f("fk_service_corrections_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_corrections")),
    )
    op.create_index("ix_service_corrections_activity_id", "service_corrections", ["activity_id"])
    op.create_index("ix_service_corrections_record_id", "service_corrections", ["record_id"])

    op.create_table(
        "correction_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        *_to("service_records", "record_id", op.f("fk_correction_requests_record_id"), nullable=False),
        *_to("people", "person_id", op.f("fk_correction_requests_person_id"), nullable=False),
        *_to("units", "unit_id", op.f("fk_correction_requests_unit_id"), nullable=False),
        sa.Column("wanted_quarters", sa.Integer()),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("decided_at", MOMENT),
        *_to("people", "decided_by_id", op.f("fk_correction_requests_decided_by_id")),
        sa.CheckConstraint("state IN ('open', 'accepted', 'refused')", name=op.f("ck_correction_requests_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_correction_requests_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_requests")),
    )
    op.create_index(
        op.f("uq_correction_requests_open"),
        "correction_requests",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_correction_requests_unit", "correction_requests", ["unit_id", "state"])

    op.create_table(
        "service_proofs",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        *_to("people", "person_id", op.f("fk_service_proofs_person_id"), nullable=False),
        *_to("units", "unit_id", op.f("fk_service_proofs_unit_id"), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_service_proofs_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_service_proofs")),
        sa.UniqueConstraint(
            "person_id", "form_id", "unit_id", name=op.f("uq_service_proofs_person_id_form_id_unit_id")
        ),
    )
    op.create_index("ix_service_proofs_unit_id", "service_proofs", ["unit_id"])

    op.create_table(
        "proof_records",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["service_proofs.certificate_id"], name=op.f("fk_proof_records_certificate_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["service_records.id"], name=op.f("fk_proof_records_record_id")),
        sa.PrimaryKeyConstraint("certificate_id", "record_id", name=op.f("pk_proof_records")),
    )
    op.create_index("ix_proof_records_record_id", "proof_records", ["record_id"])


def downgrade() -> None:
    for table in (
        "proof_records",
        "service_proofs",
        "correction_requests",
        "service_corrections",
        "service_records",
        "activities",
    ):
        op.drop_table(table)
    with op.batch_alter_table("certificates") as batch:
        batch.drop_constraint(op.f("ck_certificates_completion_of_course"), type_="check")
        batch.drop_constraint(op.f("ck_certificates_kind"), type_="check")
        batch.alter_column("completion_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("kind")
