//! Modules: imports, exports, namespaces and enums.

use palisade_flow::ir::{Imported, ValueId};
use tree_sitter::Node;

use super::kinds::Kind;
use super::lower::Lower;

impl<'t> Lower<'t> {
    /// `import …`; types are remembered for annotations and make no import.
    pub(super) fn import_statement(&mut self, node: Node<'t>) {
        let type_only = self.g.has_token(node, "type") || self.g.has_token(node, "typeof");
        let children = self.g.children(node);
        for child in &children {
            match self.kind(*child) {
                Kind::ImportRequire => self.import_require(*child),
                Kind::ImportClause => {
                    let Some(source) = self.field(node, self.g.fields.source) else {
                        continue;
                    };
                    let module = self.text_literal(source);
                    self.import_clause(*child, &module, type_only);
                }
                _ => {}
            }
        }
        let bare = !children
            .iter()
            .any(|c| matches!(self.kind(*c), Kind::ImportClause | Kind::ImportRequire));
        if bare && let Some(source) = self.field(node, self.g.fields.source) {
            let module = self.text_literal(source);
            self.here(node);
            self.b.import(&module, Imported::Module);
        }
    }

    /// `import x = require("y")`.
    fn import_require(&mut self, node: Node<'t>) {
        let (Some(source), Some(name)) = (
            self.field(node, self.g.fields.source),
            self.g.children(node).first().copied(),
        ) else {
            return;
        };
        let module = self.text_literal(source);
        let name = self.text_of(name);
        self.here(node);
        let value = self.b.import(&module, Imported::Module);
        self.imported_as(name, &module, value);
    }

    fn imported_as(&mut self, name: &'t str, dotted: &str, value: ValueId) {
        self.imported.insert(name.to_owned(), dotted.to_owned());
        self.declare(name);
        self.b.write(name, value);
    }

    fn import_clause(&mut self, clause: Node<'t>, module: &str, type_only: bool) {
        for child in self.g.children(clause) {
            match self.kind(child) {
                Kind::Identifier => {
                    let name = self.text_of(child);
                    self.import_one(
                        child,
                        name,
                        module,
                        module.to_owned(),
                        Imported::Default,
                        type_only,
                    );
                }
                Kind::NamespaceImport => {
                    if let Some(name) = self.g.children(child).first().copied() {
                        let name = self.text_of(name);
                        self.import_one(
                            child,
                            name,
                            module,
                            module.to_owned(),
                            Imported::Module,
                            type_only,
                        );
                    }
                }
                Kind::NamedImports => {
                    for specifier in self.g.children(child) {
                        self.import_specifier(specifier, module, type_only);
                    }
                }
                _ => {}
            }
        }
    }

    fn import_specifier(&mut self, specifier: Node<'t>, module: &str, type_only: bool) {
        let Some(name) = self.field(specifier, self.g.fields.name) else {
            return;
        };
        let imported = self.name_of(name);
        let local = self.field(specifier, self.g.fields.alias).unwrap_or(name);
        let type_only = type_only || self.g.has_token(specifier, "type");
        let what = if imported == "default" {
            Imported::Default
        } else {
            Imported::Name(self.b.sym(&imported))
        };
        let dotted = if imported == "default" {
            module.to_owned()
        } else {
            format!("{module}.{imported}")
        };
        let local = self.text_of(local);
        self.import_one(specifier, local, module, dotted, what, type_only);
    }

    fn import_one(
        &mut self,
        node: Node<'t>,
        local: &'t str,
        module: &str,
        dotted: String,
        what: Imported,
        type_only: bool,
    ) {
        if type_only {
            self.imported.insert(local.to_owned(), dotted);
            return;
        }
        self.here(node);
        let value = self.b.import(module, what);
        self.imported_as(local, &dotted, value);
    }

    /// A name written bare or as a string.
    fn name_of(&mut self, node: Node<'t>) -> String {
        if self.kind(node) == Kind::Text {
            self.text_literal(node)
        } else {
            self.text_of(node).to_owned()
        }
    }

    /// `import A = B.C`.
    pub(super) fn import_alias(&mut self, node: Node<'t>) {
        let children = self.g.children(node);
        let [name, target] = children.as_slice() else {
            return;
        };
        let name = self.text_of(*name);
        let mut parts = self.text_of(*target).split('.');
        self.here(node);
        let first = parts.next().unwrap_or_default().trim();
        let mut value = self.b.read(first);
        for part in parts {
            value = self.b.load(value, part.trim());
        }
        self.declare(name);
        self.b.write(name, value);
    }

    // ---- exports ----------------------------------------------------------------------------------------------------

    fn exports(&mut self) -> ValueId {
        let name = self
            .namespaces
            .last()
            .cloned()
            .unwrap_or_else(|| "exports".to_owned());
        self.b.read(&name)
    }

    fn export_value(&mut self, node: Node<'t>, name: &str, value: ValueId) {
        self.here(node);
        let exports = self.exports();
        self.b.store(exports, name, value);
    }

