//! What templates declare in lists beside their nodes: parameters, outputs, who may call from a browser, open ports.

use crate::app::Key;
use crate::guard::Guard;
use crate::setting::{Origin, Setting};
use crate::text::Text;

/// Everything of this kind in one App, in order of reading.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Setup {
    /// Parameters of templates.
    pub parameters: Vec<Parameter>,
    /// Outputs of templates.
    pub outputs: Vec<Output>,
    /// Rules for calls of other websites.
    pub origins: Vec<CrossOrigin>,
    /// What firewalls let in.
    pub ingress: Vec<Ingress>,
}

/// A parameter of a template.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name, in its stack.
    pub key: Key,
    /// Its default, as written.
    pub default: Setting<Text>,
    /// Whether its value is hidden in consoles and logs (`NoEcho`).
    pub hidden: bool,
    /// Whether its value only names a parameter of the store.
    pub stored: bool,
    /// Where its name stands.
    pub origin: Origin,
}

/// An output of a template: everybody who may describe the stack reads it.
#[derive(Clone, PartialEq, Debug)]
pub struct Output {
    /// Its name, in its stack.
    pub key: Key,
    /// Its value.
    pub value: Text,
    /// When it exists.
    pub exists: Guard,
    /// Where its value stands.
    pub origin: Origin,
}

/// Which websites may call something from a visitor's browser.
#[derive(Clone, PartialEq, Debug)]
pub struct CrossOrigin {
    /// What they call: an API, a URL, a bucket; `None` for the default of all APIs of a template.
    pub of: Option<Key>,
    /// An origin that is allowed, such as `*`, without quotes around it.
    pub allowed: Text,
    /// The methods that are allowed; empty where none are named.
    pub methods: Vec<String>,
    /// Whether cookies go along.
    pub credentials: bool,
    /// When it exists.
    pub exists: Guard,
    /// Where the origin is written.
    pub origin: Origin,
}

/// One rule of a firewall that lets something in.
#[derive(Clone, PartialEq, Debug)]
pub struct Ingress {
    /// The firewall, where the tree holds it.
    pub of: Option<Key>,
    /// The block of addresses, such as `0.0.0.0/0`.
    pub from: Text,
    /// First and last port; `None` for all of them.
    pub ports: Option<(u16, u16)>,
    /// When it exists.
    pub exists: Guard,
    /// Where the block is written.
    pub origin: Origin,
}
