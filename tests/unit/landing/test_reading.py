"""Files of every kind, of one feed and one night: what they hold in common, and how they are spelled."""

import gzip
import json

import duckdb
import pytest
from duckdb_extensions import import_extension

from landing.zone import Zone, order

HEADER = "order_id,user_id,ordered_at,amount"
ONE = [("o1", "u1", "1.5000")]
COLUMNS = "order_id, user_id, amount::varchar"


def test_files_of_one_night_may_have_different_columns(zone: Zone) -> None:
    """A column that came later, or came and went, must neither stop the night nor shift the others."""
    zone.csv("orders/a.csv", [order(1, coupon="C")])
    zone.csv("orders/b.csv", [order(2, channel="web", status="refund")])
    zone.jsonl("orders/c.jsonl", [{"amount": "3", **order(3, store_id="s")}])
    zone.csv("orders/d.csv", [order(4)])
    zone.take()
    assert zone.staged("order_id, coupon, channel, store_id, status") == [
        ("o1", "C", None, None, "completed"),
        ("o2", None, "web", None, "refund"),
        ("o3", None, None, "s", "completed"),
        ("o4", None, None, None, "completed"),
    ]


def test_files_of_one_night_may_have_different_types(zone: Zone) -> None:
    same = "timestamp '2024-01-01 10:00:00' as ordered_at"
    zone.parquet("orders/a.parquet", f"select 1 as order_id, 'u1' as user_id, {same}, 1.5::double as amount")
    zone.parquet("orders/b.parquet", f"select 'x' as order_id, 2.0::double as user_id, {same}, '1.5' as amount")
    zone.parquet("orders/c.parquet", f"select 3 as order_id, null as user_id, {same}, 1.5::decimal(9,1) as amount")
    zone.csv("orders/d.csv", [order(4)])
    zone.take()
    assert zone.staged(COLUMNS) == [
        ("1", "u1", "1.5000"), ("x", "2", "1.5000"), ("3", None, "1.5000"), ("o4", "u4", "1.5000"),
    ]  # fmt: skip


def test_a_mapped_column_may_be_absent_from_some_files(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"coupon": "Kupon", "channel": {"sql": "upper(Weg)"}}}}})
    zone.csv("orders/a.csv", [order(1, kupon="C", weg="web")])
    zone.csv("orders/b.csv", [order(2)])
    zone.csv("orders/c.csv", [order(3, KUPON="D", WEG="app")])
    zone.take()
    assert zone.staged("order_id, coupon, channel") == [("o1", "C", "WEB"), ("o2", None, None), ("o3", "D", "APP")]
    zone.commit()
    zone.csv("orders/e.csv", [order(5)])
    zone.take()  # alone: the lake remembers that the feed has had these columns
    assert zone.staged("order_id, coupon, channel") == [("o5", None, None)]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_the_same_row_from_every_kind(zone: Zone, ending: str) -> None:
    row = order(1)
    if ending == "parquet":
        zone.parquet("orders/a.parquet", "select " + ", ".join(f"'{value}' as {name}" for name, value in row.items()))
    elif "jsonl" in ending:
        zone.jsonl(f"orders/a.{ending}", [row])
    else:
        zone.csv(f"orders/a.{ending}", [row])
    zone.take()
    assert zone.staged(f"{COLUMNS}, _row") == [("o1", "u1", "1.5000", 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\no1,u1,2024-01-01,1.50\n",
        f"{HEADER}\no1,u1,2024-01-01,1.50",
        f"{HEADER}\r\no1,u1,2024-01-01,1.50\r\n",
        f"\ufeff{HEADER}\no1,u1,2024-01-01,1.50\n",
        f"{HEADER}\n\n\no1,u1,2024-01-01,1.50\n\n",
        '"order_id","user_id","ordered_at","amount"\n"o1","u1","2024-01-01","1.50"\n',
        f"{HEADER.replace(',', ';')}\no1;u1;2024-01-01;1.50\n",
        f"{HEADER.replace(',', '|')}\no1|u1|2024-01-01|1.50\n",
        "order_id\tuser_id\tordered_at\tamount\no1\tu1\t2024-01-01\t1.50\n",
        " order_id , User_ID ,ordered_at,AMOUNT\n o1 , u1\t,2024-01-01, 1.50 \n",
        f'{HEADER},coupon\no1,u1,2024-01-01,1.50,"two\nlines, and ""quotes"""\n',
        f"{HEADER},_row,_unreadable,_file,line,json,v\no1,u1,2024-01-01,1.50,9,x,f,l,j,v\n",
    ],
)
def test_spellings_of_a_csv_file(zone: Zone, text: str) -> None:
    zone.write("orders/a.csv", text)
    zone.take()
    assert zone.staged(COLUMNS) == ONE
    assert zone.staged("_file, _row") == [("orders/a.csv", 1)]


def test_a_delimiter_that_the_mapping_names(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"delimiter": "#"}}})
    zone.write("orders/a.csv", f"{HEADER.replace(',', '#')}\no1#u1#2024-01-01#1.50\n")
    zone.take()
    assert zone.staged(COLUMNS) == ONE


@pytest.mark.parametrize(
    "text",
    [
        '\n{"order_id": "o1", "user_id": "u1", "ordered_at": "2024-01-01", "amount": 1.5}\n\n   \n',
        '\ufeff{"order_id": "o1", "user_id": "u1", "ordered_at": "2024-01-01", "amount": "1.50"}\r\n',
        '{"amount": 1.50, "ordered_at": "2024-01-01", "user_id": "u1", "order_id": "o1", "x": {"y": [1]}, "": 2}',
        '{"order_id": "o1", "user_id": "\\u0075\\u0031", "ordered_at": "2024-01-01", "amount": 1.5, "a/b~c\\"d": 1}\n',
        '{"order_id": "o1", "user_id": "u1", "ordered_at": "2024-01-01", "amount": 1.5, "_row": 7, "line": 2}',
    ],
)
def test_spellings_of_a_jsonl_file(zone: Zone, text: str) -> None:
    zone.write("orders/a.jsonl", text)
    zone.take()
    assert zone.staged(COLUMNS) == ONE


