//! Routes, authorizers, resource policies, sockets, function URLs, load balancers.

use crate::build::*;
use Level::{Inside, None as Nobody, OtherAccount, SignedIn, Stranger};
use palisade_model::app::*;
use palisade_model::attribute::Attribute;
use palisade_model::policy::*;
use palisade_model::reach::*;
use palisade_model::setting::*;

fn route(auth: Auth, statements: Vec<Statement>) -> (Build, TriggerId) {
    let mut build = Build::new();
    let api = build.api("Api");
    for statement in statements {
        build.policy(api, statement);
    }
    let function = build.granted(vec![]);
    let trigger = build.route(function, api, "GET /orders/{id}", auth);
    (build, trigger)
}

#[test]
fn rest_and_http_routes() {
    let rows = [
        (Auth::None, both(Stranger)),
        (Auth::Key, both(Stranger)),
        (Auth::Signed, both(Inside)),
        (Auth::Token("Auth".to_owned()), both(SignedIn)),
        (Auth::Custom("Auth".to_owned()), both(SignedIn)),
        (Auth::Certificate, both(SignedIn)),
        (Auth::Unknown(Reason::NotInTree), (Inside, Stranger)),
    ];
    for (auth, expected) in rows {
        let (mut build, trigger) = route(auth.clone(), vec![]);
        assert_eq!(build.reach(trigger), expected, "{auth:?}");
        let (mut build, trigger) = route(auth, vec![]);
        build.app.triggers[trigger].event = "aws.apigateway-http";
        assert_eq!(build.reach(trigger), expected);
    }
}

#[test]
fn a_key_is_a_hedge_and_the_route_is_named() {
    let (mut build, trigger) = route(Auth::Key, vec![]);
    build.fill();
    let reach = &build.app.triggers[trigger].reach;
    assert_eq!(reach.hedges, vec![Hedge::Key]);
    assert_eq!(
        reach.because[0],
        (
            origin(5),
            "anyone may send a request to GET /orders/{id}".to_owned()
        )
    );
}

/// Case 3: an authorizer that no method names protects nothing; the reader gives the door, reach reads it.
#[test]
fn authorizer_of_no_method() {
    let (mut build, trigger) = route(Auth::None, vec![]);
    build.resource("Auth", Kind::Authorizer, "AWS::ApiGateway::Authorizer");
    assert_eq!(build.reach(trigger), both(Stranger));
}

/// Case 2: the event's own route does not exist; only the body's route is signed in.
#[test]
fn own_definition_wins() {
    let mut build = Build::new();
    let api = build.api("Api");
    let function = build.granted(vec![]);
    let body = build.route(function, api, "GET /a", Auth::Token("Auth".to_owned()));
    let event = build.route(function, api, "GET /b", Auth::None);
    build.app.triggers[event].wired = Answer::No;
    assert_eq!(build.reach(body), both(SignedIn));
    assert_eq!(build.reach(event), both(Nobody));
}

#[test]
fn resource_policies() {
    let invoke = |on: &str| allow(&["execute-api:Invoke"], &[on]);
    let all = || invoke("execute-api:/*").by(Principal::Anyone);
    let addresses = ["203.0.113.0/24"];
    let rows = [
        (Auth::None, vec![all()], both(Stranger)),
        (
            Auth::None,
            vec![invoke("execute-api:/*/GET/orders/*").by(Principal::Anyone)],
            both(Stranger),
        ),
        (
            Auth::None,
            vec![invoke("execute-api:/*/POST/*").by(Principal::Anyone)],
            both(Nobody),
        ),
        (
            Auth::None,
            vec![invoke("${AWS::Region}").by(Principal::Anyone)],
            both(Nobody),
        ),
        (
            Auth::None,
            vec![invoke("*").by(aws("123456789012"))],
            both(OtherAccount),
        ),
        (
            Auth::None,
            vec![all().when(test("StringEquals", "aws:SourceVpce", &["vpce-1"]))],
            both(Inside),
        ),
        (
            Auth::None,
            vec![all().when(test("IpAddress", "aws:SourceIp", &addresses))],
            both(Stranger),
        ),
        (
            Auth::None,
            vec![
                all(),
                deny(&["execute-api:Invoke"], &["execute-api:/*"])
                    .by(Principal::Anyone)
                    .when(test("NotIpAddress", "aws:SourceIp", &addresses)),
            ],
            both(Stranger),
        ),
        (
            Auth::None,
            vec![
                all(),
                deny(&["execute-api:Invoke"], &["execute-api:/*"])
                    .by(Principal::Anyone)
                    .when(test("StringNotEquals", "aws:SourceVpc", &["vpc-1"])),
            ],
            both(Inside),
        ),
        (Auth::Token(String::new()), vec![all()], both(SignedIn)),
        (Auth::Signed, vec![], both(Inside)),
        (
            Auth::Signed,
            vec![invoke("*").by(aws("123456789012"))],
            both(OtherAccount),
        ),
        (Auth::Signed, vec![all()], both(OtherAccount)),
    ];
    for (at, (auth, statements, expected)) in rows.into_iter().enumerate() {
        let (mut build, trigger) = route(auth, statements);
        assert_eq!(build.reach(trigger), expected, "row {at}");
    }
}

