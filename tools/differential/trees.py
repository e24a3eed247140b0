#!/usr/bin/env python3
"""Compares the YAML trees of Palisade with those of cfn-lint's decoder.

    cargo xtask trees REPOSITORIES --out trees.jsonl
    python trees.py REPOSITORIES trees.jsonl

Scalars are compared as text, so that `1.10`, `yes` and `0755` must come through as written: cfn-lint's loader is
used without the types it guesses (null and merge keys aside). Prints how many trees are equal, differ or were refused.
"""
import json
import logging
import os
import sys

from cfnlint.decode import cfn_yaml

logging.disable(logging.CRITICAL)
SHOWN = 20
GUESSED = ('tag:yaml.org,2002:null', 'tag:yaml.org,2002:merge')


class Loader(cfn_yaml.CfnFullLoader):
    """cfn-lint's loader; every scalar but null is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in GUESSED]
    for first, resolvers in cfn_yaml.CfnFullLoader.yaml_implicit_resolvers.items()
}
Loader.add_multi_constructor('!', cfn_yaml.multi_constructor)


def plain(node):
    """Nodes as plain dictionaries, lists and strings."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [plain(item) for item in node]
    if isinstance(node, bool):  # of an explicit tag
        return str(node).lower()
    return None if node is None else str(node)


def decoded(path):
    with open(path, encoding='utf-8-sig') as file:
        return plain(Loader(file.read(), path).get_single_data())


def first_difference(ours, theirs, way=''):
    """Where two trees differ first, and what stands there."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            if key not in ours or key not in theirs:
                return f'{way}/{key}: only {"cfn-lint" if key in theirs else "palisade"}'
            found = first_difference(ours[key], theirs[key], f'{way}/{key}')
            if found:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs))
        found = (first_difference(a, b, f'{way}/{at}') for at, (a, b) in pairs)
        return next(filter(None, found), None)
    return None if ours == theirs else f'{way}: palisade {ours!r:.80}, cfn-lint {theirs!r:.80}'


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    equal, differ, refused = [], [], []
    for line in open(sys.argv[2], encoding='utf-8'):
        (repository, path, is_template), ours = json.loads(line)
        place = f'{repository}/{path}'
        try:
            theirs = decoded(os.path.join(sys.argv[1], repository, path))
        except Exception as error:  # whatever a decoder of hostile files raises
            refused.append(f'{place}: {" ".join(str(error).split())[:120]}')
            continue
        difference = first_difference(ours, theirs)
        if difference:
            differ.append(f'{place} {difference}')
        else:
            equal.append(is_template)
    print(f'YAML files read by both: {len(equal) + len(differ)}; equal trees {len(equal)}, of them templates '
          f'{sum(equal)}; different {len(differ)}; refused by cfn-lint {len(refused)}')
    for title, lines in (('different', differ), ('refused', refused)):
        print(f'== {title}', *lines[:SHOWN], sep='\n   ')


if __name__ == '__main__':
    main()
