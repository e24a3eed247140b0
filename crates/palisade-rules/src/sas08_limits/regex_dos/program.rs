//! A pattern as instructions of a machine that backtracks, and that machine, which counts its steps.

use super::parse::{Node, Set};

/// Most instructions.
const SIZE_MAX: usize = 3_000;
/// How deep look-aheads run inside each other.
const NESTED_MAX: u8 = 4;
/// Most ways kept open.
const OPEN_MAX: usize = 2_000_000;

/// An instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Instruction {
    /// Takes one character.
    Take(Set),
    /// Goes on at the first, later at the second.
    Split(usize, usize),
    /// Goes on there.
    Jump(usize),
    /// Notes where a round of a loop begins.
    Enter(usize),
    /// Gives up a round that took nothing.
    Leave(usize),
    /// Notes where a group begins (even) or ends (odd).
    Note(usize),
    /// What a group matched.
    Again(usize),
    /// The instructions up to the given one must, or must not, match here; taken is nothing.
    Ahead(bool, usize),
    /// The instructions up to the given one match once and for all.
    Once(usize),
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// A border of a word.
    Border(bool),
    /// The end of the pattern, or of a part that is run apart.
    Done,
}

/// A pattern, ready to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Program {
    /// What is done.
    pub(super) code: Vec<Instruction>,
    slots: usize,
}

/// What came of running a pattern over a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Run {
    /// It matched or failed after so many steps.
    Ended(u64),
    /// The limit came first.
    Endless,
}

impl Program {
    /// Of a pattern; `None` where it is too large.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let mut program = Self {
            code: Vec::new(),
            slots: 0,
        };
        // Groups have slots from 0 on, loops behind them.
        program.slots = 2 * (groups(node) + 1);
        program.add(node)?;
        program.push(Instruction::Done)?;
        Some(program)
    }

    fn push(&mut self, instruction: Instruction) -> Option<usize> {
        if self.code.len() >= SIZE_MAX {
            return None;
        }
        self.code.push(instruction);
        Some(self.code.len() - 1)
    }

    fn set(&mut self, at: usize, instruction: Instruction) {
        if let Some(place) = self.code.get_mut(at) {
            *place = instruction;
        }
    }

    fn add(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Set(set) => drop(self.push(Instruction::Take(set.clone()))?),
            Node::Sequence(parts) => {
                for part in parts {
                    self.add(part)?;
                }
            }
            Node::Either(ways) => self.either(ways)?,
            Node::Repeat {
                of,
                min,
                max,
                greedy,
            } => self.repeat(of, *min, *max, *greedy)?,
            Node::Group(number, inner) => {
                self.push(Instruction::Note(2 * number))?;
                self.add(inner)?;
                self.push(Instruction::Note(2 * number + 1))?;
            }
            Node::Ahead(wanted, inner) => {
                self.apart(inner, |end| Instruction::Ahead(*wanted, end))?
            }
            Node::Atomic(inner) => self.apart(inner, Instruction::Once)?,
            Node::Again(number) => drop(self.push(Instruction::Again(*number))?),
            Node::Start => drop(self.push(Instruction::Start)?),
            Node::End => drop(self.push(Instruction::End)?),
            Node::Border(is) => drop(self.push(Instruction::Border(*is))?),
        }
        Some(())
    }

    fn apart(&mut self, inner: &Node, made: impl Fn(usize) -> Instruction) -> Option<()> {
        let at = self.push(Instruction::Done)?;
        self.add(inner)?;
        let end = self.push(Instruction::Done)?;
        self.set(at, made(end + 1));
        Some(())
    }

    fn either(&mut self, ways: &[Node]) -> Option<()> {
        let mut ends = Vec::new();
        for (at, way) in ways.iter().enumerate() {
            if at + 1 == ways.len() {
                self.add(way)?;
                break;
            }
            let split = self.push(Instruction::Done)?;
            self.add(way)?;
            ends.push(self.push(Instruction::Done)?);
            self.set(split, Instruction::Split(split + 1, self.code.len()));
        }
        for end in ends {
            self.set(end, Instruction::Jump(self.code.len()));
        }
        Some(())
    }

    fn repeat(&mut self, of: &Node, min: u32, max: Option<u32>, greedy: bool) -> Option<()> {
        for _ in 0..min {
            self.add(of)?;
        }
        let split = |on: usize, off: usize| match greedy {
            true => Instruction::Split(on, off),
            false => Instruction::Split(off, on),
        };
        let Some(max) = max else {
            let slot = self.slots;
            let empty = may_be_empty(of);
            let at = self.push(Instruction::Done)?;
            if empty {
                self.slots += 1;
                self.push(Instruction::Enter(slot))?;
            }
            self.add(of)?;
            if empty {
                self.push(Instruction::Leave(slot))?;
            }
            self.push(Instruction::Jump(at))?;
            self.set(at, split(at + 1, self.code.len()));
            return Some(());
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.push(Instruction::Done)?);
            self.add(of)?;
        }
        for at in splits {
            self.set(at, split(at + 1, self.code.len()));
        }
        Some(())
    }

    /// Runs over a text from one or every place; `whole` asks for a match of all of it.
    pub(super) fn run(&self, text: &[u32], search: bool, whole: bool, limit: u64) -> Run {
        let mut machine = Machine {
            code: &self.code,
            text,
            whole,
            steps: 0,
            limit,
        };
        let last = if search { text.len() } else { 0 };
        for start in 0..=last {
            let mut slots = vec![None; self.slots];
            if machine.matches(0, start, &mut slots, 0).is_some() {
                break;
            }
            if machine.steps >= limit {
                return Run::Endless;
            }
        }
        match machine.steps >= limit {
            true => Run::Endless,
            false => Run::Ended(machine.steps),
        }
    }
}

