//! Functions of the project that its settings describe: their bodies give way to the row that describes them.

use palisade_flow::ir::{
    Arg, Call, Function, FunctionIndex, FunctionKind, Import, Imported, Instr, Module, Op,
    ParamKind, Passing, Sym, ValueId,
};
use palisade_model::index::{Id, IndexVec};
use palisade_model::source::Span;

/// An API of a row that may be a function of the tree: the module as written, and the function.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OwnApi {
    /// The word of the language; `None` for all.
    pub language: Option<String>,
    /// `src/text` or `src.text`.
    pub module: String,
    /// The function's name.
    pub function: String,
}

impl OwnApi {
    /// From an API path such as `src/text.clean`.
    pub fn parse(language: Option<&str>, api: &str) -> Option<Self> {
        let (module, function) = api.rsplit_once('.')?;
        let whole = !module.is_empty() && !function.is_empty() && !module.starts_with('[');
        whole.then(|| Self {
            language: language.map(str::to_owned),
            module: module.to_owned(),
            function: function.to_owned(),
        })
    }

    /// Whether a file is the module.
    fn is(&self, path: &str) -> bool {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let stem = stem
            .strip_suffix("/__init__")
            .or_else(|| stem.strip_suffix("/index"))
            .unwrap_or(stem);
        let ends = |module: &str| {
            stem.strip_suffix(module)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        ends(&self.module) || ends(&self.module.replace('.', "/"))
    }
}

/// Lets described functions of a module call what describes them; answers how many imports were added for that.
pub fn describe(module: &mut Module, path: &str, apis: &[OwnApi]) -> usize {
    let before = module.imports.len();
    let top = FunctionIndex::from_index(0);
    let language = module.language.word();
    for api in apis
        .iter()
        .filter(|api| api.language.as_deref().is_none_or(|l| l == language) && api.is(path))
    {
        let name = module.symbols.intern(&api.function);
        let found = module
            .functions
            .iter_mut()
            .find(|f| f.name == name && f.kind == FunctionKind::Plain && f.parent == Some(top));
        let Some(function) = found else { continue };
        let import = u32::try_from(module.imports.len()).unwrap_or(u32::MAX);
        let span = function.span;
        module.imports.push(Import {
            module: module.symbols.intern(&api.module),
            what: Imported::Module,
            span,
        });
        hand_on(function, import, name, span);
    }
    module.imports.len() - before
}

/// The body becomes a call of the imported API with the function's own parameters.
fn hand_on(function: &mut Function, import: u32, name: Sym, span: Span) {
    let mut instrs: IndexVec<ValueId, Instr> = IndexVec::new();
    let mut push = |op: Op| {
        instrs.push(Instr {
            op,
            start: span.start,
            end: span.end,
        })
    };
    let mut args = Vec::new();
    for (at, param) in function.params.iter().enumerate() {
        let value = push(Op::Param(u16::try_from(at).unwrap_or(u16::MAX)));
        let passing = match param.kind {
            ParamKind::Plain => Passing::Positional,
            ParamKind::NameOnly => Passing::Named(param.name),
            ParamKind::Rest => Passing::Spread,
            ParamKind::RestNamed => Passing::SpreadNamed,
        };
        args.push(Arg { value, passing });
    }
    let held: Vec<ValueId> = args.iter().map(|arg| arg.value).collect();
    let module = push(Op::Import(import));
    let callee = push(Op::Load(module, name));
    let result = push(Op::Call(Call {
        callee,
        args,
        new: false,
        tagged: false,
    }));
    let end = push(Op::Return(result));
    function.instrs = instrs;
    function.regions.clear();
    function.dynamic.clear();
    function.exits = vec![(end, held)];
    function.broken = false;
}

#[cfg(test)]
mod tests {
    use super::OwnApi;

    #[test]
    fn apis_name_modules_by_path_or_by_dots() {
        let api = |text: &str| OwnApi::parse(None, text).unwrap();
        assert!(api("src/text.clean").is("src/text.py") && api("text.clean").is("src/text.js"));
        assert!(
            api("src.text.clean").is("app/src/text.py") && api("lib.clean").is("lib/__init__.py")
        );
        assert!(!api("text.clean").is("src/context.py"));
        assert_eq!(OwnApi::parse(None, "[x.T].y"), None);
        assert_eq!(OwnApi::parse(None, "eval"), None);
    }
}
