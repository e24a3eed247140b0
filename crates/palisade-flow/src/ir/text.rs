//! The text form of the IR: structured text that is lowered through the builder, and the flat form that is printed.
//!
//! One text holds several files: `file app.py python` begins one; without a header everything is `file main text`.
//! Spans are byte offsets in the whole text, so a line of a span is a line of the text. `#` begins a comment.
//!
//! ```text
//! file app.py python
//! fn handler(event, context) entry aws.s3
//!   %k = load event .Records[*].s3.object.key
//!   %ok = call fn:is_safe(%k)
//!   if not %ok { return "bad" }
//!   call os.system("touch /tmp/" + %k)
//! fn is_safe(s)
//!   return true
//! ```
//!
//! A function's body is braced, or indented deeper than the line of its `fn`, or stands on its line. Every name that a
//! function assigns is a local of it (`nonlocal x` and `global x` say otherwise); `%x` and `x` are one name. A bare
//! name nobody declared is a package where a path follows it (`os.system`) and a built-in elsewhere (`eval`).
//! `fn:f` is a function of this file and `fn:b.py:f` one of another, which becomes an import of module `b.py`.
//!
//! Statements: `x = …`, `store b .k v` (or `b.k = v`), `put b i v`, `if … { } else { }`, `loop { }`,
//! `loop x over … { }`, `loop while … { }`, `break`, `continue`, `try { } catch e { } finally { }`,
//! `switch x { case "a", "b": … default: … }`, `return`, `throw`, `yield`, `import m [name] [as x]`, `class C(Base)
//! { fn m(self) …; attribute = … }` (methods may be `static`, `classmethod`, `get`, `set`), `dynamic "why"`, `broken`.
//! A statement may end in `@12` (it stands on line 12) or `@30:42` (at these bytes).
//!
//! Expressions: names, strings, numbers, `/regex/i`, `true`, `null`, `load b .k[*][0]` (or `b.k[*][0]`), `index b i`,
//! `iter b`, `keys b`, `record k: v, *other`, `list a *b`, `rest b .k`, `concat a b`, `a + b`, `format "{}" a k: b`,
//! `percent "%s" a`, `call f(a, k: b, *c, **d)`, `call new C(a)`, `call tagged t(a)`, `await v`, `phi a b`,
//! `compare == a b` (`!=`, `in`, `not-in`, `type`, `<`) or `a == b` (`type` is `is` there), `a and b`, `or`, `not`,
//! `arith a b`, `error a b`, `caught`, `import m name`, `fn(x) { … }`, `( … )`. Directly inside the parentheses of a
//! call a comma ends an argument; parenthesize a record with several keys there.
//!
//! The flat form (`file app.py python flat`) is what `print` writes: every function's instructions as they are.

mod ast;
mod express;
mod flat;
mod lex;
mod lower;
mod parse;
mod unflat;

use palisade_model::source::FileId;

use super::Module;

/// Reads a text. Files are numbered from `first_file` in order of their headers.
///
/// # Errors
/// What was met, with its line, where the text does not have this form.
pub fn parse(text: &str, first_file: u32) -> Result<Vec<(String, Module)>, String> {
    let mut modules = Vec::new();
    for (at, block) in parse::blocks(text)?.into_iter().enumerate() {
        let file = FileId(first_file.saturating_add(u32::try_from(at).unwrap_or(u32::MAX)));
        let module = match block.content {
            parse::Content::Structured(body) => lower::lower(file, block.language, &body),
            parse::Content::Flat(tokens) => unflat::read(file, block.language, &tokens)?,
        };
        modules.push((block.path, module));
    }
    Ok(modules)
}

/// Writes a module in flat form, as a file named `main`. Problems are left out.
pub fn print(module: &Module) -> String {
    print_as("main", module)
}

/// Writes a module in flat form under a path.
pub fn print_as(path: &str, module: &Module) -> String {
    flat::print(path, module)
}
