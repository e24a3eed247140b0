from __future__ import annotations
import a.b.c as d, e
from . import x
from ..y import *
global g
type T[K: int] = list[K]
@dec(1)
async def f[T](a, /, b: int = 1, *c, d=2, **e) -> None:
    async with a as (b, [c, *d]), e: pass
    async for i, (j, *k) in b: yield i
    else: return
    await x; nonlocal q
    try: raise E from None
    except* (A, B) as err: del err, a[0], a.b
    else: assert x, "y"
    finally: pass
    match x:
        case [1, 2, *rest] | {"k": v, **kw} if v: ...
        case C(a=1, b=str() as s): ...
        case -1 | 1j | None | True | "s": ...
        case _: ...
class C(B, metaclass=M):
    z: int = 0
    def __init__(self): self.a = self.b[1:2, ::3] = lambda *a, **k: (yield)
    @property
    def p(self): return [i async for i in j if i for k in l]
    @p.setter
    def p(self, v): self.q += v @ 1 // 2 << 3 ** -~+1
x = y = {**a, 'b': 1} | {*c, 2} if a < b <= c is not d not in e else (yield from f)
print(*a, sep='', **b); "%s %(x)s" % (1,); "{0[a]} {b.c!r:{d}}".format(1, b=2); b"\x00" r"\" f"{x=!s:^{w}.{p}}" t"{y}"
while (n := n - 1): break
with open(x) as f, (g() as h): continue
