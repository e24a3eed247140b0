"""Facts of a template as aws-sam-translator translates it."""
import re

from words import OWNER, branches, canonical, each, owner, partition, said

# Palisade keeps these as relations between nodes, not as nodes.
RELATIONS = {
    'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::IAM::Policy',
    'AWS::IAM::RolePolicy', 'AWS::IAM::UserPolicy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::Permission',
    'AWS::Lambda::EventSourceMapping', 'AWS::ApiGateway::Resource', 'AWS::ApiGateway::Method',
    'AWS::ApiGatewayV2::Route', 'AWS::ApiGatewayV2::Integration', 'AWS::Cognito::IdentityPoolRoleAttachment',
    'AWS::Events::EventBusPolicy', 'AWS::Serverless::Connector', 'AWS::Lambda::LayerVersionPermission',
}
FUNCTIONS = {'AWS::Serverless::Function', 'AWS::Lambda::Function'}
FUNCTION = 'AWS::Lambda::Function'


def types(translation):
    """The type of each resource."""
    return {name: resource.get('Type') for name, resource in translation['Resources'].items()}


def facts(written, translation, parameters):
    """All facts of a template."""
    template = Template(written, translation, parameters)
    found = set()
    for name, resource in written['Resources'].items():
        kind = resource.get('Type')
        if kind not in RELATIONS:
            found.add(('resource', name, 'function' if kind in FUNCTIONS else kind))
    for name, resource in translation['Resources'].items():
        properties = resource.get('Properties') or {}
        found.update(template.of(name, resource.get('Type'), properties))
    return found


