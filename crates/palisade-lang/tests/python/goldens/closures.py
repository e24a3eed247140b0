@decorate("x")
@wraps(base)
async def worker(items: "list[str]", limit=3, *, key=None):
    count = 0

    def bump():
        nonlocal count
        count += 1
        return items

    async for item in stream(items):
        yield await item
    yield from bump()
    pairs = {k: v for k, v in items if v for z in v}
    return lambda q: q + items

TOTAL = 0

def add():
    global TOTAL
    TOTAL = TOTAL + 1

def bound(event):
    import functools
    from functools import partial as p
    return functools.partial(run, event, key=1), p(run)
