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
/// By service and lower-case name: name, service with level, list of the lists of resource types, condition keys and dependents.
pub const ACTIONS: usize = 4;
/// By service and name: name, ARN format, condition keys.
pub const TYPES: usize = 5;
/// By botocore's name: name, first operation, first waiter, prefix of its actions.
pub const CLIENTS: usize = 6;
/// By client and name: name, client with flags, members, first rule.
pub const OPERATIONS: usize = 7;
/// By operation: action (or [`NONE`]: the undocumented one of the operation's name) with flags, templates, condition.
pub const RULES: usize = 8;
/// ARN format, list of the member that fills each placeholder (strings).
pub const TEMPLATES: usize = 9;
/// By client and name: name, operation.
pub const WAITERS: usize = 10;
/// By SDK, service and symbol: SDK with kind in the second byte, service, symbol, list of (operation, list of what
/// is filled), list of what the kind says.
pub const SYMBOLS: usize = 11;
/// By SDK and name: SDK, name, client.
pub const NAMES: usize = 12;

/// How many bytes a row of each section has.
pub const ROW_BYTES: [usize; SECTIONS] = [4, 1, 3, 16, 12, 12, 16, 16, 12, 8, 8, 20, 12];

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

/// Kind of a symbol: sends its operations; says the class and the identifiers of what is answered, if anything.
pub const CALL: u32 = 0;
/// Kind of a symbol: signs an address; says name and place of the operation and of its parameters.
pub const PRESIGNER: u32 = 1;
/// Kind of a symbol: makes an object; says its class and what its identifiers are filled with.
pub const CHILD: u32 = 2;
/// Kind of a symbol: lists objects; says their class and what their identifiers are filled with.
pub const COLLECTION: u32 = 3;
/// Kind of a symbol without a name: a class; says the names of its identifiers.
pub const CLASS: u32 = 4;
