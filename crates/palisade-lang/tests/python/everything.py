from __future__ import annotations
import os, os.path as p
import xml.etree.ElementTree
import xml.dom
from .shared import *
from . import sibling as s
from pkg.mod import name, other as renamed

TABLE = "SELECT * FROM t WHERE a = '%s' AND b = %d"
LIMIT: int = 3


def handler(event, context: "Context", *rest, key=None, **named):
    global LIMIT
    LIMIT = 4
    body = event["body"]["é"]
    first, *middle, last = event["list"]
    (a, b), c = event["pairs"], event.get("c", "d")
    a, b = b, a
    text = f"ls {body!r:>10} {c:d} {a}" "tail" + b + c
    text += "more"
    query = TABLE % (body, c)
    other = "{0} {name} {1.x}".format(a, b, name=c)
    if body == "x" or body == "y":
        text = "fixed"
    elif not isinstance(body, str) and a in ("p", "q") < 3 != 4:
        del event["list"], a
    else:
        raise ValueError("no") from None
    for i, item in enumerate(event["Records"]):
        if item is None:
            continue
        text = text + item["k"]
        event["seen"] = item
    else:
        text = "done"
    while (n := len(text)) > 3:
        text = text[1:-1]
        break
    try:
        value = int(body)
    except (ValueError, TypeError) as error:
        value = str(error)
    except:
        raise
    else:
        value = -1
    finally:
        os.remove("x")
    with open(text) as f, lock:
        f.write(body)
    with suppress(KeyError):
        return event["early"]
    assert body, "empty"
    match event:
        case {"kind": "a" | "b" as kind, **others}:
            value = kind
        case [head, *tail] if head:
            value = tail
        case Point(x=0, y=yy):
            value = yy
        case "s" | None:
            value = 1
        case _:
            value = 2
    out = [x.y for x in event["xs"] if x for z in x.zs]
    pairs = {k: v for k, v in event.items()}
    merged = {"a": 1, **pairs, c: 2}
    more = dict(a=1, **merged) | {"z": body}
    choice = body if value else text
    either = body or text or "default"
    items = ["ls"] + [body] * 2
    shown = Path("/opt") / body
    getattr(os, body)("x")
    setattr(s, "field", getattr(s, "q", None))
    eval(body)
    os.system(*items, **more)
    return lambda q, d=1: q + body


@decorate("x")
@wraps(handler)
async def worker(items: list[str]):
    count = 0

    def bump():
        nonlocal count
        count += 1
        return items

    async for item in stream(items):
        yield await item
    yield from bump()


class Base:
    limit = 3
    names = [limit for _ in range(limit)]

    def __init__(self, cmd: Optional[p.Type]):
        self.cmd = cmd

    @property
    def shown(self):
        return self.cmd

    @staticmethod
    def plain(x):
        return x

    @classmethod
    def make(cls, x):
        return cls(x)


class Derived(Base, metaclass=Meta):
    def __init__(self, cmd):
        super().__init__(cmd)
        self.more = super().shown


@dataclass
class Order:
    id: str
    count: int = 0


if __name__ == "__main__":
    handler({}, None)
