//! Statements.

use palisade_flow::ir::{Arg, Call, Comparison, Const, Passing, ValueId};
use ruff_python_ast::{ExceptHandler, Expr, Operator, Stmt, StmtIf, StmtTry, StmtWith};
use ruff_text_size::Ranged;

use super::Lowering;
use super::names::{self, caught_name, is_call_of};

/// Loops inside each other for which Python compiles at all.
const LOOPS_MAX: usize = 20;

impl<'a> Lowering<'a> {
    /// Statements in order, up to the first that leaves.
    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            if self.is_misplaced(statement) {
                self.misplaced.push_back(statement);
                continue;
            }
            if self.b.ended() {
                continue;
            }
            self.one(statement);
            self.misplaced_here();
        }
    }

    fn one(&mut self, statement: &'a Stmt) {
        let lowered = self.deeper(statement, |l| l.statement(statement));
        if lowered.is_none() {
            self.at(statement);
            self.b.error(Vec::new());
        }
    }

    /// Where a bracket was forgotten, what follows is read as a part of the function it stands in: a statement that
    /// begins no further right than the `def` around it belongs outside.
    pub(super) fn is_misplaced(&self, statement: &Stmt) -> bool {
        let Some(owner) = self.columns.last() else {
            return false;
        };
        !self.errors.is_empty()
            && self
                .column(statement)
                .is_some_and(|column| column <= *owner)
    }

    /// Lowers statements that were given up by a function inside.
    fn misplaced_here(&mut self) {
        while let Some(statement) = self.misplaced.front().copied() {
            if self.is_misplaced(statement) {
                break;
            }
            self.misplaced.pop_front();
            self.one(statement);
        }
    }

    /// The column of a statement that begins a line.
    pub(super) fn column(&self, node: &impl Ranged) -> Option<usize> {
        let before = self.text.get(..node.start().to_usize())?;
        let line = before.rsplit('\n').next().unwrap_or(before);
        line.chars()
            .all(|c| matches!(c, ' ' | '\t'))
            .then_some(line.len())
    }

    fn statement(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_))
            && self.broken_part(statement)
        {
            self.b.broken();
        }
        self.at(statement);
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Return(returned) => {
                let value = match &returned.value {
                    Some(value) => self.expression(value),
                    None => self.b.constant(Const::Null),
                };
                self.at(statement);
                self.b.return_(value);
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.delete(target);
                }
            }
            Stmt::TypeAlias(alias) => {
                let value = self.expression(&alias.value);
                self.assign(&alias.name, value);
            }
            Stmt::Assign(assign) => self.assignment(assign),
            Stmt::AugAssign(assign) => {
                let old = self.expression(&assign.target);
                let value = self.expression(&assign.value);
                self.at(statement);
                let value = self.binary(assign.op, old, value, Some(&assign.target), &assign.value);
                self.assign(&assign.target, value);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.expression(value);
                    self.assign(&assign.target, value);
                }
            }
            Stmt::For(each) => {
                let iterated = self.expression(&each.iter);
                let inside = self.assigned_in_loop(&each.body, Some(&each.target));
                self.b.begin_loop(&inside.0, &inside.1, Some(iterated));
                self.at(&*each.target);
                let element = self.b.iter(iterated);
                self.assign(&each.target, element);
                self.loop_body(&each.body);
                self.b.end_loop();
                self.body(&each.orelse);
            }
            Stmt::While(repeat) => {
                let mut inside = self.assigned_in_loop(&repeat.body, None);
                inside.0.extend(names::walrus(&repeat.test));
                self.b.begin_loop(&inside.0, &inside.1, None);
                let condition = self.expression(&repeat.test);
                self.b.loop_test(condition);
                self.loop_body(&repeat.body);
                self.b.end_loop();
                self.body(&repeat.orelse);
            }
            Stmt::If(branch) => self.branch(branch),
            Stmt::With(with) => self.with(with),
            Stmt::Match(switch) => self.switch(switch),
            Stmt::Raise(raise) => {
                let value = match &raise.exc {
                    Some(raised) => self.expression(raised),
                    None => self.b.caught(),
                };
                if let Some(cause) = &raise.cause {
                    self.expression(cause);
                }
                self.at(statement);
                self.b.throw(value);
            }
            Stmt::Try(guarded) => self.guarded(guarded),
            Stmt::Assert(assert) => {
                let condition = self.expression(&assert.test);
                let fails = self.b.not(condition);
                self.b.begin_if(fails);
                let message = match &assert.msg {
                    Some(message) => self.expression(message),
                    None => self.b.constant(Const::Null),
                };
                self.at(statement);
                self.b.throw(message);
                self.b.end_if();
            }
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Expr(expression) => {
                let value = self.expression(&expression.value);
                self.b.discarded(value);
            }
            Stmt::Break(_) => self.b.break_(),
            Stmt::Continue(_) => self.b.continue_(),
            Stmt::IpyEscapeCommand(_) => {
                self.b.error(Vec::new());
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) => {}
        }
    }

    /// Whether the part of a statement outside its blocks is broken.
    fn broken_part(&self, statement: &Stmt) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let whole = statement.range();
        let header_end = match statement {
            Stmt::For(each) => each.body.first().map(|s| s.start()),
            Stmt::While(repeat) => repeat.body.first().map(|s| s.start()),
            Stmt::If(branch) => branch.body.first().map(|s| s.start()),
            Stmt::With(with) => with.body.first().map(|s| s.start()),
            Stmt::Match(switch) => switch.cases.first().map(|c| c.start()),
            Stmt::Try(guarded) => guarded.body.first().map(|s| s.start()),
            _ => None,
        };
        let end = header_end.unwrap_or(whole.end()).max(whole.start());
        self.is_broken(ruff_text_size::TextRange::new(whole.start(), end))
    }

    fn loop_body(&mut self, body: &'a [Stmt]) {
        self.loops += 1;
        self.body(body);
        self.loops -= 1;
    }

    /// Names and keys assigned in a loop.
    fn assigned_in_loop(&self, body: &[Stmt], target: Option<&Expr>) -> (Vec<String>, Vec<String>) {
        if self.loops >= LOOPS_MAX {
            return (Vec::new(), Vec::new());
        }
        let found = names::assigned(body, self.hints);
        let mut inside = found.names;
        for name in target.map(names::targets).unwrap_or_default() {
            if !inside.contains(&name) {
                inside.push(name);
            }
        }
        (inside, found.keys)
    }

    fn branch(&mut self, branch: &'a StmtIf) {
        if is_main_guard(&branch.test) {
            // Not run in a function; an `else` of it is.
            for clause in branch.elif_else_clauses.iter().filter(|c| c.test.is_none()) {
                self.body(&clause.body);
            }
            return;
        }
        let condition = self.expression(&branch.test);
        self.at(&*branch.test);
        self.b.begin_if(condition);
        self.body(&branch.body);
        let mut open = 1;
        for clause in &branch.elif_else_clauses {
            self.at(clause);
            self.b.begin_else();
            if let Some(test) = &clause.test {
                let condition = self.expression(test);
                self.at(test);
                self.b.begin_if(condition);
                open += 1;
            }
            self.body(&clause.body);
        }
        for _ in 0..open {
            self.b.end_if();
        }
    }

    fn with(&mut self, with: &'a StmtWith) {
        let mut forgiving = false;
        for item in &with.items {
            let value = self.expression(&item.context_expr);
            forgiving |= is_call_of(&item.context_expr, "suppress");
            if let Some(target) = &item.optional_vars {
                // What is bound is what `__enter__` answers; of most objects that is the object itself.
                self.at(&item.context_expr);
                let enter = self.b.load(value, "__enter__");
                let entered = self.b.call(enter, Vec::new());
                let bound = self.b.phi(vec![value, entered]);
                self.assign(target, bound);
            }
        }
        if !forgiving {
            return self.body(&with.body);
        }
        // `with suppress(E)`: the code after it runs also where the body was left early.
        self.b.begin_try();
        self.body(&with.body);
        self.b.begin_catch();
        self.b.end_try();
    }

    fn guarded(&mut self, guarded: &'a StmtTry) {
        self.b.begin_try();
        self.body(&guarded.body);
        for ExceptHandler::ExceptHandler(handler) in &guarded.handlers {
            self.at(handler);
            self.b.begin_catch();
            let caught = self.b.caught();
            if let Some(class) = &handler.type_ {
                let class = self.expression(class);
                self.at(handler);
                self.b.compare(Comparison::Type, caught, class);
            }
            if let Some(name) = caught_name(handler) {
                self.write(name, caught);
            }
            self.body(&handler.body);
        }
        self.b.end_try();
        if !self.b.ended() {
            self.body(&guarded.orelse);
        }
        if guarded.finalbody.is_empty() {
            return;
        }
        if self.b.ended() {
            // Every way through left; the cleanup runs nevertheless.
            self.b.begin_try();
            self.b.begin_catch();
            self.b.end_try();
        }
        self.body(&guarded.finalbody);
    }

    fn delete(&mut self, target: &'a Expr) {
        match target {
            Expr::Subscript(subscript) => {
                let base = self.expression(&subscript.value);
                let index = self.expression(&subscript.slice);
                self.at(target);
                if self.b.as_string(index).is_some() {
                    let nothing = self.b.constant(Const::Undefined);
                    self.b.put(base, index, nothing);
                }
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.delete(e)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.delete(e)),
            _ => {}
        }
    }

    fn assignment(&mut self, assign: &'a ruff_python_ast::StmtAssign) {
        if let ([target], Some(sources)) = (assign.targets.as_slice(), elements(&assign.value))
            && let Some(targets) = elements(target)
            && targets.len() == sources.len()
            && !targets.iter().chain(sources).any(Expr::is_starred_expr)
        {
            let values: Vec<ValueId> = sources.iter().map(|s| self.expression(s)).collect();
            for (target, value) in targets.iter().zip(values) {
                self.assign(target, value);
            }
            return;
        }
        let value = self.expression(&assign.value);
        for target in &assign.targets {
            self.assign(target, value);
        }
    }

    /// Binds a name of this body.
    pub(super) fn write(&mut self, name: &str, value: ValueId) {
        if name.is_empty() {
            return;
        }
        let before = self
            .class_body()
            .map(|class| class.names.get(name).copied());
        match before {
            None => self.b.write(name, value),
            Some(before) => {
                let value = match before {
                    Some(before) if before != value => self.b.phi(vec![before, value]),
                    _ => value,
                };
                if let Some(class) = self.class_body() {
                    class.names.insert(name.to_owned(), value);
                }
            }
        }
    }

    /// Reads a name.
    pub(super) fn read(&mut self, name: &str) -> ValueId {
        let own = self
            .class_body()
            .and_then(|class| class.names.get(name).copied());
        own.unwrap_or_else(|| self.b.read(name))
    }

    /// Binds a target to a value: names, attributes, elements, patterns of them.
    pub(super) fn assign(&mut self, target: &'a Expr, value: ValueId) {
        self.deeper(target, |l| l.assign_here(target, value));
    }

    fn assign_here(&mut self, target: &'a Expr, value: ValueId) {
        match target {
            Expr::Name(name) => {
                self.at(target);
                self.write(name.id.as_str(), value);
            }
            Expr::Attribute(attribute) => {
                let base = self.expression(&attribute.value);
                self.at(target);
                self.b.store(base, attribute.attr.as_str(), value);
            }
            Expr::Subscript(subscript) => {
                let base = self.expression(&subscript.value);
                let index = self.index(&subscript.slice);
                self.at(target);
                self.b.put(base, index, value);
            }
            Expr::Starred(starred) => self.assign(&starred.value, value),
            Expr::Tuple(_) | Expr::List(_) => self.unpack(elements(target).unwrap_or(&[]), value),
            _ => {
                let broken = self.expression(target);
                self.at(target);
                self.b.error(vec![broken, value]);
            }
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: ValueId) {
        let mut after_star = false;
        for (at, target) in targets.iter().enumerate() {
            self.at(target);
            let part = if let Expr::Starred(_) = target {
                after_star = true;
                let before = (0..at).map(|n| self.b.sym(&n.to_string())).collect();
                self.b.rest(value, before)
            } else if after_star {
                let somewhere = self.b.arith(Vec::new());
                self.b.index(value, somewhere)
            } else {
                self.b.load(value, &at.to_string())
            };
            self.assign(target, part);
        }
    }

    /// `x op y`; the expressions tell text from numbers.
    pub(super) fn binary(
        &mut self,
        op: Operator,
        x: ValueId,
        y: ValueId,
        left: Option<&'a Expr>,
        right: &'a Expr,
    ) -> ValueId {
        match op {
            Operator::Add => self.plus(x, y),
            Operator::Mod => self.percent(x, y, left, right),
            Operator::Mult => self.times(x, y),
            Operator::BitOr => self.union(x, y),
            Operator::Div if !self.numeric(x) && !self.numeric(y) => {
                // `folder / name` joins paths; numbers end in a row through which nothing flows.
                let divide = self.b.load(x, "__truediv__");
                let args = vec![Arg {
                    value: y,
                    passing: Passing::Positional,
                }];
                self.b.call_with(Call {
                    callee: divide,
                    args,
                    new: false,
                    tagged: false,
                })
            }
            _ => self.b.arith(vec![x, y]),
        }
    }

    /// `isinstance`, `type(x) is T` and the like.
    pub(super) fn type_test(&mut self, value: ValueId, of: ValueId) -> ValueId {
        self.b.compare(Comparison::Type, value, of)
    }
}

/// The elements of a tuple or list.
pub(super) fn elements(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        _ => None,
    }
}

fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    let is_name = |e: &Expr| matches!(e, Expr::Name(n) if n.id.as_str() == "__name__");
    let is_main = |e: &Expr| matches!(e, Expr::StringLiteral(s) if s.value.to_str() == "__main__");
    match (&*compare.left, &*compare.ops, &*compare.comparators) {
        (left, [ruff_python_ast::CmpOp::Eq], [right]) => {
            (is_name(left) && is_main(right)) || (is_main(left) && is_name(right))
        }
        _ => false,
    }
}
