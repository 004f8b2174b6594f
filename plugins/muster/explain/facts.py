"""One customer's rows of a release, and the policy that the release was built with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from muster.engines import Engine
from muster.errors import MusterError
from muster.release import Release

Row = dict[str, Any]
POLICY = ("segment_grid", "segment_labels", "value_tiers", "lifecycle_stages", "parameters")
RECALL_POLICY = (
    "playbooks", "playbook_channels", "contact_channels", "benefits", "benefit_ladder", "scripts", "contact_results",
    "purposes",
)  # fmt: skip
EARLIER = """purpose in (
    select purpose from policy.purposes
    where priority < (select priority from policy.purposes where purpose = 'recall')
)"""
GROUP_POLICY = ("group_kinds", "group_eligibility", "group_ladder", "cohort_sources", "tier_bands")


@dataclass(frozen=True)
class Recall:
    """What a release says of the contacts of one customer's person. Slots are the newest first.

    speaker: the person's customer row that the decision is made by. lift: of the playbook, the periods that were read.
    ranked: how many may be contacted; ahead: how many of those before the person share the slots it waits for; others:
    how many of those slots serve purposes that come before recall.
    """

    speaker: Row
    candidate: Row | None
    slots: list[Row]
    holdouts: list[Row]
    lift: list[Row]
    ranked: int
    ahead: int
    others: int


@dataclass(frozen=True)
class Groups:
    """What a release says of one customer's person and groups. Assignments come in the order of their kinds.

    known: groups that these rows name, by their id; one that is closed is not there.
    """

    assignments: list[Row]
    moves: list[Row]
    cohort: Row | None
    known: dict[str, Row]


@dataclass(frozen=True)
class Facts:
    """What a release says of one customer. Rows are column -> value; None where the table has no row.

    value_parameters: of the model that value is from. cuts: metric -> cut points from low to high.
    policy: table -> rows; parameters: name -> number. recall and groups: None where the release is older than they are.
    """

    release: str
    as_of_date: date
    currency: str
    customer: Row
    rfm: Row | None
    lifecycle: Row
    threshold: Row | None
    value: Row | None
    value_parameters: dict[str, float]
    recall: Recall | None
    groups: Groups | None
    history: list[Row]
    cuts: dict[str, list[Decimal]]
    policy: dict[str, list[Row]]
    parameters: dict[str, Decimal]

    def row(self, table: str, key: str, code: str) -> Row:
        """A code's row in a policy table."""
        return next(row for row in self.policy[table] if row[key] == code)

    def label(self, table: str, key: str, code: str) -> tuple[str, str]:
        """A code's (English, Chinese) label in a policy table."""
        row = self.row(table, key, code)
        return row["label_en"], row["label_zh"]

    def parameter(self, name: str) -> int:
        return int(self.parameters[name])


def read_facts(engine: Engine, release: Release, user_id: str) -> Facts:
    """Read everything that a decision needs; MusterError where the release has no such customer."""
    with engine.reading_release(release) as connection:

        def rows(table: str, where: str = "", order: str = "", *given: Any) -> list[Row]:
            cursor = connection.execute(f"select * from {table} {where} {order}", list(given))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        def of_user(table: str) -> Row | None:
            return next(iter(rows(f"marts.{table}", "where user_id = ?", "", user_id)), None)

        customer = of_user("customers")
        if customer is None:
            raise MusterError(
                f"release {release.name} has no customer {user_id}",
                "look at the spelling (ids are text, leading zeros count); who was first seen later, has been deleted "
                "or is in no statistic has no row; muster status lists the releases",
            )
        manifest = release.manifest()
        has_recall = "marts.recall_candidates" in manifest["tables"]
        has_groups = "marts.group_assignments" in manifest["tables"]
        tables = (*POLICY, *(RECALL_POLICY if has_recall else ()), *(GROUP_POLICY if has_groups else ()))
        policy = {table: rows(f"policy.{table}") for table in tables}
        cuts: dict[str, list[Decimal]] = {}
        for cut in rows("marts.rfm_cut_points", "", "order by metric, percentile"):
            cuts.setdefault(cut["metric"], []).append(cut["cut_value"])
        value = of_user("customer_value")
        fitted = rows("marts.model_parameters", "where model = ?", "", value["model"]) if value else []
        return Facts(
            release=release.name,
            as_of_date=customer["as_of_date"],
            currency=manifest["currency"] or "",
            customer=customer,
            rfm=of_user("customer_rfm"),
            lifecycle=of_user("customer_lifecycle"),
            threshold=of_user("churn_thresholds"),
            value=value,
            value_parameters={row["parameter"]: float(row["value"]) for row in fitted},
            recall=_read_recall(rows, customer["person_id"]) if has_recall else None,
            groups=_read_groups(rows, customer["person_id"]) if has_groups else None,
            history=rows("marts.segment_history", "where user_id = ?", "order by valid_from", user_id),
            cuts=cuts,
            policy=policy,
            parameters={row["parameter"]: row["value"] for row in policy["parameters"]},
        )