class Template:
    """A translation, and what its facts are told with."""

    def __init__(self, written, translation, parameters):
        self.written, self.parameters = written['Resources'], parameters
        self.resources, self.types = translation['Resources'], types(translation)
        self.named = {
            self.said(resource['Properties']['FunctionName']): name
            for name, resource in self.resources.items()
            if resource['Type'] == FUNCTION and 'FunctionName' in (resource.get('Properties') or {})
        }

    def said(self, value):
        return said(value, self.parameters)

    def function(self, value):
        """The logical id of a function by reference, alias or name; None for any other."""
        match = OWNER.search(self.said(value))
        name = match.group(1) if match else self.said(value)
        if self.types.get(name) == 'AWS::Lambda::Alias':
            return self.function(self.resources[name]['Properties']['FunctionName'])
        name = self.named.get(name, name)
        return name if self.types.get(name) == FUNCTION else None

    def of(self, name, kind, properties):
        if kind == FUNCTION:
            for key in ('Handler', 'Runtime'):
                if key in properties:
                    yield key.lower(), name, self.said(properties[key])
        elif kind == 'AWS::IAM::Role' and name not in self.written:
            yield from self.role(name, properties)
        elif kind == 'AWS::IAM::ManagedPolicy' and name not in self.written:
            yield from self.connector(properties)
        elif kind == 'AWS::Lambda::Permission':
            function = self.function(properties.get('FunctionName'))
            if function:
                source = properties.get('SourceArn')
                source = None if source is None else partition(self.said(source))
                yield 'permission', function, self.said(properties.get('Principal')), source
        elif kind == 'AWS::Lambda::EventSourceMapping':
            function = self.function(properties.get('FunctionName'))
            if function:
                yield 'mapping', function, self.source(properties)
        elif kind == 'AWS::ApiGateway::Method':
            yield from self.method(properties)
        elif kind == 'AWS::ApiGatewayV2::Route':
            yield from self.route(properties)
        elif kind in ('AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'):
            function = self.called(properties.get('Target', ''))
            if function:
                yield 'route', name, 'ANY', '$default', function, None, False
            body = properties.get('Body')
            if isinstance(body, dict) and isinstance(body.get('paths'), dict):
                yield from self.routes(name, body)

    def source(self, properties):
        """What a mapping reads from: a resource where its ARN names one."""
        if 'EventSourceArn' not in properties:
            return None
        return owner(canonical(self.said(properties['EventSourceArn']), self.types))

    def role(self, name, properties):
        """A generated role is known by its owner."""
        its = name.removesuffix('Role')
        if its not in self.written:
            return
        yield 'role', its
        for policy in each(properties.get('ManagedPolicyArns', [])):
            own = self.resources.get(owner(self.said(policy)))
            if own and own['Type'] == 'AWS::IAM::ManagedPolicy':
                yield from self.statements(its, own['Properties'])
            else:
                yield 'managed', its, self.said(policy).rsplit('/', 1)[-1]
        for policy in each(properties.get('Policies', [])):
            yield from self.statements(its, policy)

    def connector(self, properties):
        """The policies of connectors hang on the roles of their sources."""
        for role in properties.get('Roles', []):
            its = owner(self.said(role)).removesuffix('Role')
            if its in self.written:
                yield from self.statements(its, properties)

    def statements(self, its, policy):
        document = policy.get('PolicyDocument')
        for statement in each(document.get('Statement', []) if isinstance(document, dict) else []):
            for action in each(statement.get('Action', [])):
                for resource in each(statement.get('Resource', [])):
                    what = canonical(self.said(resource), self.types)
                    yield 'grant', its, statement.get('Effect'), self.said(action), what

    def called(self, uri):
        """The function an integration calls: by its address, or by its name in an ARN."""
        uri = self.said(uri).rsplit('functions/', 1)[-1].removesuffix('/invocations')
        if uri.startswith('arn:'):
            uri = re.sub(r'^arn:.*?:function:', '', uri)
            named = re.match(r'(?:\$\{[^}]*\}|[^:])*', uri).group()
            if named in self.named:
                return self.named[named]
        match = OWNER.match(uri)
        return match and self.function({'Ref': match.group(1)})

    def method(self, properties):
        """A method that stands as a resource of its own."""
        function = self.called(first(properties.get('Integration')).get('Uri', ''))
        if function:
            api = owner(self.said(properties.get('RestApiId')))
            authorizer = self.authorizer(properties, 'AuthorizationType')
            method, path = self.said(properties.get('HttpMethod')), self.path(properties.get('ResourceId'))
            yield 'route', api, method, path, function, authorizer, bool(properties.get('ApiKeyRequired'))

    def path(self, value):
        """The path of a resource of a REST API."""
        resource = self.resources.get(owner(self.said(value)))
        if not resource or resource['Type'] != 'AWS::ApiGateway::Resource':
            return '/'
        properties = resource['Properties']
        return f'{self.path(properties.get("ParentId")).rstrip("/")}/{self.said(properties["PathPart"])}'

    def route(self, properties):
        """A route that stands as a resource of its own."""
        target = OWNER.search(self.said(properties.get('Target', '')).removeprefix('integrations/'))
        integration = self.resources.get(target.group(1)) if target else None
        function = integration and self.called(integration['Properties'].get('IntegrationUri', ''))
        method, _, path = self.said(properties.get('RouteKey')).rpartition(' ')
        api = owner(self.said(properties.get('ApiId')))
        protocol = ((self.resources.get(api) or {}).get('Properties') or {}).get('ProtocolType')
        if function and protocol == 'HTTP':
            yield 'route', api, method or 'ANY', path, function, self.authorizer(properties, 'AuthorizationType'), False

    def authorizer(self, properties, key):
        kind = self.said(properties.get(key, 'NONE'))
        if kind in ('NONE', 'AWS_IAM'):
            return None if kind == 'NONE' else kind
        return owner(self.said(properties.get('AuthorizerId')))

    def routes(self, api, body):
        for path, item in body['paths'].items():
            for method, operation in first(item).items():
                operation = first(operation)
                integration = first(operation.get('x-amazon-apigateway-integration'))
                function = self.called(integration.get('uri', ''))
                if not function:
                    continue
                authorizer, key = guards(operation, body)
                method = 'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()
                yield 'route', api, method, path, function, authorizer, key


def first(value):
    """The first branch of an `Fn::If`, or the value, if it is a map."""
    value = value['Fn::If'][1] if isinstance(value, dict) and 'Fn::If' in value else value
    return value if isinstance(value, dict) else {}


def guards(operation, body):
    """The authorizer of an operation, and whether it wants a key."""
    security = operation.get('security', body.get('security'))
    if isinstance(security, dict):
        return '${? security}', False
    names = [name for one in security or [] if isinstance(one, dict) for name in one]
    rest = [name for name in names if name not in ('NONE', 'api_key')]
    if first(operation.get('x-amazon-apigateway-auth')).get('type') == 'AWS_IAM':
        rest.append('AWS_IAM')
    return (rest[0] if rest else None), 'api_key' in names
