//! Import statements.

use palisade_flow::ir::{Imported, ValueId};
use ruff_python_ast::{StmtImport, StmtImportFrom};

use super::Lowering;

impl<'a> Lowering<'a> {
    pub(super) fn import(&mut self, import: &'a StmtImport) {
        for alias in &import.names {
            self.at(alias);
            let module = alias.name.as_str();
            if module.is_empty() {
                self.b.error(Vec::new());
                continue;
            }
            if let Some(name) = &alias.asname {
                let value = self.b.import(module, Imported::Module);
                self.remember(name.as_str(), module);
                self.write(name.as_str(), value);
                continue;
            }
            let mut parts = module.split('.');
            let first = parts.next().unwrap_or_default();
            let mut base = self.package(first);
            self.remember(first, first);
            let mut path = first.to_owned();
            for part in parts.take(16) {
                path.push('.');
                path.push_str(part);
                let inner = self.b.import(&path, Imported::Module);
                self.b.store(base, part, inner);
                base = inner;
            }
        }
    }

    /// The value of a top-level package; a second `import a.c` extends the first.
    fn package(&mut self, name: &str) -> ValueId {
        let key = (self.functions, name.to_owned());
        if self.functions == 0
            && let Some(value) = self.packages.get(&key).copied()
        {
            return value;
        }
        let value = self.b.import(name, Imported::Module);
        self.packages.insert(key, value);
        self.write(name, value);
        value
    }

    /// Remembers what a name spelled in an annotation means.
    fn remember(&mut self, name: &str, path: &str) {
        self.imported.insert(name.to_owned(), path.to_owned());
    }

    pub(super) fn import_from(&mut self, import: &'a StmtImportFrom) {
        let mut module = ".".repeat((import.level as usize).min(64));
        if let Some(name) = &import.module {
            module.push_str(name.as_str());
        }
        if module == "__future__" || module.is_empty() {
            return;
        }
        for alias in &import.names {
            self.at(alias);
            let name = alias.name.as_str();
            if name.is_empty() {
                self.b.error(Vec::new());
                continue;
            }
            let what = self.b.sym(name);
            let value = self.b.import(&module, Imported::Name(what));
            let bound = alias.asname.as_ref().map_or(name, |n| n.as_str());
            if name != "*" {
                let path = if module.ends_with('.') {
                    format!("{module}{name}")
                } else {
                    format!("{module}.{name}")
                };
                self.remember(bound, &path);
            }
            if bound == "*" {
                self.b.write("*", value)
            } else {
                self.write(bound, value)
            }
        }
    }
}
