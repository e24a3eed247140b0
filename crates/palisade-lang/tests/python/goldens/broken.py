def before(a):
    return a

def handler(event):
    x = event["a"] +
    y = = 1
    foo.
    return (event["b"]

def after(a):
    print "got %s" % a
    try:
        run(a)
    except Exception, e:
        print e