def _read_recall(rows: Callable[..., list[Row]], person_id: str) -> Recall:
    speaker, *_ = rows(
        "marts.customers",
        "where person_id = ?",
        "order by last_purchase_date desc nulls last, lifetime_monetary desc, user_id limit 1",
        person_id,
    )
    candidate = next(iter(rows("marts.recall_candidates", "where person_id = ?", "", person_id)), None)
    ranked, ahead, others, lift = [], [], [], []
    if candidate and candidate["rank"] is not None:
        ranked = rows("marts.recall_candidates", "where rank is not null")
        ahead = [
            row for row in ranked
            if row["rank"] < candidate["rank"] and row["decision"] == "include" and _shares_slots(row, candidate)
        ]  # fmt: skip
        planned = rows(
            "marts.contact_schedule", f"where status = 'planned' and planned_date > as_of_date and {EARLIER}"
        )
        others = [row for row in planned if _shares_slots(row, candidate)]
    if candidate and candidate["score_source"] == "measured":
        lift = rows("marts.recall_lift", "where playbook = ? and read_on is not null and compared > 0", "",
                    candidate["playbook"])  # fmt: skip
    return Recall(
        speaker=speaker,
        candidate=candidate,
        slots=rows(
            "marts.contact_schedule",
            "where user_id in (select user_id from marts.customers where person_id = ?)",
            "order by planned_date desc, schedule_id",
            person_id,
        ),
        holdouts=rows("state.holdout_members", "where person_id = ?", "order by period", person_id),
        lift=lift,
        ranked=len(ranked),
        ahead=len(ahead),
        others=len(others),
    )


def _read_groups(rows: Callable[..., list[Row]], person_id: str) -> Groups:
    of_person = "where person_id = ?"
    assignments = rows(
        "marts.group_assignments join policy.group_kinds using (group_kind)",
        of_person,
        "order by sort_order",
        person_id,
    )
    moves = rows(
        "marts.group_moves join policy.group_move_kinds using (move)", of_person, "order by sort_order, from_group_id",
        person_id,
    )  # fmt: skip
    named = {row[name] for row in assignments for name in ("group_id", "from_group_id")}
    named |= {row[name] for row in moves for name in ("from_group_id", "to_group_id")}
    known = rows("marts.groups", "where list_contains(?, group_id)", "order by group_id", sorted(named - {None}))
    return Groups(
        assignments=assignments,
        moves=moves,
        cohort=next(iter(rows("state.cohort_members", of_person, "", person_id)), None),
        known={row["group_id"]: row for row in known},
    )


def _shares_slots(row: Row, candidate: Row) -> bool:
    """Whether both ask for the same channel, from the same account where it matters."""
    return row["channel"] == candidate["channel"] and (
        candidate["channel"] != "wecom" or row["account_id"] == candidate["account_id"]
    )


def score(cuts: list[Decimal], value: Decimal | int) -> int:
    """CONTRACT section 3: one plus the number of cut points strictly below the value."""
    return 1 + sum(cut < value for cut in cuts)
