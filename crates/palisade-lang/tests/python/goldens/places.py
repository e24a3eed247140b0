def handler(event):
    first, *middle, last = event["list"]
    (a, b), c = event["pairs"], event.get("c", "d")
    a, b = b, a
    event["seen"] = a
    event[a] = b
    event.field = event["seen"]
    del event["seen"]
    rest = event["list"][1:]
    tail = event["list"][-1]
    more = dict(x=1, **event) | {"y": a, b: c}
    setattr(event, "k", getattr(event, "q", None))
    return {**more}, rest, tail, [*middle], last
