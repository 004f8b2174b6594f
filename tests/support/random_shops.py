"""Hypothesis strategies for whole landing zones: nobody, one person or sixty; ties, refunds, corrections, boundaries.

What the contract leaves open is not drawn: within a file, versions of an order have one user and different
`updated`, versions of a user different `updated`, and an order's refund lines name one order.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.compiled import Row
from support.plain.orders import OrderRow
from support.plain.priors import calibration_day
from support.plain.shop import Landing, UserRow
from support.shops import Shop

# Leap day, the days around it, ends of a month, of a year, in the middle of a month
AS_OF_DATES = tuple(
    date.fromisoformat(day)
    for day in ("2024-03-01", "2024-02-29", "2024-03-31", "2023-12-31", "2024-05-15", "2025-03-01")
)
PEOPLE = (0, 1, 2, 3, 5, 8, 13, 30, 60, 60)
CHANNELS = (("app", "app", "shop"), ("app", "app"), ("app", "all"), ())
FILES = ("9.csv", "A.csv", "a.csv", "b/1.csv")  # in the order of their bytes
# Both sides of every boundary of the stages, of the window and of the backtest; below 0: already landed, not yet there
EDGES = (-40, -1, 0, 1, 13, 14, 15, 29, 30, 31, 32, 53, 54, 55, 56, 89, 90, 91, 92, 120, 121, 179, 180, 181, 182,
         364, 365, 366, 367, 729, 730, 731)  # fmt: skip
GAPS = (1, 1, 7, 7, 7, 14, 30, 30, 31, 45, 60, 90, 91, 150, 366)
AMOUNTS = tuple(Decimal(text) for text in ("10", "10", "10", "20", "5", "0", "19.995", "0.005", "-3.005", "1234.5678"))
KINDS = ("one",) * 8 + ("two", "given_back", "given_back_later", "unlinked", "corrected", "any", "chain")
STATUSES = ("completed",) * 12 + ("refund", "cancelled", "pending", "failed")


def nights(of_lines: bool) -> st.SearchStrategy[tuple[date, Landing]]:
    """(as_of, landing zone of orders or of order_lines) of shops of any size."""
    shops = st.tuples(st.sampled_from(AS_OF_DATES), st.sampled_from(PEOPLE))
    return shops.flatmap(lambda shop: st.tuples(st.just(shop[0]), landings(shop[0], shop[1], of_lines)))


def largest_landing(as_of: date, of_lines: bool) -> Landing:
    """Of a few large ones with users the one with the most orders; not shrunk, as `hypothesis.find` would."""
    drawn: list[Landing] = []

    @settings(max_examples=10, phases=[Phase.generate])
    @given(landings(as_of, PEOPLE[-1], of_lines))
    def draw(landing: Landing) -> None:
        drawn.append(landing)

    draw()
    return max(drawn, key=lambda landing: (landing.users != (), len(landing.orders)))


@st.composite
def landings(draw: st.DrawFn, as_of: date, people: int, of_lines: bool) -> Landing:
    """A landing zone of so many people who may buy, and of a few more who do not."""
    names = [f"u{number:02d}" for number in range(people)]
    orders: list[OrderRow] = []
    for name in names:
        for day in draw(purchase_days(as_of)):
            order_id = f"o{len(orders):03d}"
            many_lines = of_lines and draw(st.sampled_from((False,) * 5 + (True,)))
            orders += draw((_lines if many_lines else _day_of_purchase)(order_id, name, day))
    orders += draw(_odd_orders(as_of, orders, names))
    if of_lines:
        orders = [replace(row, updated=None) for row in orders]
    users = draw(_users(as_of, names)) if draw(st.sampled_from((True, True, False))) else []
    return Landing(tuple(users), tuple(orders), of_lines)


@st.composite
def purchase_days(draw: st.DrawFn, as_of: date) -> list[date]:
    """No day, some days on boundaries, or a rhythm that ends on one; a day may come twice."""
    ends = [as_of - timedelta(days=days) for days in EDGES]
    ends += [calibration_day(as_of) + timedelta(days=days) for days in (-1, 0, 1)]
    ends += [calibration_day(calibration_day(as_of)), date(2024, 2, 29)]
    habit = draw(st.sampled_from(("none", "edges", "anywhere", "rhythm", "rhythm", "rhythm")))
    if habit == "none":
        return []
    if habit == "edges":
        return draw(st.lists(st.sampled_from(ends), min_size=1, max_size=3))
    if habit == "anywhere":
        return [as_of - timedelta(days=days) for days in draw(st.lists(st.integers(0, 800), min_size=1, max_size=4))]
    days = [draw(st.sampled_from(ends))]
    for gap in draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=7)):
        days.append(days[-1] - timedelta(days=gap))
    return days


@st.composite
def _day_of_purchase(draw: st.DrawFn, order_id: str, user_id: str, day: date) -> list[OrderRow]:
    """Mostly one order; or two on the day, one given back (and the refund refunded), one corrected later."""
    amount, file = draw(st.sampled_from(AMOUNTS)), draw(st.sampled_from(FILES[:3]))
    order = OrderRow(file, order_id, user_id, day, amount)
    kind = draw(st.sampled_from(KINDS))
    if kind == "two":
        return [order, replace(order, order_id=f"{order_id}b", amount=draw(st.sampled_from(AMOUNTS)))]
    if kind == "given_back":
        return [order, replace(order, order_id=f"{order_id}r", status="refund", refund_of=order_id)]
    if kind in ("given_back_later", "unlinked"):
        later = day + timedelta(days=draw(st.sampled_from((1, 5, 30, 90))))
        name = order_id if kind == "given_back_later" else None
        part = draw(st.sampled_from((Decimal(-1), amount)))
        return [order, replace(order, order_id=f"{order_id}r", day=later, amount=part, status="refund", refund_of=name)]
    if kind == "corrected":
        moved = day + timedelta(days=draw(st.sampled_from((-1, 0, 1, 100))))
        corrected = replace(
            order, day=moved, amount=draw(st.sampled_from(AMOUNTS)), status=draw(st.sampled_from(STATUSES))
        )
        same_file = draw(st.booleans())
        return [replace(order, updated=day), replace(corrected, updated=day + timedelta(days=1)) if same_file
                else replace(corrected, file=FILES[3])]  # fmt: skip
    if kind == "chain":
        refund = replace(order, order_id=f"{order_id}r", status="refund", refund_of=order_id)
        again = replace(refund, order_id=f"{order_id}s", day=day + timedelta(days=1), refund_of=refund.order_id)
        return [replace(order, status=draw(st.sampled_from(("completed", "cancelled")))), refund, again]
    if kind == "any":
        return [replace(order, status=draw(st.sampled_from(STATUSES)))]
    return [order]


@st.composite
def _lines(draw: st.DrawFn, order_id: str, user_id: str, day: date) -> list[OrderRow]:
    """An order of lines that differ in day, amount and status; some nobody's, now and then one somebody else's."""
    return [
        OrderRow(
            file=draw(st.sampled_from(FILES[:2])),
            order_id=order_id,
            user_id=draw(st.sampled_from((user_id,) * 16 + (None, None, "u00"))),
            day=day + timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 40)))),
            amount=draw(st.sampled_from(AMOUNTS)),
            status=draw(st.sampled_from(STATUSES)),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]


@st.composite
def _odd_orders(draw: st.DrawFn, as_of: date, orders: list[OrderRow], names: list[str]) -> list[OrderRow]:
    """Anonymous orders, and refunds of anybody's order, of an unknown one, of refunds, of themselves."""
    odd: list[OrderRow] = []
    for number in range(draw(st.integers(0, 8))):
        owners = {row.order_id: row.user_id for row in (*orders, *odd)} | {f"x{number}": None, "unknown": None}
        of_odd = tuple(row.order_id for row in odd)
        target = draw(st.sampled_from((None, *of_odd)) | st.sampled_from(tuple(owners)))
        odd.append(
            OrderRow(
                file=draw(st.sampled_from(FILES)),
                order_id=f"x{number}",
                user_id=draw(st.sampled_from((owners.get(target),) * 4 + (None, *names))),
                day=as_of - timedelta(days=draw(st.sampled_from(EDGES))),
                amount=draw(st.sampled_from(AMOUNTS)),
                status=draw(st.sampled_from(("refund", "refund", "refund", "completed", "cancelled"))),
                refund_of=target,
            )
        )
    return odd