#[test]
fn an_address_list_is_a_hedge() {
    let list = allow(&["execute-api:Invoke"], &["execute-api:/*"])
        .by(Principal::Anyone)
        .when(test("IpAddress", "aws:SourceIp", &["203.0.113.0/24"]));
    let (mut build, trigger) = route(Auth::None, vec![list]);
    build.fill();
    assert_eq!(
        build.app.triggers[trigger].reach.hedges,
        vec![Hedge::IpList]
    );
}

#[test]
fn private_endpoints() {
    let (mut build, trigger) = route(Auth::None, vec![]);
    build.app.triggers[trigger].doors[0].private = true;
    assert_eq!(build.reach(trigger), both(Inside));
    let (mut build, trigger) = route(Auth::None, vec![]);
    let Some(NodeId::Resource(api)) = build.app.triggers[trigger].source else {
        unreachable!()
    };
    build.word(api, Attribute::EndpointType, "PRIVATE");
    assert_eq!(build.reach(trigger), both(Inside));
}

#[test]
fn signed_routes_and_identity_pools() {
    for (guests, arn, expected) in [
        (
            true,
            "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*",
            Stranger,
        ),
        (
            false,
            "arn:aws:execute-api:*:*:${Api}/*/GET/orders/*",
            SignedIn,
        ),
        (true, "arn:aws:execute-api:*:*:${Api}/*/POST/*", Inside),
    ] {
        let (mut build, trigger) = route(Auth::Signed, vec![]);
        let role = build.role(
            "Web",
            vec![Grant::Statement(allow(&["execute-api:Invoke"], &[arn]))],
        );
        build.pool(role, guests);
        assert_eq!(build.reach(trigger), both(expected), "{arn}");
    }
}

#[test]
fn open_sign_up_is_a_hedge() {
    for (admin_only, hedged) in [(false, true), (true, false)] {
        let (mut build, trigger) = route(Auth::Token("Auth".to_owned()), vec![]);
        let pool = build.resource("Users", Kind::UserPool, "AWS::Cognito::UserPool");
        build.flag(pool, Attribute::AdminCreateOnly, admin_only);
        assert_eq!(build.reach(trigger), both(SignedIn));
        let hedges = &build.app.triggers[trigger].reach.hedges;
        assert_eq!(hedges.contains(&Hedge::SelfSignUp), hedged);
    }
}

/// Case 27: an authorizer on `$connect` holds for every route.
#[test]
fn websocket() {
    for (auth, expected) in [
        (Auth::Custom("A".to_owned()), SignedIn),
        (Auth::None, Stranger),
        (Auth::Signed, Inside),
    ] {
        let mut build = Build::new();
        let api = build.api("Socket");
        let function = build.granted(vec![]);
        let connect = build.route(function, api, "- $connect", auth);
        let send = build.route(function, api, "- sendmessage", Auth::None);
        for id in [connect, send] {
            build.app.triggers[id].event = "aws.apigateway-websocket";
        }
        assert_eq!(build.reach(connect), both(expected));
        assert_eq!(build.reach(send), both(expected));
    }
}

fn url(auth: Auth) -> (Build, FunctionId, TriggerId) {
    let mut build = Build::new();
    let node = build.resource("Url", Kind::Url, "AWS::Lambda::Url");
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.function-url", Some(node));
    build.app.triggers[trigger].doors.push(door(auth));
    build.app.triggers[trigger].permitted = Answer::No;
    (build, function, trigger)
}

/// Case 5: a URL needs both permissions.
#[test]
fn open_urls() {
    let invoke_url = || {
        allow(&["lambda:InvokeFunctionUrl"], &["${F0}"])
            .by(Principal::Anyone)
            .when(test(
                "StringEquals",
                "lambda:FunctionUrlAuthType",
                &["NONE"],
            ))
    };
    let invoke = || {
        allow(&["lambda:InvokeFunction"], &["${F0}"])
            .by(Principal::Anyone)
            .when(test("Bool", "lambda:InvokedViaFunctionUrl", &["true"]))
    };
    for (statements, expected) in [
        (vec![invoke_url(), invoke()], both(Stranger)),
        (vec![invoke_url()], (Nobody, Stranger)),
        (vec![invoke()], (Nobody, Stranger)),
        (vec![], (Nobody, Stranger)),
    ] {
        let (mut build, function, trigger) = url(Auth::None);
        for statement in statements {
            build.permit(function, statement);
        }
        assert_eq!(build.reach(trigger), expected);
        // The permissions of a URL are no way to invoke directly.
        assert!(build.app.triggers.iter().all(|t| t.event != "aws.direct"));
    }
    let (mut build, _, trigger) = url(Auth::None);
    build.app.triggers[trigger].permitted = Answer::Yes;
    assert_eq!(build.reach(trigger), both(Stranger));
}

