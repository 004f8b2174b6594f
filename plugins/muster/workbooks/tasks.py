"""The sheets on whom to contact: today, within the week, and whom not; and the one that explains them."""

from collections.abc import Sequence

import xlsxwriter

from muster.landing.workbook import HEADINGS, bilingual
from muster.workbooks.sheet import Column, Row, Value, labels, of, set_up_print

TODAY, WEEK, HELD_OUT, HOW_TO = "Today 今日", "Week 本周", "Held out 请勿联系", "How to 说明"
FIXED = (bilingual("May change", "可能调整"), bilingual("Fixed", "已确定"))
HELP = (
    (
        "Work through the sheet Today from top to bottom: the first row matters most.",
        "请按 Today 今日 表从上到下依次联系，越靠前越重要。",
    ),
    (
        "Contact each person within the row's window, by its channel and from its account.",
        "请在所列时段内，用所列渠道和账号联系。",
    ),
    (
        "Then choose what came of it in the column Result; leave it empty where you have not come to it.",
        "联系后在 结果 列选择结果；尚未联系的请留空。",
    ),
    (
        "Whoever wants no more contacts gets '{objection_en}' and is on no list from the next night on.",
        "对方要求勿扰时请选 {objection_zh}，次日起不再出现在任何名单中。",
    ),
    (
        "Fill in Contacted at only where it was not on the planned day: a date, a time, or both.",
        "不在计划日期联系的，请填写 实际联系时间（日期、时间或两者）。",
    ),
    (
        "Nobody on the sheet Held out may be contacted: this group shows whether contacts work at all.",
        "Held out 请勿联系 表中的人一律不要联系：该对照组用于检验联系是否有效。",
    ),
    (
        "The sheet Groups lists your groups, each with a sheet of its own: whom to take out or invite today, then "
        "everybody inside. Whoever has more groups than sheets finds the others in exports/group_roster.csv.",
        "Groups 群 表列出您负责的群，每个群各有一张表：最上方是今日要移出或邀请的人，其后是全部成员；"
        "群数超过表数时，其余见 exports/group_roster.csv。",
    ),
    (
        "The sheet Week shows what comes next; what is not fixed may still change.",
        "Week 本周 表为后续安排，未确定的仍可能调整。",
    ),
    (
        "Save the file as .xlsx under its own name and hand it in (the landing zone's folder contacts). "
        "Headings and hidden columns must stay.",
        "填好后以原文件名保存为 .xlsx 并交回（数据接收区的 contacts 文件夹）；请勿改动表头和隐藏列。",
    ),
    (
        "The file holds personal data: pass it on to nobody, and delete it once it is handed in.",
        "文件含个人信息，请勿外传，交回后请删除。",
    ),
)


def _window(row: Row) -> Value:
    return f"{row['window_start']}-{row['window_end']}" if row["window_start"] else None


def _blank(_: Row) -> Value:
    return None


_WHO = (
    Column(("Nickname", "昵称"), 16, of("nickname")),
    Column(("Last product", "上次购买"), 22, of("last_product")),
    Column(("Last contact", "上次联系"), 12, of("last_contact_date"), "date"),
)
_PURPOSE = Column(("Purpose", "目的"), 22, labels("purpose"))
_GROUP = Column(("Group", "群"), 24, of("group_name"))
_OFFER = Column(("Offer", "优惠"), 20, labels("offer"))
_WINDOW = Column(("Window", "时段"), 12, _window)
_CHANNEL = Column(("Channel", "渠道"), 16, labels("channel"))
_ACCOUNT = Column(HEADINGS["account_id"], 14, of("account_id"))
_PLANNED = Column(HEADINGS["planned_date"], 12, of("planned_date"), "date")
RESULT = Column(HEADINGS["result"], 22, _blank)

SHEETS: dict[str, tuple[Column, ...]] = {
    TODAY: (
        Column(("No.", "序号"), 9, of("place"), "number"),
        *_WHO,
        _PURPOSE,
        _GROUP,
        _OFFER,
        Column(("Script, Chinese", "中文话术"), 44, of("script_zh")),
        Column(("Script, English", "英文话术"), 44, of("script_en")),
        _WINDOW,
        _ACCOUNT,
        _CHANNEL,
        Column(("Phone or chat id", "联系方式"), 20, of("handle")),
        RESULT,
        Column(HEADINGS["contacted_at"], 17, _blank, "time"),
        Column(("Attempt", "第几次"), 9, of("attempt"), "number"),
        _PLANNED,
        Column(HEADINGS["contact_id"], 19, of("schedule_id")),
        Column(HEADINGS["user_id"], 14, of("user_id"), is_hidden=True),
        Column(HEADINGS["channel"], 14, of("channel"), is_hidden=True),
        Column(HEADINGS["purpose"], 14, of("purpose"), is_hidden=True),
        Column(HEADINGS["operator_id"], 14, of("operator_id"), is_hidden=True),
    ),
    WEEK: (
        _PLANNED,
        _WINDOW,
        *_WHO,
        _PURPOSE,
        _GROUP,
        _OFFER,
        _ACCOUNT,
        _CHANNEL,
        Column(("Attempt", "第几次"), 9, of("attempt"), "number"),
        Column(("Fixed", "是否确定"), 18, lambda row: FIXED[bool(row["is_issued"])]),
    ),
    HELD_OUT: (
        *_WHO,
        Column(("Playbook", "场景"), 24, labels("playbook")),
        _ACCOUNT,
        Column(("What to do", "处理方式"), 34, lambda _: bilingual("Do not contact", "请勿联系")),
    ),
}


def write_help(book: xlsxwriter.Workbook, results: Sequence[tuple[str, str, bool]]) -> str:
    """The sheet that explains the others; returns the range of the results' labels."""
    sheet = book.add_worksheet(HOW_TO)
    text = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    sheet.set_column(0, 1, 70, text)
    set_up_print(sheet, HOW_TO)
    objection = next(result for result in results if result[2])
    row = 0
    for english, chinese in HELP:
        sheet.write_string(row, 0, english.format(objection_en=objection[0]), text)
        sheet.write_string(row, 1, chinese.format(objection_zh=objection[1]), text)
        row += 1
    sheet.write_string(row + 1, 0, bilingual(*HEADINGS["result"]), bold)
    first = row + 2
    for place, (english, chinese, _) in enumerate(results, first):
        sheet.write_string(place, 0, bilingual(english, chinese), text)
    return f"='{HOW_TO}'!$A${first + 1}:$A${first + len(results)}"
