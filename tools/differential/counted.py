"""Functions that templates and services declare, counted without Palisade."""
import os
import re

import cfnlint.decode
import yaml

TYPES = ('AWS::Serverless::Function', 'AWS::Lambda::Function')
HINT = re.compile(rb'AWS::(Serverless|Lambda)::Function\b')
ENDINGS = ('.yaml', '.yml', '.json', '.template')
SKIPPED = ('node_modules', '.git')
LARGEST = 8 << 20


class Loose(yaml.SafeLoader):
    """Takes every tag, duplicate keys and dates as text: for what cfn-lint refuses, and for services."""


def any_tag(loader, suffix, node):
    name = suffix if suffix in ('Ref', 'Condition') else f'Fn::{suffix}'
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loose.add_multi_constructor('!', any_tag)
Loose.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def mapping(value):
    return value if isinstance(value, dict) else {}


def functions(repository):
    """Every function below a folder; then the templates that nobody could decode, with the reason."""
    found, unread = [], []
    for folder, folders, names in os.walk(repository):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.lower().endswith(ENDINGS) or os.path.islink(path) or os.path.getsize(path) > LARGEST:
                continue
            place = os.path.relpath(path, repository)
            if re.fullmatch(r'serverless[^/]*\.ya?ml', name):
                found += ({'template': place, **one} for one in of_service(path))
            with open(path, 'rb') as file:
                if not HINT.search(file.read()):
                    continue
            template, error = decoded(path)
            if template is None:
                unread.append((place, error))
            elif isinstance(template.get('Resources'), dict):
                found += ({'template': place, **one} for one in of_template(template))
    return found, unread


def decoded(path):
    """A template by cfn-lint's decoder, else by a loose one; or why not."""
    try:
        template, matches = cfnlint.decode.decode(path)
        if isinstance(template, dict) or not matches:
            return mapping(template), None
        error = str(getattr(matches[0], 'message', matches[0]))
    except Exception as raised:  # whatever a decoder of hostile files raises
        error = f'{type(raised).__name__}: {raised}'
    try:
        with open(path, encoding='utf-8-sig', errors='replace') as file:
            template = yaml.load(file.read(), Loader=Loose)
    except Exception:  # the same
        template = None
    if isinstance(template, dict) and isinstance(template.get('Resources'), dict):
        return template, None
    return None, ' '.join(error.split())[:90]


def of_template(template):
    shared = mapping(mapping(template.get('Globals')).get('Function'))
    for name, resource in resources(template['Resources']):
        kind, written = resource.get('Type'), mapping(resource.get('Properties'))
        if kind not in TYPES:
            continue
        merged = {**shared, **written} if kind == TYPES[0] else written
        yield {'id': name, 'handler': plain(merged.get('Handler')), 'runtime': plain(merged.get('Runtime')),
               'local': is_local(kind, merged), 'service': False, 'events': bool(written.get('Events'))}


def resources(written):
    """Resources by logical id; those of a loop once, under the loop's name."""
    for name, resource in written.items():
        if name.startswith('Fn::ForEach') and isinstance(resource, list) and len(resource) == 3:
            for inner, one in resources(mapping(resource[2])):
                yield f'{name}/{inner}', one
        elif isinstance(resource, dict):
            yield str(name), resource


def is_local(kind, properties):
    """Whether the code lies in the tree: inline, or in a folder or archive by path."""
    if properties.get('PackageType') == 'Image' or 'ImageUri' in properties:
        return False
    if kind == TYPES[0] and 'InlineCode' in properties:
        return True
    code = properties.get('CodeUri' if kind == TYPES[0] else 'Code')
    if isinstance(code, str):
        return not re.match(r's3://|https?://[^/]*s3[.-]', code)
    return 'ZipFile' in mapping(code)


def plain(value):
    return str(value) if isinstance(value, str) else None


def of_service(path):
    """The keys under `functions` of a service that AWS runs."""
    try:
        with open(path, encoding='utf-8-sig', errors='replace') as file:
            service = mapping(yaml.load(file.read(), Loader=Loose))
    except Exception:  # whatever a decoder of hostile files raises
        return
    provider = service.get('provider')
    cloud = mapping(provider).get('name', provider)
    written = service.get('functions')
    if cloud != 'aws' or 'service' not in service:
        return
    for part in written if isinstance(written, list) else [written]:
        for name, function in mapping(part).items():
            function = mapping(function)
            runtime = function.get('runtime', mapping(provider).get('runtime'))
            yield {'id': str(name), 'handler': plain(function.get('handler')), 'runtime': plain(runtime),
                   'local': 'image' not in function, 'service': True, 'events': bool(function.get('events'))}