/// Case 4: a signed URL behind a distribution that signs for everyone.
#[test]
fn signed_urls() {
    let (mut build, _, trigger) = url(Auth::Signed);
    build.app.triggers[trigger].permitted = Answer::Yes;
    assert_eq!(build.reach(trigger), both(Inside));

    let (mut build, function, trigger) = url(Auth::Signed);
    build.app.triggers[trigger].permitted = Answer::Yes;
    build.resource("Cdn", Kind::Distribution, "AWS::CloudFront::Distribution");
    let arn = "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Cdn}";
    build.permit(
        function,
        allow(&["lambda:InvokeFunctionUrl"], &["${F0}"])
            .by(service("cloudfront.amazonaws.com"))
            .when(test("ArnLike", "AWS:SourceArn", &[arn])),
    );
    assert_eq!(build.reach(trigger), both(Stranger));
    let words = &build.app.triggers[trigger].reach.because[0].1;
    assert_eq!(
        words,
        "anyone may send a request through Cdn, which signs it"
    );

    let (mut build, _, trigger) = url(Auth::Signed);
    build.app.triggers[trigger].permitted = Answer::Yes;
    let cdn = build.resource("Cdn", Kind::Distribution, "AWS::CloudFront::Distribution");
    let source = build.app.triggers[trigger].source.unwrap();
    build.edge(NodeId::Resource(cdn), source, EdgeKind::Fronts);
    assert_eq!(build.reach(trigger), both(Stranger));

    let (mut build, function, trigger) = url(Auth::Signed);
    build.app.triggers[trigger].permitted = Answer::Yes;
    build.permit(
        function,
        allow(&["lambda:InvokeFunctionUrl"], &["${F0}"]).by(aws("123456789012")),
    );
    assert_eq!(build.reach(trigger), both(OtherAccount));
}

#[test]
fn load_balancers() {
    for (scheme, auth, expected) in [
        (None, Auth::None, Stranger),
        (Some("internet-facing"), Auth::None, Stranger),
        (Some("internal"), Auth::None, Inside),
        (None, Auth::Token("listener".to_owned()), SignedIn),
    ] {
        let mut build = Build::new();
        let balancer = build.resource(
            "Lb",
            Kind::LoadBalancer,
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
        );
        if let Some(scheme) = scheme {
            build.word(balancer, Attribute::Scheme, scheme);
        }
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.alb", Some(balancer));
        build.app.triggers[trigger].doors.push(door(auth));
        assert_eq!(build.reach(trigger), both(expected), "{scheme:?}");
    }
}

#[test]
fn graphql_by_mode() {
    let mut build = Build::new();
    let graph = build.resource("Graph", Kind::Graph, "AWS::AppSync::GraphQLApi");
    let function = build.granted(vec![]);
    let trigger = build.trigger(function, "aws.appsync", Some(graph));
    build.app.triggers[trigger].doors = vec![door(Auth::Token("U".to_owned())), door(Auth::Key)];
    assert_eq!(build.reach(trigger), both(Stranger));
    assert_eq!(build.app.triggers[trigger].reach.hedges, vec![Hedge::Key]);
    build.app.triggers[trigger].doors = vec![door(Auth::Signed)];
    assert_eq!(build.reach(trigger), both(Inside));
    let role = build.role(
        "Guest",
        vec![Grant::Statement(allow(
            &["appsync:GraphQL"],
            &["${Graph.Arn}/types/*"],
        ))],
    );
    build.pool(role, true);
    assert!(build.reach(trigger).1 == Stranger);
}

#[test]
fn routes_that_write_straight_into_stores() {
    for (auth, expected) in [("none", Stranger), ("token", SignedIn), ("signed", Inside)] {
        let mut build = Build::new();
        let api = build.api("Api");
        let queue = build.queue("Work");
        let filter = Filter {
            events: vec!["POST /orders".to_owned()],
            values: vec![(vec!["auth".to_owned()], vec![auth.to_owned()])],
            ..Filter::default()
        };
        build.edge(
            NodeId::Resource(api),
            NodeId::Resource(queue),
            EdgeKind::Delivers { filter, raw: true },
        );
        let function = build.granted(vec![]);
        let trigger = build.trigger(function, "aws.sqs", Some(queue));
        assert_eq!(build.reach(trigger), both(expected), "{auth}");
    }
}

#[test]
fn a_route_that_reads_a_table_writes_nothing() {
    for (route, expected) in [("GET /{id}", Inside), ("PUT /{id}", Stranger)] {
        let mut build = Build::new();
        let api = build.api("Api");
        let table = build.table("Links");
        let filter = Filter {
            events: vec![route.to_owned()],
            values: vec![(vec!["auth".to_owned()], vec!["none".to_owned()])],
            ..Filter::default()
        };
        build.edge(
            NodeId::Resource(api),
            NodeId::Resource(table),
            EdgeKind::Delivers { filter, raw: true },
        );
        assert_eq!(build.writers(table), both(expected), "{route}");
    }
}