fn groups(node: &Node) -> usize {
    match node {
        Node::Sequence(parts) | Node::Either(parts) => parts.iter().map(groups).max().unwrap_or(0),
        Node::Repeat { of, .. } => groups(of),
        Node::Group(number, inner) => groups(inner).max(*number),
        Node::Ahead(_, inner) | Node::Atomic(inner) => groups(inner),
        _ => 0,
    }
}

fn may_be_empty(node: &Node) -> bool {
    match node {
        Node::Set(_) => false,
        Node::Sequence(parts) => parts.iter().all(may_be_empty),
        Node::Either(ways) => ways.iter().any(may_be_empty),
        Node::Repeat { of, min, .. } => *min == 0 || may_be_empty(of),
        Node::Group(_, inner) | Node::Atomic(inner) => may_be_empty(inner),
        _ => true,
    }
}

/// Where loops and groups stand.
type Slots = Vec<Option<usize>>;

/// What is tried later: another way, or a slot as it was.
enum Later {
    Way(usize, usize),
    Slot(usize, Option<usize>),
}

struct Machine<'m> {
    code: &'m [Instruction],
    text: &'m [u32],
    whole: bool,
    steps: u64,
    limit: u64,
}

impl Machine<'_> {
    /// Where a match from here ends.
    fn matches(&mut self, start: usize, at: usize, slots: &mut Slots, nested: u8) -> Option<usize> {
        if nested > NESTED_MAX {
            return None;
        }
        let mut open: Vec<Later> = vec![Later::Way(start, at)];
        while let Some(next) = open.pop() {
            let (mut pc, mut at) = match next {
                Later::Way(pc, at) => (pc, at),
                Later::Slot(slot, was) => {
                    put(slots, slot, was);
                    continue;
                }
            };
            loop {
                self.steps += 1;
                if self.steps >= self.limit || open.len() > OPEN_MAX {
                    self.steps = self.limit;
                    return None;
                }
                let goes_on = match self.code.get(pc)? {
                    Instruction::Take(set) => {
                        let takes = self.text.get(at).is_some_and(|c| set.has(*c));
                        at += 1;
                        takes
                    }
                    Instruction::Split(first, second) => {
                        open.push(Later::Way(*second, at));
                        pc = *first;
                        continue;
                    }
                    Instruction::Jump(to) => {
                        pc = *to;
                        continue;
                    }
                    Instruction::Enter(slot) | Instruction::Note(slot) => {
                        let was = slots.get(*slot).copied().flatten();
                        open.push(Later::Slot(*slot, was));
                        put(slots, *slot, Some(at));
                        true
                    }
                    Instruction::Leave(slot) => slots.get(*slot).copied().flatten() != Some(at),
                    Instruction::Again(group) => match self.again(*group, at, slots) {
                        Some(end) => {
                            at = end;
                            true
                        }
                        None => false,
                    },
                    Instruction::Ahead(wanted, behind) => {
                        let (wanted, behind) = (*wanted, *behind);
                        let mut inner = slots.clone();
                        let found = self.apart(pc + 1, at, &mut inner, nested);
                        if found.is_some() == wanted {
                            pc = behind;
                            continue;
                        }
                        false
                    }
                    Instruction::Once(behind) => {
                        let behind = *behind;
                        let mut inner = slots.clone();
                        match self.apart(pc + 1, at, &mut inner, nested) {
                            Some(end) => {
                                at = end;
                                pc = behind;
                                continue;
                            }
                            None => false,
                        }
                    }
                    Instruction::Start => at == 0,
                    Instruction::End => at == self.text.len(),
                    Instruction::Border(is) => self.is_border(at) == *is,
                    Instruction::Done => {
                        if nested > 0 || !self.whole || at == self.text.len() {
                            return Some(at);
                        }
                        false
                    }
                };
                if !goes_on {
                    break;
                }
                pc += 1;
            }
        }
        None
    }

    fn apart(&mut self, pc: usize, at: usize, slots: &mut Slots, nested: u8) -> Option<usize> {
        self.matches(pc, at, slots, nested + 1)
    }

    fn again(&self, group: usize, at: usize, slots: &Slots) -> Option<usize> {
        let slot = |n: usize| slots.get(n).copied().flatten();
        let (Some(from), Some(to)) = (slot(2 * group), slot(2 * group + 1)) else {
            return Some(at);
        };
        let taken = self.text.get(from..to)?;
        let end = at.checked_add(taken.len())?;
        (self.text.get(at..end)? == taken).then_some(end)
    }

    fn is_border(&self, at: usize) -> bool {
        let is_word = |n: Option<usize>| {
            let c = n
                .and_then(|n| self.text.get(n))
                .and_then(|c| char::from_u32(*c));
            c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        is_word(at.checked_sub(1)) != is_word(Some(at))
    }
}

fn put(slots: &mut Slots, slot: usize, value: Option<usize>) {
    if let Some(place) = slots.get_mut(slot) {
        *place = value;
    }
}
