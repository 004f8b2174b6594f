"""The feeds that a landing zone may hold, column by column: CONTRACT.md section 2 as data."""

from dataclasses import dataclass

ID, TEXT, TIMESTAMP, DATE, DECIMAL, BOOLEAN, INTEGER = (
    "id", "text", "timestamp", "date", "decimal", "boolean", "integer",
)  # fmt: skip
PHONE, WECOM_ID, EMAIL = "phone", "wecom_id", "email"
HANDLE_TYPES = (PHONE, WECOM_ID, EMAIL)

SQL_TYPES = {
    ID: "VARCHAR", TEXT: "VARCHAR", TIMESTAMP: "TIMESTAMP", DATE: "DATE",
    DECIMAL: "DECIMAL(18,4)", BOOLEAN: "BOOLEAN", INTEGER: "BIGINT",
    PHONE: "VARCHAR", WECOM_ID: "VARCHAR", EMAIL: "VARCHAR",
}  # fmt: skip

ORDER_STATUSES = ("completed", "refund", "cancelled", "pending", "failed")
EVENT_TYPES = (
    "join", "leave", "message", "respond", "help", "share", "check_in", "content_open", "activity_join",
    "homework", "redeem", "active_minutes", "violation",
)  # fmt: skip
GROUP_ROLES = ("lead", "assistant", "koc", "member")
MILESTONE_STATUSES = ("expected", "confirmed", "ended")
SUPPRESSION_KINDS = ("blacklist", "opt_out", "complaint", "erasure", "whitelist")


@dataclass(frozen=True)
class Column:
    """One canonical column. `values`: the only ones allowed; `default`: what a blank one means."""

    name: str
    type: str = TEXT
    required: bool = False
    values: tuple[str, ...] = ()
    default: str | None = None
    blank_allowed: bool = False  # required as a column, yet a row may leave it empty

    @property
    def lake_name(self) -> str:
        """The column's name in the lake, where a plain handle never goes."""
        return f"{self.name}_hash" if self.type in HANDLE_TYPES else self.name


@dataclass(frozen=True)
class Feed:
    """One feed. `key`: which rows are versions of one thing; `dated_by`: the row's business date.

    `alternatives`: groups of columns of which one must be there whole, as a column and in every row.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated_by: str | None = None
    alternatives: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.required)


def _id(name: str, **options: object) -> Column:
    return Column(name, ID, **options)


def _time(name: str, **options: object) -> Column:
    return Column(name, TIMESTAMP, **options)


_ORDER_STATUS = Column("status", values=ORDER_STATUSES, default="completed")

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(
            "users",
            (
                _id("user_id", required=True), Column("nickname"), _time("registered_at"), Column("channel"),
                Column("entry_code"), _id("store_id"), Column("city"), Column("province"), Column("country"),
                Column("gender"), Column("birth_date", DATE), Column("milestone_date", DATE),
                Column("milestone_status", values=MILESTONE_STATUSES), Column("occupation"),
                Column("interests"), Column("phone", PHONE), Column("wecom_id", WECOM_ID),
                Column("email", EMAIL), _id("referrer_user_id"), Column("is_staff", BOOLEAN),
                Column("do_not_contact", BOOLEAN), _time("deleted_at"), _time("updated_at"),
            ),
            key=("user_id",),
            dated_by="registered_at",
        ),
        Feed(
            "orders",
            (
                _id("order_id", required=True), _id("user_id", required=True, blank_allowed=True),
                _time("ordered_at", required=True), Column("amount", DECIMAL, required=True), _ORDER_STATUS,
                _id("refund_of_order_id"), Column("channel"), _id("store_id"), Column("coupon"),
                Column("currency"), _time("updated_at"),
            ),
            key=("order_id",),
            dated_by="ordered_at",
        ),
        Feed(
            "order_lines",
            (
                _id("order_id", required=True), _id("user_id", required=True, blank_allowed=True),
                _time("ordered_at", required=True), _id("sku"), Column("product_name"), Column("category"),
                Column("quantity", DECIMAL), Column("unit_price", DECIMAL), Column("line_amount", DECIMAL),
                Column("list_price", DECIMAL), Column("unit_cost", DECIMAL), Column("coupon"), _ORDER_STATUS,
                _id("refund_of_order_id"),
            ),
            key=("order_id",),
            dated_by="ordered_at",
            alternatives=(("line_amount",), ("quantity", "unit_price")),
        ),
        Feed(
            "community_events",
            (
                _id("event_id", required=True), _id("user_id", required=True),
                Column("event_type", required=True, values=EVENT_TYPES),
                _time("occurred_at", required=True), _id("group_id"), Column("value", DECIMAL),
            ),
            key=("event_id",),
            dated_by="occurred_at",
        ),
        Feed(
            "group_members",
            (
                _id("group_id", required=True), _id("user_id", required=True),
                Column("role", values=GROUP_ROLES, default="member"), _time("joined_at"), _time("left_at"),
                Column("group_name"), _id("operator_id"),
            ),
            key=("group_id", "user_id"),
            dated_by="joined_at",
        ),
        Feed(
            "contacts",
            (
                _id("contact_id", required=True), _id("user_id", required=True),
                _time("contacted_at", required=True), Column("channel", required=True), Column("purpose"),
                Column("campaign"), _id("account_id"), _id("operator_id"), Column("result"),
                Column("cost", DECIMAL),
            ),
            key=("contact_id",),
            dated_by="contacted_at",
        ),
        Feed(
            "operators",
            (
                _id("operator_id", required=True), _id("user_id"), Column("name"), Column("active", BOOLEAN),
                Column("max_groups", INTEGER), Column("max_people", INTEGER), Column("days_off"),
            ),
            key=("operator_id",),
        ),
        Feed(
            "accounts",
            (
                _id("account_id", required=True), _id("operator_id"), Column("active", BOOLEAN),
                Column("daily_add_limit", INTEGER), Column("daily_contact_limit", INTEGER),
            ),
            key=("account_id",),
        ),
        Feed(
            "friends",
            (
                _id("account_id", required=True), _id("user_id", required=True), _time("requested_at"),
                _time("accepted_at"), _time("removed_at"),
            ),
            key=("account_id", "user_id"),
            dated_by="requested_at",
        ),
        Feed(
            "suppressions",
            (
                _id("user_id"), Column("phone", PHONE), Column("wecom_id", WECOM_ID),
                Column("kind", required=True, values=SUPPRESSION_KINDS), Column("reason"), _time("since"),
                _time("until"),
            ),
            key=("user_id", "phone", "wecom_id", "kind"),
            dated_by="since",
            alternatives=(("user_id",), ("phone",), ("wecom_id",)),
        ),
        Feed(
            "surveys",
            (
                _id("user_id", required=True), Column("question", required=True),
                Column("answer", required=True, blank_allowed=True), _time("answered_at"),
            ),
            key=("user_id", "question"),
            dated_by="answered_at",
        ),
    )
}  # fmt: skip

ORDER_FEEDS = ("orders", "order_lines")
