"""Jobs that carry notices out of the house: the outbox told, mail and webhooks sent, digests made, old ones swept."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import NotFound
from licensetrack.core.job_queue import enqueue
from licensetrack.jobs import mail_files, mail_texts, webhooks
from licensetrack.jobs.handlers import Run, handles
from licensetrack.jobs.mail import NotSent, Postman
from licensetrack.notices import channels, deliveries, digests, retention, telling
from licensetrack.notices.audiences import permitted
from licensetrack.notices.kinds import KINDS
from licensetrack.notices.models import Delivery, NoticeEvent, WebhookEndpoint
from licensetrack.notices.posting import MAIL, WEBHOOK

log = structlog.get_logger()
NO_SERVER = "No mail server is set; nothing goes out by mail."
GONE = "The person may not hear of it any more, or has no e-mail address."
OFF = "The endpoint is switched off."
UNMADE = "The message can not be made: %(reason)s"


@handles("notices:dispatch", label="Tell people what happened", even_read_only=True)
def work_dispatch(_run: Run) -> dict[str, int]:
    """Every minute: the outbox becomes notices; what is due to go out gets a job of its own."""
    handled, told = telling.dispatch()
    with reading() as db:
        due = deliveries.is_due(db)
    if due:
        with transaction(even_read_only=True) as db:
            enqueue(db, "notices:send", actor=SYSTEM, dedupe=f"notices:send:{now():%Y%m%d%H%M}")
    return {"handled": handled, "told": told}


@handles("notices:send", label="Send mail and webhooks", long=True, even_read_only=True)
def work_send(run: Run) -> dict[str, int]:
    """Sends what is due, each delivery claimed first; a mail server that is down is asked once in a run."""
    unsure = deliveries.settle_abandoned()
    mails, hooks = _send_mail(run), _send_webhooks(run)
    return {"mail": mails, "webhook": hooks, "uncertain": unsure}


@handles("notices:digest", label="Gather the day's notices into one mail each", even_read_only=True)
def work_digest(_run: Run) -> dict[str, int]:
    """Each morning."""
    with transaction(even_read_only=True) as db:
        return {"made": digests.gather(db)}


@handles("notices:sweep", label="Clear away old notices", even_read_only=True)
def work_sweep(_run: Run) -> dict[str, int]:
    """Each night."""
    with transaction(even_read_only=True) as db:
        return {"removed": retention.sweep(db)}


def _send_mail(run: Run) -> int:
    used, sent, last = channels.used(), 0, 0
    with Postman(used) as postman:
        while (mine := deliveries.claim_next(MAIL, after=last)) is not None:
            last = mine.id
            try:
                recipient, content = _written(mine, used)
            except NotSent as reason:
                deliveries.withdrawn(mine, reason.message, **reason.told)
                continue
            except Exception as error:  # a text that can not be made holds up no other
                log.exception("mail can not be made", delivery=mine.id)
                deliveries.broken(mine, UNMADE, reason=type(error).__name__)
                continue
            try:
                postman.send(recipient, content)
            except NotSent as reason:
                _not_sent(mine, reason)
                if reason.server:
                    break
            else:
                deliveries.arrived(mine)
                sent += 1
            run.progress(sent)
    return sent


def _send_webhooks(run: Run) -> int:
    used, sent, last = channels.used(), 0, 0
    while (mine := deliveries.claim_next(WEBHOOK, after=last)) is not None:
        last = mine.id
        with reading() as db:
            endpoint = db.get_one(WebhookEndpoint, mine.endpoint_id)
            event = None if mine.event_id is None else db.get_one(NoticeEvent, mine.event_id)
            db.expunge_all()
        if not endpoint.active:
            deliveries.withdrawn(mine, OFF)
            continue
        try:
            webhooks.send(mine, endpoint, event, used)
        except NotSent as reason:
            _not_sent(mine, reason)
        except NotFound as refusal:  # the secret was sealed with another key
            deliveries.broken(mine, refusal.message)
        else:
            deliveries.arrived(mine)
            sent += 1
        run.progress(sent)
    return sent


def _not_sent(mine: Delivery, reason: NotSent) -> None:
    act = deliveries.unsure if reason.unsure else deliveries.put_off if reason.later else deliveries.broken
    act(mine, reason.message, **reason.told)
    log.warning("not sent", delivery=mine.id, channel=mine.channel, kind=mine.kind, later=reason.later)


def _written(mine: Delivery, used: channels.Channels) -> tuple[str, bytes]:
    """Recipient and content of one mail. Raises NotSent where nobody should get it any more."""
    if not used.mail.host:
        raise NotSent(NO_SERVER)
    with reading() as db:
        person = db.get_one(User, mine.user_id)
        events = _events(db, mine, person)
        if not person.active or not person.email or (mine.kind in (*KINDS, digests.KIND) and not events):
            raise NotSent(GONE)
        if mine.kind == digests.KIND:
            texts = mail_texts.digest_of(events, person, used)
        elif mine.kind in KINDS:
            texts = mail_texts.texts_of(events[0], person, used)
        else:
            texts = mail_texts.plain_of(mine.kind, person, used)
        message = mail_texts.message_of(texts, mine, person, used)
        if mine.kind in KINDS:  # what is gathered for the day has its links
            mail_files.attach(db, message, events[0], person.language)
        return person.email, message.as_bytes()


def _events(db: Session, mine: Delivery, person: User) -> list[NoticeEvent]:
    """What the mail is about, as far as the person may still hear of it."""
    found = digests.events_in(db, mine.id) if mine.kind == digests.KIND else []
    if mine.event_id is not None:
        found = [db.get_one(NoticeEvent, mine.event_id)]
    return [one for one in found if permitted(db, [person.id], KINDS[one.kind].sees, one.unit_id)]
