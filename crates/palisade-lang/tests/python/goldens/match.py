def handler(event):
    match event["kind"]:
        case "a" | "b":
            name = "first"
        case {"k": kind, **others}:
            name = kind
        case [head, *tail] if head:
            name = tail
        case Point(x=0, y=y):
            name = y
        case _:
            name = "none"
    for record in event["Records"]:
        match record:
            case "stop":
                break
            case other:
                name = other
    return name
