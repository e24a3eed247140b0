TABLE = "SELECT * FROM t WHERE a = '%s' AND b = %d"

def handler(a, b):
    one = "ls " + a + " -l" + b
    two = f"ls {a!r:>10} {b:d}" "tail"
    three = TABLE % (a, b)
    four = "%(x)s!" % {"x": a}
    five = "{0} {name} {1.x}".format(a, b, name=a)
    six = TABLE.format(**a)
    one += "more"
    return ["ls"] + [a] * 2, len(a) + 1
