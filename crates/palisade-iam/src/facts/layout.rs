//! How the table of facts lies in its bytes: sections, and how wide a row of each is.
//!
//! Everything is little-endian. The file begins with [`MAGIC`], then for each section of [`SECTIONS`]
//! its offset and its length in bytes (`u32` each), then the sections themselves. A *string* is an
//! index into the sorted pool; a *list* is an offset, in words of three bytes, into [`LISTS`], where
//! its length stands before its words. List 0 is the empty list.

/// The first bytes of the file; the last one is the version of the layout.
pub const MAGIC: &[u8; 8] = b"PALFCTS\x01";

/// How many sections there are.
pub const SECTIONS: usize = 13;

/// Where each string of the pool begins: one `u32` more than there are strings.
pub const STRING_ENDS: usize = 0;
/// The bytes of the strings, sorted, each once.
pub const STRING_BYTES: usize = 1;
/// Words of three bytes: lists.
pub const LISTS: usize = 2;
/// By prefix: prefix, title, first action, first resource type.
pub const SERVICES: usize = 3;
/// By service and lower-case name: name, service with level, resource types, condition keys, dependents.
pub const ACTIONS: usize = 4;
/// By service and name: name, ARN format, condition keys.
pub const TYPES: usize = 5;
/// By botocore's name: name, first operation, first waiter, IAM service (or [`NONE`]).
pub const CLIENTS: usize = 6;
/// By client and name: name, client with flags, members, first rule.
pub const OPERATIONS: usize = 7;
/// By operation: action with flags, name of the action if unknown, templates, condition.
pub const RULES: usize = 8;
/// ARN format, list of the member that fills each placeholder (strings).
pub const TEMPLATES: usize = 9;
/// By client and name: name, operation.
pub const WAITERS: usize = 10;
/// By SDK, service and symbol: SDK, service, symbol, list of (operation, list of parameters), yielded class.
pub const SYMBOLS: usize = 11;
/// By SDK and name: SDK, name, client.
pub const NAMES: usize = 12;

/// How many bytes a row of each section has.
pub const ROW_BYTES: [usize; SECTIONS] = [4, 1, 3, 16, 20, 12, 16, 16, 16, 8, 8, 20, 12];

/// No row.
pub const NONE: u32 = 0x00ff_ffff;

/// In a word of an action's resource types, beside the type times two: the type is required.
pub const REQUIRED: u32 = 1;
/// In a word of an operation's members: the member must be given.
pub const MEMBER_REQUIRED: u32 = 1 << 23;
/// On an operation: it is sent without a signature, so no permission is asked for.
pub const UNSIGNED: u32 = 1 << 16;
/// On an operation: it is a method of an SDK, not one of the service's own operations.
pub const COMPOSED: u32 = 1 << 17;
/// On a rule: what is needed only in some situation the call does not show, and harmless elsewhere.
pub const OPTIONAL: u32 = 1 << 24;
/// On a rule: what another service checks on behalf of the call.
pub const DEPENDENT: u32 = 1 << 25;
/// On a rule: its templates are alternatives of which the values decide.
pub const ALTERNATIVES: u32 = 1 << 26;