    /// `export …`.
    pub(super) fn export(&mut self, node: Node<'t>) {
        let fields = &self.g.fields;
        if self.g.has_token(node, "type") && self.field(node, fields.declaration).is_none() {
            return;
        }
        let is_default = self.g.has_token(node, "default");
        if let Some(declaration) = self.field(node, fields.declaration) {
            self.export_declaration(node, declaration, is_default);
            return;
        }
        if let Some(value) = self.field(node, fields.value) {
            let value = self.named_expression(value, "default", None);
            self.export_value(node, "default", value);
            return;
        }
        let children = self.g.children(node);
        let source = self
            .field(node, fields.source)
            .map(|s| self.text_literal(s));
        for child in &children {
            match (self.kind(*child), &source) {
                (Kind::ExportClause, _) => {
                    for specifier in self.g.children(*child) {
                        self.export_specifier(specifier, source.as_deref());
                    }
                }
                (Kind::NamespaceExport, Some(module)) => {
                    let Some(name) = self.g.children(*child).first().copied() else {
                        continue;
                    };
                    let name = self.name_of(name);
                    self.here(node);
                    let value = self.b.import(module, Imported::Module);
                    self.export_value(node, &name, value);
                }
                _ => {}
            }
        }
        if let Some(module) = &source
            && !children
                .iter()
                .any(|c| matches!(self.kind(*c), Kind::ExportClause | Kind::NamespaceExport))
        {
            self.here(node);
            let value = self.b.import(module, Imported::Module);
            self.starred.push(value);
        }
        // TypeScript: `export = x`.
        if source.is_none()
            && self.g.has_token(node, "=")
            && let Some(value) = children.first()
        {
            let value = self.expression(*value);
            self.here(node);
            self.b.write("exports", value);
        }
    }

    fn export_declaration(&mut self, node: Node<'t>, declaration: Node<'t>, is_default: bool) {
        self.statement(declaration);
        let mut names = Vec::new();
        match self.kind(declaration) {
            Kind::Lexical | Kind::VariableDeclaration | Kind::Using => {
                for declarator in self.g.children(declaration) {
                    if let Some(name) = self.field(declarator, self.g.fields.name) {
                        super::facts::targets(self.g, self.text, name, &mut names, &mut Vec::new());
                    }
                }
            }
            Kind::FunctionDeclaration
            | Kind::GeneratorDeclaration
            | Kind::ClassDeclaration
            | Kind::AbstractClass
            | Kind::Enum
            | Kind::InternalModule
            | Kind::ModuleDeclaration => names.extend(
                self.field(declaration, self.g.fields.name)
                    .map(|n| self.text_of(n)),
            ),
            _ => {}
        }
        let may_change = self.kind(declaration) == Kind::VariableDeclaration
            || self.g.has_token(declaration, "let");
        for name in names {
            self.here(node);
            let value = self.b.read(name);
            self.export_value(node, if is_default { "default" } else { name }, value);
            if may_change && self.namespaces.is_empty() {
                self.exported.push((name.to_owned(), name.to_owned()));
            }
        }
    }

    fn export_specifier(&mut self, specifier: Node<'t>, source: Option<&str>) {
        let Some(name) = self.field(specifier, self.g.fields.name) else {
            return;
        };
        if self.g.has_token(specifier, "type") {
            return;
        }
        let local = self.name_of(name);
        let exported = match self.field(specifier, self.g.fields.alias) {
            Some(alias) => self.name_of(alias),
            None => local.clone(),
        };
        match source {
            Some(module) => {
                self.here(specifier);
                let what = if local == "default" {
                    Imported::Default
                } else {
                    Imported::Name(self.b.sym(&local))
                };
                let value = self.b.import(module, what);
                self.export_value(specifier, &exported, value);
            }
            None => self.exported.push((exported, local)),
        }
    }

    /// Exports of names that may be set anywhere in the module, and `export *`.
    pub(super) fn settle_exports(&mut self) {
        for (exported, local) in std::mem::take(&mut self.exported) {
            let value = self.b.read(&local);
            let exports = self.b.read("exports");
            self.b.store(exports, &exported, value);
        }
        let starred = std::mem::take(&mut self.starred);
        if !starred.is_empty() {
            let all = self.b.phi(starred);
            let exports = self.b.read("exports");
            self.b.store(exports, "*", all);
        }
    }

    // ---- namespaces and enums ---------------------------------------------------------------------------------------

    /// `namespace X { export const a = 1 }`: a record.
    pub(super) fn namespace(&mut self, node: Node<'t>) {
        let (Some(name), Some(body)) = (
            self.field(node, self.g.fields.name),
            self.field(node, self.g.fields.body),
        ) else {
            return;
        };
        if self.kind(name) != Kind::Identifier {
            return;
        }
        let name = self.text_of(name);
        self.declare(name);
        self.here(node);
        let record = self.b.record(Vec::new());
        self.b.write(name, record);
        self.namespaces.push(name.to_owned());
        self.block(body);
        self.namespaces.pop();
    }

    /// `enum E { A = "a" }`: a record of constants.
    pub(super) fn enum_declaration(&mut self, node: Node<'t>) {
        let (Some(name), Some(body)) = (
            self.field(node, self.g.fields.name),
            self.field(node, self.g.fields.body),
        ) else {
            return;
        };
        let mut parts = Vec::new();
        for (at, member) in self.g.children(body).into_iter().enumerate() {
            let (key, value) = match self.kind(member) {
                Kind::EnumAssignment => {
                    let (Some(key), Some(value)) = (
                        self.field(member, self.g.fields.name),
                        self.field(member, self.g.fields.value),
                    ) else {
                        continue;
                    };
                    let key = self.key(key);
                    (key, self.expression(value))
                }
                _ => {
                    let key = self.key(member);
                    self.here(member);
                    (key, self.b.number(&at.to_string()))
                }
            };
            if let Ok(key) = key {
                let key = self.b.sym(&key);
                parts.push((Some(key), value));
            }
        }
        self.here(node);
        let record = self.b.record(parts);
        let name = self.text_of(name);
        self.declare(name);
        self.b.write(name, record);
    }
}
