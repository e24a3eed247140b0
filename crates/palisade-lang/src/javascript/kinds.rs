//! Node kinds and fields of the three grammars, resolved to numbers once.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// A kind of named node; `Other` needs no lowering of its own.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Kind { Other, Error, $($name),+ }

        impl Kind {
            fn of(text: &str) -> Self {
                match text { $($text => Self::$name,)+ _ => Self::Other }
            }
        }
    };
}

kinds! {
    AbstractClass "abstract_class_declaration", AccessibilityModifier "accessibility_modifier", Ambient "ambient_declaration",
    Arguments "arguments", Array "array", ArrayPattern "array_pattern", Arrow "arrow_function", As "as_expression",
    Assignment "assignment_expression", AssignmentPattern "assignment_pattern", Augmented "augmented_assignment_expression",
    Await "await_expression", Binary "binary_expression", Break "break_statement", Call "call_expression", Catch "catch_clause",
    Class "class", ClassBody "class_body", ClassDeclaration "class_declaration", ClassHeritage "class_heritage",
    ClassStaticBlock "class_static_block", Comment "comment", Computed "computed_property_name", Continue "continue_statement",
    Debugger "debugger_statement", Decorator "decorator", Do "do_statement", ElseClause "else_clause", Empty "empty_statement",
    EnumAssignment "enum_assignment", Enum "enum_declaration", Escape "escape_sequence", ExportClause "export_clause",
    ExportSpecifier "export_specifier", Export "export_statement", ExpressionStatement "expression_statement",
    ExtendsClause "extends_clause", False "false", FieldDefinition "field_definition", PublicField "public_field_definition",
    Finally "finally_clause", ForIn "for_in_statement", For "for_statement", FormalParameters "formal_parameters",
    FunctionDeclaration "function_declaration", FunctionExpression "function_expression", FunctionSignature "function_signature",
    GeneratorFunction "generator_function", GeneratorDeclaration "generator_function_declaration", GenericType "generic_type",
    HashBang "hash_bang_line", HtmlComment "html_comment", CharacterReference "html_character_reference", Identifier "identifier",
    If "if_statement", Import "import", ImportAlias "import_alias", ImportClause "import_clause", ImportRequire "import_require_clause",
    ImportSpecifier "import_specifier", ImportStatement "import_statement", Instantiation "instantiation_expression",
    InterfaceDeclaration "interface_declaration", InternalModule "internal_module", JsxAttribute "jsx_attribute",
    JsxElement "jsx_element", JsxExpression "jsx_expression", JsxOpening "jsx_opening_element", JsxClosing "jsx_closing_element",
    JsxSelfClosing "jsx_self_closing_element", JsxText "jsx_text", Labeled "labeled_statement", Lexical "lexical_declaration",
    Member "member_expression", MetaProperty "meta_property", Method "method_definition", ModuleDeclaration "module",
    NamedImports "named_imports", NamespaceExport "namespace_export", NamespaceImport "namespace_import",
    NestedIdentifier "nested_identifier", NestedType "nested_type_identifier", New "new_expression", NonNull "non_null_expression",
    Null "null", Number "number", Object "object", ObjectAssignmentPattern "object_assignment_pattern", ObjectPattern "object_pattern",
    OptionalParameter "optional_parameter", Pair "pair", PairPattern "pair_pattern", Parenthesized "parenthesized_expression",
    PrivateProperty "private_property_identifier", Program "program", Property "property_identifier", Regex "regex",
    RequiredParameter "required_parameter", RestPattern "rest_pattern", Return "return_statement", Satisfies "satisfies_expression",
    Sequence "sequence_expression", Shorthand "shorthand_property_identifier", ShorthandPattern "shorthand_property_identifier_pattern",
    Spread "spread_element", StatementBlock "statement_block", StatementIdentifier "statement_identifier", Text "string",
    TextFragment "string_fragment", Subscript "subscript_expression", Super "super", SwitchBody "switch_body", SwitchCase "switch_case",
    SwitchDefault "switch_default", Switch "switch_statement", Template "template_string", Substitution "template_substitution",
    Ternary "ternary_expression", This "this", Throw "throw_statement", True "true", Try "try_statement", TypeAlias "type_alias_declaration",
    TypeAnnotation "type_annotation", TypeArguments "type_arguments", TypeAssertion "type_assertion", TypeIdentifier "type_identifier",
    Unary "unary_expression", Undefined "undefined", Update "update_expression", Using "using_declaration",
    VariableDeclaration "variable_declaration", VariableDeclarator "variable_declarator", While "while_statement", With "with_statement",
    Yield "yield_expression",
}

macro_rules! fields {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// Numbers of fields; zero where a grammar lacks one.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct Fields { $(pub(super) $name: u16),+ }

        impl Fields {
            fn of(language: &Language) -> Self {
                let id = |name: &str| language.field_id_for_name(name).map_or(0, std::num::NonZero::get);
                Self { $($name: id($text)),+ }
            }
        }
    };
}

fields! {
    alias "alias", alternative "alternative", arguments "arguments", body "body", condition "condition",
    consequence "consequence", constructor "constructor", declaration "declaration", finalizer "finalizer",
    flags "flags", function "function", handler "handler", increment "increment", index "index", initializer "initializer", key "key",
    kind "kind", left "left", name "name", object "object", open_tag "open_tag", operator "operator", parameter "parameter",
    parameters "parameters", pattern "pattern", property "property", right "right", source "source", type_ "type", value "value",
    argument "argument",
}

/// A grammar with its numbers.
#[derive(Debug)]
pub(super) struct Grammar {
    pub(super) language: Language,
    pub(super) fields: Fields,
    kinds: Vec<Kind>,
}

impl Grammar {
    fn new(language: Language) -> Self {
        let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let kind = |id: u16| {
            if language.node_kind_is_named(id) {
                language.node_kind_for_id(id).map_or(Kind::Other, Kind::of)
            } else {
                Kind::Other
            }
        };
        let kinds = (0..count).map(kind).collect();
        let fields = Fields::of(&language);
        Self {
            language,
            fields,
            kinds,
        }
    }

    /// The kind of a node.
    pub(super) fn kind(&self, node: Node<'_>) -> Kind {
        match node.kind_id() {
            // The number of broken syntax in every grammar.
            u16::MAX => Kind::Error,
            id => self
                .kinds
                .get(usize::from(id))
                .copied()
                .unwrap_or(Kind::Other),
        }
    }

    /// The child in a field.
    pub(super) fn field<'t>(&self, node: Node<'t>, field: u16) -> Option<Node<'t>> {
        if field == 0 {
            None
        } else {
            node.child_by_field_id(field)
        }
    }

    /// Named children without comments.
    pub(super) fn children<'t>(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .filter(|n| !matches!(self.kind(*n), Kind::Comment | Kind::HtmlComment))
            .collect()
    }

    /// Whether an unnamed child of this text is among the children.
    pub(super) fn has_token(&self, node: Node<'_>, token: &str) -> bool {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .any(|n| !n.is_named() && n.kind() == token)
    }
}

/// JavaScript with JSX.
pub(super) static JAVASCRIPT: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_javascript::LANGUAGE.into()));
/// TypeScript.
pub(super) static TYPESCRIPT: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));
/// TypeScript with JSX.
pub(super) static TSX: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_typescript::LANGUAGE_TSX.into()));

/// The grammar of a path.
pub(super) fn grammar(path: &str) -> &'static Grammar {
    match path.rsplit('.').next() {
        Some("ts" | "mts" | "cts") => &TYPESCRIPT,
        Some("tsx") => &TSX,
        _ => &JAVASCRIPT,
    }
}
