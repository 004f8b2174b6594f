"""The sheets on an operator's groups: the list of them, and one for each with its people and what is to be done."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

from muster.landing.workbook import HEADINGS, bilingual
from muster.workbooks.names import sheet_names
from muster.workbooks.sheet import Column, Look, Row, Sheet, Value, labels, of

GROUPS = "Groups 群"
MOST_SHEETS = 100  # an open file each while a workbook is written; operators have 50 groups, nobody's may be thousands
YES, NO = bilingual("Yes", "是"), bilingual("No", "否")
TODAY_TOO = bilingual("Today", "今日")
AFTER_AGREEMENT = "Once somebody agrees\n经同意后"
ROLES = {
    "lead": bilingual("Lead", "群主"),
    "assistant": bilingual("Assistant", "助理"),
    "koc": bilingual("KOC", "达人"),
    "member": bilingual("Member", "成员"),
}


def _when(row: Row) -> Value:
    """When a move is to be made; an invitation that has no day yet says nothing."""
    if row["is_due"]:
        return TODAY_TOO
    if row["is_proposal"]:
        return AFTER_AGREEMENT
    return str(row["planned_date"]) if row["planned_date"] else None


def _whether(name: str, heading: tuple[str, str]) -> Column:
    return Column(heading, 14, lambda row: YES if row[name] else NO)


LIST = (
    Column(("Group", "群"), 36, of("group_name")),
    Column(("Kind", "类别"), 16, labels("group_kind")),
    Column(("Status", "状态"), 22, labels("status")),
    Column(("To do today", "今日任务"), 12, of("due"), "number"),
    Column(("Inside", "在群"), 10, of("inside"), "number"),
    Column(("To come", "待入群"), 10, of("pending"), "number"),
    Column(("Filled to", "目标人数"), 10, of("planned_size"), "number"),
    _whether("shows_code", ("Show its code", "可展示群码")),
    _whether("is_behind", ("Behind", "进度落后")),
    Column(("Opened", "建群日期"), 12, of("opened_on"), "date"),
    Column(("Merge into", "并入"), 36, of("merge_into_name")),
)
ROSTER = (
    Column(("No.", "序号"), 7, of("place"), "number"),
    Column(("To do", "任务"), 24, labels("move")),
    Column(("When", "时间"), 20, _when),
    Column(("Nickname", "昵称"), 18, of("nickname")),
    Column(("Role", "角色"), 16, lambda row: ROLES.get(row["role"], row["role"])),
    Column(("Status", "状态"), 16, labels("status")),
    Column(("Inside since", "入群日期"), 12, of("joined_on"), "date"),
    Column(("Tier", "等级"), 12, labels("value_tier")),
    Column(("Stage", "阶段"), 16, labels("stage")),
    Column(("Reason", "原因"), 30, labels("reason")),
    Column(("Other group", "相关群"), 34, of("other_group_name")),
    Column(HEADINGS["user_id"], 14, of("user_id")),
)


def title(group: Row) -> str:
    """What stands above a group's people."""
    status = bilingual(group["status_en"], group["status_zh"])
    return (
        f"{group['group_name']} · {status} · inside 在群 {group['inside']} · to come 待入群 {group['pending']} · "
        f"filled to 目标 {group['planned_size']} · show its code 可展示群码: {YES if group['shows_code'] else NO}"
    )


def write_groups(
    book: xlsxwriter.Workbook, look: Look, groups: Sequence[Row], roster: Iterable[Row], taken: Sequence[str],
    today: date,
) -> None:  # fmt: skip
    """The list of groups and a sheet for each, those with something to do first where there are too many.

    roster: the groups' rows, group by group. taken: the names of the workbook's other sheets.
    """
    chosen = {group["group_id"] for group in sorted(groups, key=lambda group: not group["due"])[:MOST_SHEETS]}
    shown = [group for group in groups if group["group_id"] in chosen]
    names = sheet_names((group["group_name"] for group in shown), [*taken, GROUPS])
    overview = Sheet(book, look, GROUPS, LIST, today)
    sheets = {
        group["group_id"]: Sheet(book, look, name, ROSTER, today, title=title(group))
        for group, name in zip(shown, names, strict=True)
    }
    for group in groups:
        sheet = sheets.get(group["group_id"])
        overview.write(group, is_marked=group["due"] > 0, leads_to=sheet.name if sheet else None)
    for group_id, rows in itertools.groupby(roster, key=lambda row: row["group_id"]):
        for row in rows if group_id in chosen else ():
            sheets[group_id].write(row, is_marked=row["is_due"])
    for sheet in (overview, *sheets.values()):
        sheet.finish()