def test_nested_values_are_text_and_reachable_from_the_mapping(zone: Zone) -> None:
    zone.mapping({"feeds": {"orders": {"columns": {"coupon": {"sql": "json_extract_string(extra, '$.code')"}}}}})
    zone.jsonl("orders/a.jsonl", [order(1, extra={"code": "K7"})])
    zone.take()
    assert zone.staged("coupon") == [("K7",)]


def test_a_folder_named_like_a_column_does_not_overwrite_it(zone: Zone) -> None:
    """dt=2024-01-01/ is a usual layout; what counts is in the file."""
    zone.csv("orders/coupon=folder/a.csv", [order(1, coupon="file")])
    zone.jsonl("orders/coupon=folder/b.jsonl", [order(2, coupon="file")])
    zone.parquet("orders/coupon=folder/c.parquet", "select 'o3' as order_id, 'u' as user_id, date '2024-01-01' as "
                                                   "ordered_at, 1 as amount, 'file' as coupon")  # fmt: skip
    zone.csv("orders/coupon=folder/d.csv", [order(4)])
    zone.take()
    assert zone.staged("coupon") == [("file",), ("file",), ("file",), (None,)]


@pytest.mark.parametrize(
    ("said", "codec", "word"),
    [
        ("gb18030", "gb18030", "優惠券ѓ😀"), ("GBK", "gbk", "优惠券"), ("big5", "big5", "優惠"),
        ("latin-1", "latin-1", "café"),
        ("windows-1252", "cp1252", "5 €"), ("shift_jis", "shift_jis", "カフェ"), ("utf-16", "utf-16", "优惠券😀"),
        ("utf-8-sig", "utf-8-sig", "优惠券"), ("utf-8", "utf-8", "优惠券😀"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl"])
def test_encodings(zone: Zone, said: str, codec: str, word: str, ending: str) -> None:
    zone.mapping({"feeds": {"orders": {"encoding": said}}})
    rows = [order(number, coupon=f"{word} {number:03d}") for number in range(1, 40)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    if "csv" in ending:
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    zone.write(f"orders/a.{ending}", "\n".join(lines).encode(codec))
    zone.take()
    assert zone.staged("coupon, amount::varchar") == [(row["coupon"], "1.5000") for row in rows]
    assert not list(zone.private.rglob("copy")), "the copy in UTF-8 is gone"


def test_contacts_from_a_spreadsheet(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    file = zone.landing / "contacts/a.xlsx"
    file.parent.mkdir()
    (file.parent / "_SUCCESS").touch()
    with duckdb.connect() as connection:
        import_extension("excel", con=connection)
        connection.load_extension("excel")
        connection.execute(
            f"""copy (select 'c' || i as contact_id, 12346 as user_id, timestamp '2024-01-01 10:00:00' as contacted_at,
                'phone' as channel, 1.5 as cost from range(2) as t (i)) to '{file}' (format xlsx, header true)"""
        )
    zone.take()
    assert zone.staged("contact_id, user_id, contacted_at::varchar, cost::varchar", "contacts") == [
        ("c0", "12346", "2024-01-01 10:00:00", "1.5000"), ("c1", "12346", "2024-01-01 10:00:00", "1.5000"),
    ]  # fmt: skip


def lines(count: int) -> bytes:
    rows = "".join(f"o{number},{hash((number, 7)) & 0xFFFFFFFF},2024-01-01,{number}\n" for number in range(count))
    return f"{HEADER}\n{rows}".encode()


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("keep", [0.9, 0.5, 0.01])
def test_a_gzip_file_that_was_cut_off_is_not_read_as_far_as_it_goes(zone: Zone, ending: str, keep: float) -> None:
    text = lines(5000)
    if ending == "jsonl":
        text = b"".join(json.dumps(order(number)).encode() + b"\n" for number in range(5000))
    packed = gzip.compress(text)
    zone.write(f"orders/a.{ending}.gz", b"")
    (zone.landing / f"orders/a.{ending}.gz").write_bytes(packed[: int(len(packed) * keep)])
    assert f"orders/a.{ending}.gz: no whole gzip file" in zone.refused()


def test_a_gzip_file_of_two_members_is_whole(zone: Zone) -> None:
    first, second = f"{HEADER}\no1,u1,2024-01-01,1.50\n".encode(), b"o2,u2,2024-01-01,1.50\n"
    zone.write("orders/a.csv.gz", b"")
    (zone.landing / "orders/a.csv.gz").write_bytes(gzip.compress(first) + gzip.compress(second))
    zone.take()
    assert [row[0] for row in zone.staged("order_id")] == ["o1", "o2"]


def test_a_parquet_file_that_is_damaged_inside_is_named(zone: Zone) -> None:
    zone.csv("orders/a.csv", [order(1)])
    file = zone.parquet(
        "orders/b.parquet",
        """select 'o' || i as order_id, md5(i::varchar) as user_id, date '2024-01-01' as ordered_at, 1 as amount
           from range(20000) as t (i)""",
    )
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 500] = b"\xff" * 500
    file.write_bytes(damaged)
    said = zone.refused()
    assert said.startswith("orders/b.parquet: ")
    assert "damaged" in said
