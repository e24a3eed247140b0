//! The connections of a WebSocket API.

use palisade_model::app::NodeId;
use palisade_model::text::{Part, Symbol, Text};

use super::bind::{Binder, Bound};
use super::shape::{pseudo, stage_of};
use super::walk::Sent;

impl Binder<'_> {
    /// The connections of the API that the function answers for, or that its client's address names.
    pub(super) fn connections(&self, sent: &Sent) -> Bound {
        let is_api = |node: &NodeId| self.is_of(*node, "execute-api");
        let mut apis: Vec<NodeId> = Vec::new();
        let mut stage: Option<Text> = None;
        for value in &sent.seat.endpoint {
            let Some(text) = value.text() else { continue };
            stage = stage_of(text);
            for part in text.parts() {
                if let Part::Hole(Symbol::Attr(stack, address, _)) = part {
                    apis.extend(self.app.node(*stack, address).filter(is_api));
                }
            }
        }
        if apis.is_empty() {
            let triggers = self.app.triggers_of(self.function);
            let socket = triggers.filter(|(_, t)| t.event == "aws.apigateway-websocket");
            apis.extend(socket.filter_map(|(_, t)| t.source).filter(is_api));
        }
        if apis.is_empty() {
            let triggers = self.app.triggers.iter();
            let socket = triggers.filter(|t| t.event == "aws.apigateway-websocket");
            apis.extend(socket.filter_map(|t| t.source).filter(is_api));
        }
        apis.sort_unstable();
        apis.dedup();
        let mut bound = Bound::default();
        let names: Vec<Text> = apis.iter().filter_map(|api| self.name_of(*api)).collect();
        if names.is_empty() {
            bound.unknown.push("the API of a connection".to_owned());
        }
        let names = if names.is_empty() {
            vec![Text::of("*")]
        } else {
            names
        };
        for name in names {
            let head = [
                Part::Literal("arn:".to_owned()),
                pseudo("AWS::Partition"),
                Part::Literal(":execute-api:".to_owned()),
                pseudo("AWS::Region"),
                Part::Literal(":".to_owned()),
                pseudo("AWS::AccountId"),
                Part::Literal(":".to_owned()),
            ];
            let mut parts: Vec<Part> = head.into();
            parts.extend(name.parts().iter().cloned());
            if let Some(stage) = &stage {
                parts.push(Part::Literal("/".to_owned()));
                parts.extend(stage.parts().iter().cloned());
            }
            parts.push(Part::Literal("/*".to_owned()));
            bound.resources.push(Text::join(parts));
        }
        bound.nodes = apis;
        bound
    }
}
