//! Layers that a service makes of its own folders.

use palisade_model::guard::Guard;

use super::Compiler;
use crate::look;
use crate::serverless::names;

impl Compiler<'_> {
    /// Declares the layers of the service.
    pub(super) fn layers(&mut self) {
        let layers = self.service.field("layers");
        for (guard, name, span, layer) in look::entries(&layers) {
            let made = self.made(span);
            let content = look::first(layer, "path")
                .or_else(|| look::first(layer, "package.artifact"))
                .cloned();
            let properties = made.map([
                ("LayerName", layer.field("name")),
                ("Content", content.unwrap_or_else(|| made.nothing())),
            ]);
            let id = format!("{}LambdaLayer", names::resource(name));
            let mut raw = made.resource(
                id,
                "AWS::Lambda::LayerVersion",
                &Guard::always().and(&guard),
                properties,
            );
            raw.maker = None;
            self.add(raw);
        }
    }
}
