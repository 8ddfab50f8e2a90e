"""What an account's JSON may hold in a place, sensible or not, and what may happen to its bytes."""

import re

from tests.features.accounts import Document, ago, bare

FULL: Document = bare(
    name="Mira Öz",
    handle="mira.oez",
    created_at=ago(1500),
    following=7,
    verified=True,
    sample_method="random",
    posts=[
        {"post_id": "p1", "posted_at": ago(2), "likes": 4, "caption": "look #alps", "hashtags": ["alps", "日本"], "kind": "photo"},
        {"post_id": "p2", "posted_at": ago(1), "likes": None, "sponsored": False, "kind": None},
    ],
    comments=[
        {"post_id": "p1", "comment_id": "c1", "author_id": "u1", "commented_at": ago(4.123456789), "text": "schön 😍", "by_owner": None},
        {"post_id": "p1", "comment_id": None, "author_id": "u2", "commented_at": ago(4), "text": None, "by_owner": True},
        {"post_id": "p2", "author_id": "u2", "commented_at": ago(3), "text": ""},
    ],
    follower_sample=[
        {"follower_id": "f1", "rank": 0, "followers": 3, "has_picture": True, "created_at": ago(90)},
        {"follower_id": "f2", "rank": 1, "followers": 0, "created_at": None},
    ],
    history=[{"date": "2026-10-01", "followers": 7}, {"date": "2026-10-02", "followers": 8}],
)


def parted(text: str) -> tuple[str, ...]:
    """Pieces of JSON, with two blanks or a line's end between them."""
    return tuple(re.split(r"\s{2,}", text.strip()))


# The inside of a JSON string: moments and days in every spelling.
TIMES = parted(r"""
    2026-10-31  2026-10-31T12:00Z  2026-10-31T12:00:00Z  2026-10-31 12:00:00  2026-10-31T12:00:00.1Z  2026-10-31T12:00:00.1234567Z
    2026-10-31T12:00:00,5Z  2026-10-31T12:00:00.+01:00  2026-10-31T14:00:00+02:00  2026-10-31T14:00:00+0200  2026-10-31T14:00:00+02
    2026-10-31T10:00:00-23:59  2026-10-31T10:00:00-24:00  2026-10-31T10:00:00+02:00:30  2026-10-31T12  20261031T120000Z  2026-W44-6
    2026-10-31T24:00:00  2026-10-31T23:60:00Z  2026-10-31T23:59:60Z  2026-02-29  2024-02-29  2100-02-29  2026-00-10  2026-01-00
    1969-12-31  1969-12-31T23:30:00-01:00  1970-01-01  1970-01-01T00:00:00+01:00  2200-01-01  2199-12-31T23:59:59.999999Z  0000-01-01
    \u00202026-10-31\u0020  2026-10-31\u0000  2026-10-31\u00002026-10-30  2026-10-3\u0661  +2026-10-31  2026-10-31T  2026-10-31T12:00:00 Z
    2026-10-31t12:00z  x  -
""")
# Any JSON value, and what is none.
ODD = (
    *parted(r"""
    null  true  false  0  -0  -0.0  5.0  5.5  1e3  1E+2  1e-400  1e400  -1  10000000000000  10000000000001  9999999999999.99999999999
    123456789012345678901234567890  NaN  -Infinity  01  1.  .5  +1  []  {}  ["x"]  [1]  [null]  ["#", "#a b"]  "5"  ""  " "  " 7"  "7\n"
    "\n"  "1.23E+17"  "1e17\n"  "1e+17\n"  "1,5e+17"  "12e17"  "\u00a0"  "\u2028x"  "\ud83d"  "\udc00"  "\ud83d\ude00"  "\u0000"  "a\u0000b"
    "\x"
    "instagram"  "video"  "\u0076ideo"
    """),
    '"a\tb"',
    '"\x7f"',
    *(f'"{time}"' for time in TIMES),
)
# What may slip into the bytes of a document.
PIECES = (
    b"\xef\xbb\xbf",
    b"\x00",
    b" ",
    b"\r\n\t",
    b"\x0b",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b'"x":"\xff",',
    *(piece.encode() for piece in parted(r"""
    \  "  ,  :  {  }  [  ]  {}  null  0  e5  .0  -  \u0041  //  "followers":5,  "followers":null,  "posts":null,  "posts":[],  "rank":0,
    "x":1,  "x":"\ud800",  "x":01,  "account_id":7,  "labels":[{}],  "na\u006de":"k",
    """)),
)  # fmt: skip
