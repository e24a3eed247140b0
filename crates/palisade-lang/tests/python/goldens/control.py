def handler(event):
    body = event["body"]
    if body == "x" or body == "y":
        out = "fixed"
    elif not isinstance(body, str):
        raise ValueError("no")
    else:
        out = body
    for item in event["Records"]:
        if item is None:
            continue
        out = out + item["k"]
    while out:
        out = out[1:]
        break
    try:
        value = int(body)
    except ValueError as error:
        value = error
    else:
        value = value + 1
    finally:
        done()
    with open(out) as f:
        f.write(value)
    with suppress(KeyError):
        return event["early"]
    assert body
    return body if value else out or "default"

if __name__ == "__main__":
    handler({})
