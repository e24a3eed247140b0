"""Runs generated programs with every input vector and prints which leaves of the event reach which sinks.

One program per line of input: {"seed": 1, "files": {"main.py": "..."}, "constants": []}. One line of output for each:
{"seed": 1, "pairs": ["a.x>1"], "runs": 4, "error": null}. `constants` are leaves, by number: it also runs with one of
them equal to the constant that programs compare with, and with all but one: what a comparison guards is reached.
"""
import base64
import json
import sys
import types

BITS = 8
LEAVES = [("a.x",), ("a.y",), ("b.x",), ("b.y",), ("c",), ("d",), ("l[].n", 0), ("l[].n", 1)]


def token(at):
    return "mk" + "ghijklnop"[at] + "qz"


def marker(at):
    return token(at) + chr(0xE000 + at)


def events(leaves):
    """Sets of leaves that hold the constant instead of their marker."""
    if not leaves:
        return [set()]
    every = set(leaves)
    return [set()] + [{at} for at in leaves] + [every - {at} for at in leaves]


def event(constant):
    m = ["a" if at in constant else marker(at) for at in range(len(LEAVES))]
    return {
        "a": {"x": m[0], "y": m[1]},
        "b": {"x": m[2], "y": m[3]},
        "c": m[4],
        "d": m[5],
        "l": [{"n": m[6]}, {"n": m[7]}],
    }


class Run:
    def __init__(self, bits):
        self.bits = list(bits)
        self.at = 0
        self.tail = 1
        self.pairs = set()

    def choose(self):
        self.at += 1
        if self.at > BITS:
            # Beyond the vector, its number decides; at last nothing is chosen any more, which ends recursion.
            self.tail = (self.tail * 75 + 74) % 65537
            return self.at < 16 and self.tail // 256 % 2 == 1
        if self.at > len(self.bits):
            self.bits.append(False)
        self.tail += self.bits[self.at - 1] << self.at
        return self.bits[self.at - 1]

    def sink(self, number, value):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        texts = [text]
        try:
            texts.append(base64.b64decode(text, validate=True).decode())
        except ValueError:
            pass
        for at, leaf in enumerate(LEAVES):
            signs = (token(at), chr(0xE000 + at), "\\u%04x" % (0xE000 + at))
            if any(sign in t.lower() for t in texts for sign in signs):
                self.pairs.add("%s>%d" % (leaf[0], number))


def library(run):
    lib = types.ModuleType("oracle_lib")
    lib.choose = run.choose
    lib.digits = lambda text: "".join(c for c in text if c.isdigit())
    lib.quote = lambda text: "'" + ".".join("%x" % ord(c) for c in text) + "'"
    for number in range(1, 10):
        setattr(lib, "sink_%d" % number, lambda value, number=number: run.sink(number, value))
    return lib


def once(codes, bits, constant):
    run = Run(bits)
    sys.modules["oracle_lib"] = library(run)
    sys.modules.pop("helpers", None)
    if "helpers.py" in codes:
        helpers = types.ModuleType("helpers")
        exec(codes["helpers.py"], helpers.__dict__)
        sys.modules["helpers"] = helpers
    main = types.ModuleType("main")
    exec(codes["main.py"], main.__dict__)
    main.handler(event(constant), None)
    return run


def observe(program):
    codes = {path: compile(text, path, "exec") for path, text in program["files"].items()}
    pairs, runs, error = set(), 0, None
    open_vectors = [([], constant) for constant in events(program["constants"])]
    while open_vectors:
        bits, constant = open_vectors.pop()
        runs += 1
        try:
            run = once(codes, bits, constant)
        except Exception as problem:  # A generated program must not fail: the test reports it.
            error = "%s: %s" % (type(problem).__name__, problem)
            break
        pairs |= run.pairs
        for at in range(len(bits), len(run.bits)):
            open_vectors.append((run.bits[:at] + [True], constant))
    return {"seed": program["seed"], "pairs": sorted(pairs), "runs": runs, "error": error}


if __name__ == "__main__":
    sys.setrecursionlimit(5000)
    for line in sys.stdin:
        print(json.dumps(observe(json.loads(line))))
