"""A failed task tells people: by webhook or mail, each where its Airflow connection exists.

muster_webhook: connection type http, the whole address in `host`. muster_mail: type smtp, with the receivers
in the extra field `to_email`.
"""

import logging
from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.notifier import BaseNotifier
from airflow.providers.common.compat.sdk import AirflowNotFoundException, BaseHook
from airflow.providers.http.notifications.http import HttpNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier

from muster.orchestration.turns import OutOfTurn

log = logging.getLogger(__name__)

WEBHOOK, MAIL = "muster_webhook", "muster_mail"
SUBJECT = "[muster] {{ ti.task_id }} failed"
TEXT = "{{ dag.dag_id }}.{{ ti.task_id }} failed in run {{ run_id }} (try {{ ti.try_number }}): {{ exception }}"


class FailureNotice(BaseNotifier):
    """Sends TEXT over every one of the two connections that exists; none is fine.

    Not for a backfill's nights after the one that failed: that one was told.
    """

    def notify(self, context: Mapping[str, Any]) -> None:
        if isinstance(context.get("exception"), OutOfTurn):
            return
        for connection_id, notifier in ((WEBHOOK, _webhook), (MAIL, _mail)):
            try:
                connection = BaseHook.get_connection(connection_id)
            except AirflowNotFoundException:
                continue
            log.info("sending a failure notice over the connection %s", connection_id)
            notifier(connection)(context)


def _webhook(connection: Any) -> HttpNotifier:
    return HttpNotifier(http_conn_id=WEBHOOK, json={"text": TEXT})


def _mail(connection: Any) -> SmtpNotifier:
    receivers = connection.extra_dejson["to_email"]
    return SmtpNotifier(smtp_conn_id=MAIL, to=receivers, subject=SUBJECT, html_content=TEXT)
