def handler(event, x):
    eval(event["code"])
    getattr(x, event["name"])("y")
    __import__(event["module"])
    importlib.import_module("os")
    exec("1")
