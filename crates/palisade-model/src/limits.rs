//! Every limit on what is read from outside, in one place.

/// Limits on input and work. Hitting one yields a `Problem` of kind `Limit`, never a failure.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest template read, in bytes.
    pub template_bytes: usize,
    /// Largest source file read, in bytes.
    pub source_bytes: usize,
    /// Largest source file read where a template names it as handler, in bytes.
    pub handler_bytes: usize,
    /// Longest line accepted in a source file, in bytes.
    pub line_bytes: usize,
    /// Most files of one tree.
    pub tree_files: usize,
    /// Deepest nesting of YAML as parsed.
    pub yaml_depth: usize,
    /// Deepest nesting of JSON as parsed.
    pub json_depth: usize,
    /// Deepest nesting of source code as parsed.
    pub source_depth: usize,
    /// Deepest nesting while evaluating intrinsics.
    pub evaluation_depth: usize,
    /// Most nodes of one document; also the most nodes reached through aliases.
    pub document_nodes: usize,
    /// Most values one template may evaluate to.
    pub evaluated_values: usize,
    /// Most instances of one loop (`Fn::ForEach`).
    pub loop_instances: usize,
    /// Most choices of one setting.
    pub choices: usize,
    /// Most axes of one App.
    pub axes: usize,
    /// Longest evaluated text, in bytes.
    pub text_bytes: usize,
    /// Deepest nesting of stacks.
    pub stack_depth: usize,
    /// Most IR instructions of one function.
    pub function_instructions: usize,
    /// Longest parse of one source file, in milliseconds.
    pub parse_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            template_bytes: 10 << 20,
            source_bytes: 2 << 20,
            handler_bytes: 4 << 20,
            line_bytes: 2 << 20,
            tree_files: 200_000,
            yaml_depth: 255,
            json_depth: 512,
            source_depth: 400,
            evaluation_depth: 128,
            document_nodes: 2_000_000,
            evaluated_values: 1_000_000,
            loop_instances: 1_000,
            choices: 16,
            axes: 64,
            text_bytes: 64 << 10,
            stack_depth: 16,
            function_instructions: 200_000,
            parse_ms: 3_000,
        }
    }
}
