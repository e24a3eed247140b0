"""Values of CloudFormation templates as words: `${Name}` for what is not known, `${? …}` for what cannot be said."""
import re

HOLE = re.compile(r'\$\{([^}]*)\}')
OWNER = re.compile(r'\$\{([A-Za-z0-9]+)(?:\.[A-Za-z]+)?\}')
OWN_ARN = re.compile(
    r'arn:aws:(?:dynamodb|s3|sqs|sns|lambda|kinesis|states|events|kms|firehose|rds):(?:\$\{AWS::Region\})?:'
    r'(?:\$\{AWS::AccountId\})?:(?:table/|function:|stream/|stateMachine:|event-bus/|key/|deliverystream/|cluster:)?'
    r'\$\{([A-Za-z0-9]+)(?:\.(?:QueueName|TopicName|Name|TableName|KeyId))?\}')


def listed(value):
    return value if isinstance(value, list) else [value]


def branches(value):
    """Both branches of an `Fn::If`, or the value; what is left out is none."""
    if isinstance(value, dict) and 'Fn::If' in value:
        return [one for inner in value['Fn::If'][1:] for one in branches(inner)]
    return [] if value == {'Ref': 'AWS::NoValue'} else [value]


def each(value):
    """The values of a list, or of one that is no list, both branches of each `Fn::If`."""
    return [one for part in branches(value) for inner in listed(part) for one in branches(inner)]


def said(value, parameters):
    """A value in words; parameters are replaced by their defaults."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    if not isinstance(value, dict) or len(value) != 1:
        return '${? value}'
    (name, inner), = value.items()
    if name == 'Ref':
        return parameter(inner, parameters)
    if name == 'Fn::GetAtt':
        return '${%s}' % '.'.join(map(str, listed(inner)))
    if name == 'Fn::Sub':
        return substituted(inner, parameters)
    if name == 'Fn::Join' and isinstance(inner, list) and len(inner) == 2 and isinstance(inner[1], list):
        return str(inner[0]).join(said(part, parameters) for part in inner[1])
    return '${? %s}' % name


def parameter(name, parameters):
    default = parameters.get(name)
    return '${%s}' % name if default is None else default


def substituted(value, parameters):
    text, given = value if isinstance(value, list) else (value, {})

    def hole(match):
        name = match.group(1).strip()
        if name.startswith('!'):
            return '${%s}' % name[1:]
        return said(given[name], parameters) if name in given else parameter(name, parameters)
    return HOLE.sub(hole, str(text))


def with_defaults(text, parameters):
    """A text that Palisade left open for a parameter with a default."""
    return HOLE.sub(lambda match: parameter(match.group(1), parameters), text)


def partition(text):
    """The partition is that of the commercial regions."""
    return text.replace('${AWS::Partition}', 'aws')


def canonical(text, types):
    """Names of resources of the template inside ARNs become `${Resource.Arn}`."""
    def arn(match):
        return '${%s.Arn}' % match.group(1) if match.group(1) in types else match.group(0)
    return OWN_ARN.sub(arn, partition(text))


def owner(text):
    """The logical id a text consists of, or the text."""
    match = OWNER.fullmatch(text)
    return match.group(1) if match else text


def is_known(fact):
    """Whether every word of a fact could be said."""
    return not any(isinstance(word, str) and '${?' in word for word in fact)
