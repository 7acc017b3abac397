"""Who hears which event, who does which job, which rooms open: the tables of the house."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint

from lms.accounts import second_views as second_factor
from lms.accounts import views as accounts
from lms.accounts.events import VisitorRecognised
from lms.assessment import attempt_views, marking_views, regrade_views
from lms.assessment.events import AttemptGraded
from lms.assets import views as assets
from lms.assets.events import AssetReady, MediaFetched
from lms.audit import export_views as audit_exports
from lms.audit import person_views as audit_person
from lms.audit import views as audit
from lms.authoring import (
    film_views,
    lesson_views,
    package_views,
    paste_views,
    preview_views,
    question_views,
    review_views,
    upload_views,
)
from lms.authoring import views as authoring
from lms.catalogue import local_views as local_fields
from lms.catalogue import views as catalogue
from lms.catalogue.events import CoursePublished, CourseWithdrawn
from lms.certificates import handlers as certificate_handlers
from lms.certificates import staff_views as certificate_register
from lms.certificates import views as certificates
from lms.classes import roster_views as rosters
from lms.classes import venue_views as venue
from lms.classes import views as classes
from lms.classes.events import Attended
from lms.federations import join_views as joining
from lms.home import styleguide_views as styleguide
from lms.home import views as home
from lms.learning import (
    appeal_views,
    assignment_views,
    class_views,
    document_views,
    handout_views,
    people_views,
    print_views,
    quiz_views,
    survey_views,
    text_views,
    transcript_views,
    work_views,
)
from lms.learning import handlers as learning_handlers
from lms.learning import views as learning
from lms.learning.events import CourseCompleted
from lms.materials import staff_views as material_shelf
from lms.materials import views as materials
from lms.materials.events import MaterialReady, MaterialWithdrawn
from lms.operations import views as operations
from lms.search import handlers as search_handlers
from lms.search import views as search
from lms.service_records import activity_views as activities
from lms.service_records import my_views as records
from lms.service_records import staff_views as service_desk

HANDLERS: Mapping[type[Any], Sequence[Callable[[Any], None]]] = {
    VisitorRecognised: (learning_handlers.take_over,),
    MediaFetched: (learning_handlers.note_fetch,),
    AttemptGraded: (learning_handlers.finish_paper,),
    Attended: (learning_handlers.finish_class,),
    CourseCompleted: (certificate_handlers.issue_certificate,),
    CoursePublished: (search_handlers.follow,),
    CourseWithdrawn: (search_handlers.follow,),
    AssetReady: (search_handlers.follow,),
    MaterialReady: (search_handlers.follow,),
    MaterialWithdrawn: (search_handlers.follow,),
}

# Named by text: only workers and called commands load what these need (WeasyPrint, ffmpeg).
JOBS: Mapping[str, str] = {
    "assessment.sweep": "lms.assessment.jobs:sweep",
    "assets.process": "lms.assets.jobs:process",
    "audit.export": "lms.audit.jobs:export",
    "audit.sweep": "lms.audit.jobs:sweep",
    "authoring.hand_over": "lms.authoring.jobs:hand_over",
    "authoring.sweep": "lms.authoring.jobs:sweep",
    "catalogue.draw_covers": "lms.catalogue.jobs:draw_covers",
    "certificates.render": "lms.certificates.jobs:render",
    "learning.sweep": "lms.learning.jobs:sweep",
    "materials.process": "lms.materials.jobs:process",
    "operations.back_up": "lms.operations.jobs:back_up",
    "operations.nightly": "lms.operations.jobs:nightly",
    "search.rebuild": "lms.search.jobs:rebuild",
    "search.update": "lms.search.jobs:update",
}
PERIODIC: Mapping[str, float] = {
    "assessment.sweep": 60.0,
    "audit.sweep": 3600.0,
    "authoring.sweep": 3600.0,
    "catalogue.draw_covers": 3600.0,
    "learning.sweep": 3600.0,
    "operations.nightly": 600.0,
    "search.update": 120.0,
}

# Where a person lands after signing in, when she came from nowhere.
FIRST_PAGE: Callable[[int], str] = home.first_page

BLUEPRINTS: Sequence[Blueprint] = (
    home.bp,
    styleguide.bp,
    accounts.bp,
    second_factor.bp,
    joining.bp,
    assets.bp,
    catalogue.bp,
    local_fields.bp,
    learning.bp,
    text_views.bp,
    transcript_views.bp,
    document_views.bp,
    handout_views.bp,
    quiz_views.bp,
    attempt_views.bp,
    marking_views.bp,
    regrade_views.bp,
    appeal_views.bp,
    class_views.bp,
    assignment_views.bp,
    work_views.bp,
    people_views.bp,
    print_views.bp,
    survey_views.bp,
    classes.bp,
    rosters.bp,
    venue.bp,
    certificates.bp,
    certificate_register.bp,
    search.bp,
    audit.bp,
    audit_person.bp,
    audit_exports.bp,
    activities.bp,
    service_desk.bp,
    records.bp,
    authoring.bp,
    lesson_views.bp,
    film_views.bp,
    question_views.bp,
    preview_views.bp,
    review_views.bp,
    package_views.bp,
    paste_views.bp,
    upload_views.bp,
    materials.bp,
    material_shelf.bp,
    operations.bp,
)