@st.composite
def _users(draw: st.DrawFn, as_of: date, names: list[str]) -> list[UserRow]:
    """Rows of most buyers and of some who never buy; some in two versions."""
    channels = (None, *draw(st.sampled_from(CHANNELS)))
    days = st.sampled_from((None, *(as_of - timedelta(days=days) for days in EDGES)))
    gone = st.sampled_from([as_of + timedelta(days=days) for days in (-400, -90, -1, 0, 1)])
    rows: list[UserRow] = []
    for name in (*names, *(f"v{number}" for number in range(draw(st.integers(0, 4))))):
        if draw(st.sampled_from((True, True, True, True, False))):
            row = UserRow(
                file=FILES[0],
                user_id=name,
                registered=draw(days),
                channel=draw(st.sampled_from(channels)),
                is_staff=draw(st.sampled_from((False,) * 9 + (True,))),
                deleted=draw(gone) if draw(st.sampled_from((False,) * 9 + (True,))) else None,
                updated=draw(days),
            )
            rows.append(row)
            if draw(st.sampled_from((False,) * 5 + (True,))):
                file = draw(st.sampled_from(FILES[1:]))
                rows.append(replace(row, file=file, channel=draw(st.sampled_from(channels)), updated=draw(days)))
    return rows


def feeds(landing: Landing) -> dict[str, list[Row]]:
    """The landing zone's rows by feed, under the contract's names, each with its source_file."""
    feed, amount = ("order_lines", "line_amount") if landing.of_lines else ("orders", "amount")
    orders = [
        {
            "source_file": f"{feed}/{row.file}", "order_id": row.order_id, "user_id": row.user_id,
            "ordered_at": f"{row.day} 12:00:00", amount: row.amount, "status": row.status,
            "refund_of_order_id": row.refund_of, **({} if landing.of_lines else {"updated_at": row.updated}),
        }
        for row in landing.orders
    ]  # fmt: skip
    users = [
        {
            "source_file": f"users/{row.file}", "user_id": row.user_id, "registered_at": row.registered,
            "channel": row.channel, "is_staff": row.is_staff, "deleted_at": row.deleted, "updated_at": row.updated,
        }
        for row in landing.users
    ]  # fmt: skip
    return {feed: orders, "users": users}


def write(shop: Shop, landing: Landing) -> None:
    """The same rows as CSV files of a real landing zone."""
    shop.mapping()
    for rows in feeds(landing).values():
        for file in sorted({row["source_file"] for row in rows}):
            of_file = [row for row in rows if row["source_file"] == file]
            shop.csv(file, [{k: v for k, v in row.items() if k != "source_file"} for row in of_file])
