#!/usr/bin/env python3
"""Compares what Palisade reads of SAM templates with what aws-sam-translator makes of them.

    cargo xtask declared REPOSITORIES --out declared.jsonl
    python sam.py REPOSITORIES declared.jsonl [DIFFERENCES.txt]

Facts of a template are lines such as ('route', api, method, path, function, authorizer, key); both sides are brought
into the words of the template: `${Name}` for a reference, `${Name.Arn}` for an attribute. Prints how many facts both
have, how many only one has, by kind, and writes every difference to a file where one is named.
"""
import collections
import copy
import datetime
import json
import logging
import os
import re
import sys

os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')

from samtranslator.translator.transform import transform  # noqa: E402  (it asks for the region when imported)
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

import made  # noqa: E402
import read  # noqa: E402
from words import is_known  # noqa: E402

logging.disable(logging.CRITICAL)

IMAGE = '123456789012.dkr.ecr.us-east-1.amazonaws.com/image:latest'


class AnyPolicy(dict):
    """A map of the names of managed policies that knows every name."""

    def get(self, name, default=None):
        return f'arn:aws:iam::aws:policy/{name}'


class Policies:
    """What the translator asks for managed policies."""

    def load(self):
        return AnyPolicy(stub='stub')


def text_dates(value):
    """Dates as text, keys as text."""
    if isinstance(value, dict):
        return {str(key): text_dates(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [text_dates(inner) for inner in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value


def without_local_places(template):
    """The translator wants code, layers and definitions packaged: local places become places in a bucket."""
    shared = (template.get('Globals') or {}).get('Function') or {}
    for resource in template['Resources'].values():
        if not resource.get('Properties'):
            resource['Properties'] = {}
        kind, properties = resource.get('Type'), resource['Properties']
        if kind == 'AWS::Serverless::Function':
            if 'ImageUri' in properties or 'Image' in (properties.get('PackageType'), shared.get('PackageType')):
                properties.setdefault('ImageUri', IMAGE)
            elif 'InlineCode' in properties:
                properties.pop('CodeUri', None)
            else:
                properties['CodeUri'] = 's3://bucket/key'
        elif kind == 'AWS::Serverless::LayerVersion':
            properties['ContentUri'] = 's3://bucket/key'
        elif kind == 'AWS::Serverless::Application' and isinstance(properties.get('Location'), str):
            properties['Location'] = 'https://s3.amazonaws.com/bucket/key'
        elif isinstance(properties.get('DefinitionUri'), str):
            properties['DefinitionUri'] = 's3://bucket/key'
    shared.pop('CodeUri', None)


def with_included(value, folder):
    """Local files that the deployment would include."""
    if isinstance(value, list):
        return [with_included(inner, folder) for inner in value]
    if not isinstance(value, dict):
        return value
    include = value.get('Fn::Transform')
    if isinstance(include, dict) and include.get('Name') == 'AWS::Include':
        path = os.path.join(folder, str((include.get('Parameters') or {}).get('Location')))
        if os.path.isfile(path):
            with open(path, encoding='utf-8-sig', errors='replace') as file:
                return with_included(yaml_parse(file.read()), os.path.dirname(path))
    return {key: with_included(inner, folder) for key, inner in value.items()}


def defaults(template):
    """The default of each parameter as text; None without one."""
    found = {}
    for name, parameter in (template.get('Parameters') or {}).items():
        default = parameter.get('Default') if isinstance(parameter, dict) else None
        if isinstance(default, bool):
            default = str(default).lower()
        found[name] = None if default is None else str(default)
    return found


def translated(path):
    """The template as written and as translated, with its parameters."""
    with open(path, encoding='utf-8-sig', errors='replace') as file:
        template = text_dates(with_included(yaml_parse(file.read()), os.path.dirname(path)))
    parameters = defaults(template)
    without_local_places(template)
    given = {name: f'${{{name}}}' if value is None else value for name, value in parameters.items()}
    return template, transform(copy.deepcopy(template), given, Policies()), parameters


def compared(root, line, totals):
    """Adds the facts of one template to the totals; whether the translator took it."""
    try:
        written, translation, parameters = translated(os.path.join(root, line['repository'], line['template']))
    except Exception as error:  # whatever the translator raises
        words = re.sub(r'\d+', 'N', ' '.join(str(error).split()))
        totals['refused'][f'{type(error).__name__}: {words[:70]}'] += 1
        return False
    theirs = made.facts(written, translation, parameters)
    ours = read.facts(line, made.types(translation), parameters)
    totals['vague'] += sum(not is_known(fact) for fact in theirs | ours)
    theirs, ours = ({fact for fact in facts if is_known(fact)} for facts in (theirs, ours))
    for kind, facts in (('both', theirs & ours), ('only translator', theirs - ours), ('only palisade', ours - theirs)):
        totals[kind].extend((line['repository'], line['template'], fact) for fact in sorted(facts, key=str))
    return True


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    totals = {'both': [], 'only translator': [], 'only palisade': [], 'refused': collections.Counter(), 'vague': 0}
    taken = 0
    for line in map(json.loads, open(sys.argv[2], encoding='utf-8')):
        if line.get('format') == 'sam' and not line['nested']:
            taken += compared(sys.argv[1], line, totals)
    agree = len(totals['both'])
    every = agree + len(totals['only translator']) + len(totals['only palisade'])
    print(f'SAM templates taken by the translator {taken}, refused {totals["refused"].total()}')
    print(f'facts {every}, of them in both {agree} = {100 * agree / max(1, every):.2f} %; '
          f'not compared, since a value is open: {totals["vague"]}')
    kinds = {kind: collections.Counter(fact[0] for _, _, fact in totals[kind])
             for kind in ('both', 'only translator', 'only palisade')}
    for name in sorted(set().union(*kinds.values())):
        print(f'   {name:10}', *(f'{kind} {counts[name]:5}' for kind, counts in kinds.items()), sep='  ')
    for reason, count in totals['refused'].most_common():
        print(f'   refused {count:4}  {reason}')
    if len(sys.argv) == 4:
        with open(sys.argv[3], 'w', encoding='utf-8') as file:
            for kind in ('only translator', 'only palisade'):
                for repository, template, fact in totals[kind]:
                    print(kind, repository, template, fact, file=file, sep='\t')


if __name__ == '__main__':
    main()
