"""Facts of a template as Palisade reads it."""
import re

from words import canonical, owner, partition, with_defaults

# Sources that a mapping reads from.
POLLED = {'aws.sqs', 'aws.kinesis', 'aws.dynamodb-stream', 'aws.kafka', 'aws.kafka-self-managed', 'aws.mq',
          'aws.documentdb'}
# The implicit APIs, which nobody wrote.
IMPLICIT = {'ServerlessRestApi', 'ServerlessHttpApi'}


def facts(line, types, parameters):
    """All facts of a template; `types` are those of its translation."""
    found = set(of_line(line, types))
    return {tuple(with_defaults(word, parameters) if isinstance(word, str) else word for word in fact)
            for fact in found}


def of_line(line, types):
    for name, kind in line['resources']:
        if '#' not in name and name not in IMPLICIT:
            yield 'resource', name, kind
    for function in line['functions']:
        yield 'resource', function['id'], 'function'
        yield from of_function(function)
    for role in line['roles']:
        yield from of_role(role, types)
    for trigger in line['triggers']:
        yield from of_trigger(trigger, types)


def of_function(function):
    name = function['id']
    for key in ('handler', 'runtime'):
        if len(function[key]) == 1:
            yield key, name, function[key][0]
        elif function[key]:
            yield key, name, '${? choice}'
    for statement in function['policy']:
        sources = [values[0] for _, key, values in statement['tests'] if key.lower() == 'aws:sourcearn']
        source = partition(generated(sources[0])) if sources else None
        for principal in statement['principals']:
            yield 'permission', name, principal, source


def of_role(role, types):
    name = role['id']
    if not name.endswith('#role'):
        if '#' not in name:
            yield 'resource', name, 'AWS::IAM::Role'
        return
    its = name.removesuffix('#role')
    yield 'role', its
    for grant in role['grants']:
        for policy in grant.get('managed', []):
            yield 'managed', its, policy.rsplit('/', 1)[-1]
        if grant.get('not_actions') or grant.get('not_resources'):
            continue
        for action in grant.get('actions', []):
            for resource in grant['resources']:
                yield 'grant', its, grant['effect'], action, canonical(generated(resource), types)


def of_trigger(trigger, types):
    event, function, source = trigger['event'], trigger['function'], trigger['source']
    # What a pipe polls is no mapping of the function it hands it to.
    if event in POLLED and types.get(source) != 'AWS::Pipes::Pipe':
        yield 'mapping', function, source and owner(canonical(generated(source), types))
    is_route = event.startswith('aws.apigateway') and event != 'aws.apigateway-websocket'
    if is_route and trigger['method'] and trigger['wired']:
        yield 'route', source, trigger['method'], trigger['path'], function, authorizer(trigger), trigger['key']


def authorizer(trigger):
    if trigger['auth'] == 'signed':
        return 'AWS_IAM'
    return trigger['authorizer'] and trigger['authorizer'].rsplit('#', 1)[-1]


def generated(text):
    """Addresses of generated nodes as the translator names them: `Parse#Events.New` is `ParseNew`."""
    text = re.sub(r'([A-Za-z0-9]+)#Events\.([A-Za-z0-9]+)\.Queue', r'\1\2Queue', text)
    return re.sub(r'([A-Za-z0-9]+)#Events\.([A-Za-z0-9]+)', r'\1\2', text)
