def handler(event, context):
    if event[
    os.system(event["a"])
  def g(:
)
    return ]
class
