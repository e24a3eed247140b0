def handler(event, context):
    x = {"a": [event["b"], (1,
