"""The report on groups: the ladder, how large groups are, who waits and why, moves, operators and staffing."""

import duckdb

from muster.report.pages import rows

OPERATORS = 20  # the fullest; operator_load holds all
BINS = 35
# The picture's coordinates, which its page scales; labels lie above the bars and below them.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 170, 40, 34, 26
GAP = 2


def groups(connection: duckdb.DuckDBPyConnection) -> dict:
    """The values of templates/groups.html.j2; connection: one that sees the candidate's marts."""
    bounds = dict(
        connection.execute(
            """select parameter, value::integer from policy.parameters
            where parameter in ('group_least_size', 'group_target_size', 'group_most_size')"""
        ).fetchall()
    )
    marks = {name.removeprefix("group_").removesuffix("_size"): bounds[name] for name in sorted(bounds)}
    sizes = connection.execute("select inside, inside + pending from marts.groups order by all").fetchall()
    return {
        "ladder": _ladder(connection),
        "statuses": rows(
            connection,
            """select s.label_en, s.label_zh, count(g.group_id) as groups, count(*) filter (g.is_behind) as behind,
                count(*) filter (g.is_unstaffed) as unstaffed
            from policy.group_statuses s join marts.groups g using (status)
            group by s.label_en, s.label_zh, s.sort_order order by s.sort_order""",
        ),
        "picture": sizes_picture(sizes, marks),
        "people": _people(connection),
        "moves": rows(
            connection,
            """select move_en, move_zh, reason_en, reason_zh, is_proposal, count(*) as people,
                count(*) filter (is_new) as decided_now
            from marts.group_moves join policy.group_move_kinds k using (move)
            group by all order by any_value(k.sort_order), people desc, reason_en, is_proposal""",
        ),
        "operators": rows(
            connection,
            f"""select * from marts.operator_load where is_active or groups > 0
            order by groups desc, people desc, operator_id limit {OPERATORS}""",
        ),
        "staffing": rows(
            connection,
            "select p.* from marts.staffing_plan p join policy.staffing_roles r using (role) order by r.sort_order",
        ),
    }


def _ladder(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """Kinds that are open or have groups, each with `rungs`; a rung without a number is that of mixed groups.

    depth: a rung's people as a share of those of the fullest rung.
    """
    found = rows(
        connection,
        """with steps as (
            select group_kind, rung, label_en, label_zh from policy.group_ladder
            union all
            select distinct group_kind, null, 'Mixed, there before', '原有混合群' from marts.groups where rung is null
        )
        select k.group_kind, k.label_en as kind_en, k.label_zh as kind_zh, s.rung, s.label_en, s.label_zh,
            count(g.group_id) as groups, coalesce(sum(g.inside), 0)::bigint as inside,
            coalesce(sum(g.pending), 0)::bigint as pending, count(*) filter (g.shows_code) as showing
        from policy.group_kinds k
        join steps s using (group_kind)
        left join marts.groups g on g.group_kind = s.group_kind and g.rung is not distinct from s.rung
        where k.is_open or k.group_kind in (select group_kind from marts.groups)
        group by all order by any_value(k.sort_order), s.rung nulls last""",
    )
    most = max((row["inside"] + row["pending"] for row in found), default=0) or 1
    kinds: dict[str, dict] = {}
    for row in found:
        kind = kinds.setdefault(row["group_kind"], row | {"rungs": []})
        kind["rungs"].append(row | {"depth": row["inside"] / most, "depth_pending": row["pending"] / most})
    return list(kinds.values())


def _people(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """People by kind, status and, where they have no group, reason; least: the fewest that one of them lacks."""
    return rows(
        connection,
        """select k.label_en as kind_en, k.label_zh as kind_zh, a.status_en, a.status_zh,
            if(s.is_inside or s.is_pending, '', a.reason_en) as reason_en,
            if(s.is_inside or s.is_pending, '', a.reason_zh) as reason_zh,
            count(*) as people, min(a.missing) as least
        from marts.group_assignments a
        join policy.group_kinds k using (group_kind) join policy.membership_statuses s using (status)
        group by all order by any_value(k.sort_order), any_value(s.sort_order), people desc, reason_en""",
    )


def sizes_picture(sizes: list[tuple[int, int]], marks: dict[str, int]) -> dict | None:
    """Groups by size as bars, those inside before those with everybody who is to come; None without a group.

    sizes: (inside, inside and to come). marks: the policy's sizes, each a line.
    """
    if not sizes:
        return None
    last = max(*marks.values(), *(size for pair in sizes for size in pair))
    step = -(-(last + 1) // BINS)
    counts = [[0] * (last // step + 1) for _ in range(2)]
    for pair in sizes:
        for series, size in zip(counts, pair, strict=True):
            series[size // step] += 1
    most = max(max(series) for series in counts)
    wide = WIDTH / len(counts[0])
    bars = [
        {
            "from": n * step, "to": (n + 1) * step - 1, "x": round(LEFT + n * wide, 1), "width": round(wide - GAP, 1),
            "inside": inside, "expected": expected,
            "y_inside": _y(inside / most), "y_expected": _y(expected / most),
        }
        for n, (inside, expected) in enumerate(zip(*counts, strict=True))
    ]  # fmt: skip
    return {
        "width": LEFT + WIDTH + LEFT, "height": TOP + HEIGHT + BOTTOM, "floor": TOP + HEIGHT, "top": TOP, "left": LEFT,
        "right": LEFT + WIDTH, "most": most, "bars": [bar for bar in bars if bar["inside"] or bar["expected"]],
        "marks": [{"name": name, "size": size, "x": round(LEFT + WIDTH * size / (len(bars) * step), 1)}
                  for name, size in sorted(marks.items(), key=lambda mark: mark[1])],
    }  # fmt: skip


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share), 1)
