//! The abstract syntax of generated programs: what three printers print and the generator makes.

/// A text-valued or other expression.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// A constant.
    Literal(String),
    /// A variable.
    Variable(String),
    /// A path of the event: keys only.
    Event(Vec<String>),
    /// Text made of parts.
    Concat(Vec<Expr>),
    /// A field of a record held by a variable, by its keys.
    Field(String, Vec<String>),
    /// A field of the instance, in a method.
    Own(String),
    /// A key of the module's state.
    State(String),
    /// The first element of a list.
    First(String),
    /// An element chosen while running.
    Pick(String),
    /// All elements as one text.
    Join(String),
    /// A record: keys and values, values may be records.
    Record(Vec<(String, Expr)>),
    /// A list.
    List(Vec<Expr>),
    /// A call of a function by its position in the program.
    Call(usize, Vec<Expr>),
    /// A call of a closure held by a variable.
    CallVariable(String, Vec<Expr>),
    /// A call of a function that an expression gives.
    CallMade(Box<Expr>, Vec<Expr>),
    /// A call of a method of an object held by a variable.
    Method(String, String, Vec<Expr>),
    /// A new object of a class by its position in the program.
    New(usize, Vec<Expr>),
    /// Calls a function value with one argument, through the function at this position.
    Apply(usize, FunctionValue, Box<Expr>),
    /// One of two, chosen while running.
    Choice(Box<Expr>, Box<Expr>),
    /// Only the digits of a text survive.
    Digits(Box<Expr>),
    /// No character of a text survives as itself.
    Quote(Box<Expr>),
    /// Blanks trimmed.
    Strip(Box<Expr>),
    /// Lower case.
    Lower(Box<Expr>),
    /// A record held by a variable as JSON.
    Dumps(String),
}

/// A function as a value.
#[derive(Clone, Debug)]
pub(crate) enum FunctionValue {
    /// A closure held by a variable.
    Variable(String),
    /// A function of the program.
    Named(usize),
    /// An inline function of one parameter.
    Lambda(String, Box<Expr>),
}

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// A bit of the input vector.
    Choose,
    /// Membership of a variable in a constant set.
    InSet(String),
    /// Equality of a variable and a constant.
    Equals(String, String),
    /// A call of a predicate of the program on a variable.
    Check(usize, String),
    /// The opposite.
    Not(Box<Condition>),
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    /// The first assignment of a variable.
    Let(String, Expr),
    /// Another assignment.
    Set(String, Expr),
    /// An assignment of a variable of the enclosing function.
    SetOuter(String, Expr),
    /// A field of a record held by a variable.
    Store(String, Vec<String>, Expr),
    /// A field of the instance.
    StoreOwn(String, Expr),
    /// A key of the module's state.
    StoreState(String, Expr),
    /// One more element.
    Append(String, Expr),
    /// The first element.
    SetFirst(String, Expr),
    /// A numbered sink.
    Sink(u32, Expr),
    /// A call for its effect.
    Do(Expr),
    /// A branch.
    If(Condition, Vec<Stmt>, Vec<Stmt>),
    /// A loop over a list held by a variable.
    Each(String, String, Vec<Stmt>),
    /// A loop over the event's list of records.
    EachEvent(String, Vec<Stmt>),
    /// A loop of two rounds.
    Twice(String, Vec<Stmt>),
    /// A try whose catch binds the text that was thrown.
    Try(Vec<Stmt>, String, Vec<Stmt>),
    /// Throws a text.
    Throw(Expr),
    /// Returns.
    Return(Expr),
    /// Returns whether a condition holds.
    ReturnCondition(Condition),
    /// Returns true, always.
    ReturnTrue,
    /// A nested function of one parameter.
    Closure(String, String, Vec<Stmt>),
    /// Returns an inline function of one parameter.
    ReturnLambda(String, Expr),
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// 0 for the main file, 1 for the helpers.
    pub(crate) file: usize,
    pub(crate) params: Vec<String>,
    pub(crate) body: Vec<Stmt>,
}

/// A class of the main file.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    /// Fields, set from the constructor's parameters of the same names.
    pub(crate) fields: Vec<String>,
    /// Methods: name, parameters, body.
    pub(crate) methods: Vec<(String, Vec<String>, Vec<Stmt>)>,
}

/// A program. The handler is the last function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Syntax {
    pub(crate) seed: u64,
    pub(crate) functions: Vec<Function>,
    pub(crate) classes: Vec<Class>,
    /// Keys of the module's state.
    pub(crate) state: Vec<String>,
}

impl Syntax {
    /// All lists of statements, outermost first, each before the lists inside it.
    pub(crate) fn bodies(&mut self) -> Vec<&mut Vec<Stmt>> {
        let functions = self.functions.iter_mut().map(|f| &mut f.body);
        let methods = self
            .classes
            .iter_mut()
            .flat_map(|c| c.methods.iter_mut().map(|m| &mut m.2));
        functions.chain(methods).collect()
    }

    /// Whether anything is compared with a constant: then leaves that equal one matter.
    pub(crate) fn compares(&self) -> bool {
        let mut copy = self.clone();
        copy.bodies().into_iter().any(|b| compares(b))
    }

    /// How many statements there are.
    pub(crate) fn size(&self) -> usize {
        let mut copy = self.clone();
        copy.bodies().into_iter().map(|b| count(b)).sum()
    }

    /// The program without its statement number `at`, in the order of the text.
    pub(crate) fn without(&self, at: usize) -> Self {
        let mut copy = self.clone();
        let mut left = at;
        for body in copy.bodies() {
            if remove(body, &mut left) {
                break;
            }
        }
        copy
    }
}

fn inner(stmt: &mut Stmt) -> Vec<&mut Vec<Stmt>> {
    match stmt {
        Stmt::If(_, a, b) | Stmt::Try(a, _, b) => vec![a, b],
        Stmt::Each(_, _, a)
        | Stmt::EachEvent(_, a)
        | Stmt::Twice(_, a)
        | Stmt::Closure(_, _, a) => vec![a],
        _ => Vec::new(),
    }
}

fn compares(body: &mut [Stmt]) -> bool {
    fn constant(condition: &Condition) -> bool {
        match condition {
            Condition::InSet(_) | Condition::Equals(..) => true,
            Condition::Not(inner) => constant(inner),
            Condition::Choose | Condition::Check(..) => false,
        }
    }
    body.iter_mut().any(|s| {
        matches!(s, Stmt::If(condition, ..) | Stmt::ReturnCondition(condition) if constant(condition)) || inner(s).into_iter().any(|b| compares(b))
    })
}

fn count(body: &mut [Stmt]) -> usize {
    body.iter_mut()
        .map(|s| 1 + inner(s).into_iter().map(|b| count(b)).sum::<usize>())
        .sum()
}

fn remove(body: &mut Vec<Stmt>, left: &mut usize) -> bool {
    let mut at = 0;
    while at < body.len() {
        if *left == 0 {
            body.remove(at);
            return true;
        }
        *left -= 1;
        for nested in inner(&mut body[at]) {
            if remove(nested, left) {
                return true;
            }
        }
        at += 1;
    }
    false
}
