//! Ways in which a pattern can match one text several times over: the texts that would make a machine that backtracks
//! try them all. What is found is a candidate; [`super::witness`] runs it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::program::{Instruction, Program};

/// Most places that take a character.
const PLACES_MAX: usize = 250;
/// Most steps of one search.
const WORK_MAX: usize = 400_000;
/// Most steps of all searches of a pattern.
const ALL_WORK_MAX: usize = 4_000_000;
/// Most steps between two places that take nothing.
const SILENT_MAX: usize = 4_000;
/// Most candidates that are handed on.
const CANDIDATES_MAX: usize = 12;

/// A text that is matched in many ways when its middle is repeated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    /// What leads there.
    pub(super) prefix: Vec<u32>,
    /// What is repeated.
    pub(super) pump: Vec<u32>,
    /// Whether ways multiply with each repetition; else they add up.
    pub(super) multiplies: bool,
}

/// A step from a place to a place, and whether there are several silent ways.
type Edge = (usize, bool);

/// The places of a pattern that take a character, and which follows which.
struct Places {
    /// What each takes: numbers of letters.
    takes: Vec<BTreeSet<usize>>,
    follows: Vec<Vec<Edge>>,
    first: Vec<Edge>,
    /// A character for each letter.
    letters: Vec<u32>,
    work: usize,
}

/// All candidates, those that multiply first.
pub(super) fn candidates(program: &Program, search: bool) -> Vec<Candidate> {
    let Some(mut places) = Places::of(program, search) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let circles = places.circles();
    for circle in &circles {
        let Some(at) = circle.first() else { continue };
        if let Some(pump) = places.doubled(*at)
            && let Some(prefix) = places.way_to(*at)
        {
            found.push(Candidate {
                prefix,
                pump,
                multiplies: true,
            });
        }
    }
    for (number, from) in circles.iter().enumerate() {
        for (other, to) in circles.iter().enumerate() {
            if number == other || found.len() >= CANDIDATES_MAX {
                continue;
            }
            if let Some(candidate) = places.added(from, to) {
                found.push(candidate);
            }
        }
    }
    found.truncate(CANDIDATES_MAX);
    found
}

impl Places {
    fn of(program: &Program, search: bool) -> Option<Self> {
        let code = &program.code;
        let taking: Vec<usize> = code
            .iter()
            .enumerate()
            .filter(|(_, i)| matches!(i, Instruction::Take(_)))
            .map(|(at, _)| at)
            .collect();
        if taking.len() > PLACES_MAX {
            return None;
        }
        let number: BTreeMap<usize, usize> =
            taking.iter().enumerate().map(|(n, at)| (*at, n)).collect();
        let edges = |from: usize, at_start: bool| {
            let mut ways: BTreeMap<usize, usize> = BTreeMap::new();
            let mut silent = SILENT_MAX;
            silently(
                code,
                from,
                at_start,
                &mut Vec::new(),
                &mut ways,
                &mut silent,
            );
            let known = ways
                .iter()
                .filter_map(|(at, n)| Some((*number.get(at)?, *n > 1)));
            known.collect::<Vec<Edge>>()
        };
        let mut first = edges(0, true);
        let mut follows: Vec<Vec<Edge>> = taking.iter().map(|at| edges(at + 1, false)).collect();
        let sets: Vec<_> = taking
            .iter()
            .filter_map(|at| match code.get(*at) {
                Some(Instruction::Take(set)) => Some(set),
                _ => None,
            })
            .collect();
        let letters = letters(
            &sets
                .iter()
                .flat_map(|s| s.0.iter().copied())
                .collect::<Vec<_>>(),
        );
        let mut takes: Vec<BTreeSet<usize>> = sets
            .iter()
            .map(|set| {
                let all = letters.iter().enumerate();
                all.filter(|(_, c)| set.has(**c)).map(|(n, _)| n).collect()
            })
            .collect();
        if search {
            // A match may begin anywhere: a place before all takes anything.
            let before = takes.len();
            takes.push((0..letters.len()).collect());
            let mut anywhere = edges(0, false);
            anywhere.push((before, false));
            follows.push(anywhere);
            first.push((before, false));
        }
        Some(Self {
            takes,
            follows,
            first,
            letters,
            work: 0,
        })
    }

    /// Whether there is work left to spend.
    fn spends(&mut self, left: &mut usize) -> bool {
        self.work += 1;
        *left = left.saturating_sub(1);
        *left > 0 && self.work < ALL_WORK_MAX
    }

    fn follow(&self, at: usize) -> &[Edge] {
        self.follows.get(at).map_or(&[], Vec::as_slice)
    }

    /// A letter that all of them take.
    fn shared(&self, places: &[usize]) -> Option<usize> {
        let mut sets = places.iter().filter_map(|at| self.takes.get(*at));
        let first = sets.next()?;
        let rest: Vec<_> = sets.collect();
        first
            .iter()
            .copied()
            .find(|letter| rest.iter().all(|set| set.contains(letter)))
    }

    fn text(&self, letters: &[usize]) -> Vec<u32> {
        letters
            .iter()
            .filter_map(|n| self.letters.get(*n))
            .copied()
            .collect()
    }

    /// The places from which one comes back to them, as sets that reach each other.
    fn circles(&self) -> Vec<Vec<usize>> {
        let count = self.takes.len();
        let reach: Vec<BTreeSet<usize>> = (0..count)
            .map(|from| {
                let mut seen = BTreeSet::new();
                let mut open = vec![from];
                while let Some(at) = open.pop() {
                    for (to, _) in self.follow(at) {
                        if seen.insert(*to) {
                            open.push(*to);
                        }
                    }
                }
                seen
            })
            .collect();
        let reaches = |a: usize, b: usize| reach.get(a).is_some_and(|r| r.contains(&b));
        let mut done = BTreeSet::new();
        let mut circles = Vec::new();
        for at in 0..count {
            if !reaches(at, at) || done.contains(&at) {
                continue;
            }
            let circle: Vec<usize> = (at..count)
                .filter(|b| reaches(at, *b) && reaches(*b, at))
                .collect();
            done.extend(circle.iter().copied());
            circles.push(circle);
        }
        circles
    }

    /// The shortest text from the start up to and with a place.
    fn way_to(&mut self, goal: usize) -> Option<Vec<u32>> {
        let mut came: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        let mut open: VecDeque<usize> = VecDeque::new();
        for (to, _) in &self.first {
            if came.insert(*to, None).is_none() {
                open.push_back(*to);
            }
        }
        while let Some(at) = open.pop_front() {
            if at == goal {
                let mut letters = Vec::new();
                let mut next = Some(at);
                while let Some(place) = next {
                    letters.push(self.shared(&[place])?);
                    next = came.get(&place).copied().flatten();
                }
                letters.reverse();
                return Some(self.text(&letters));
            }
            for (to, _) in self.follow(at) {
                if !came.contains_key(to) {
                    came.insert(*to, Some(at));
                    open.push_back(*to);
                }
            }
        }
        None
    }

    /// A text that leads from a place back to it in two ways.
    fn doubled(&mut self, at: usize) -> Option<Vec<u32>> {
        type Pair = (usize, usize, bool);
        let start: Pair = (at, at, false);
        let mut came: BTreeMap<Pair, (Pair, usize)> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        let mut left = WORK_MAX;
        while let Some(pair) = open.pop_front() {
            let (x, y, apart) = pair;
            let (from_x, from_y) = (self.follow(x).to_vec(), self.follow(y).to_vec());
            for (p, several) in &from_x {
                for (q, _) in &from_y {
                    if !self.spends(&mut left) {
                        return None;
                    }
                    let Some(letter) = self.shared(&[*p, *q]) else {
                        continue;
                    };
                    // Two silent ways from one place to one place are two ways, too.
                    let next = (*p, *q, apart || p != q || x == y && *several);
                    if next == (at, at, true) {
                        let letters = way(&came, start, pair, letter)?;
                        return Some(self.text(&letters));
                    }
                    if next != start && !came.contains_key(&next) {
                        came.insert(next, (pair, letter));
                        open.push_back(next);
                    }
                }
            }
        }
        None
    }

    /// A text that leads from a place to itself, from it to a second, and from the second to itself.
    fn added(&mut self, from: &[usize], to: &[usize]) -> Option<Candidate> {
        for p in from {
            for q in to {
                if let Some(pump) = self.added_at(*p, *q) {
                    let prefix = self.way_to(*p)?;
                    return Some(Candidate {
                        prefix,
                        pump,
                        multiplies: false,
                    });
                }
            }
        }
        None
    }

    fn added_at(&mut self, p: usize, q: usize) -> Option<Vec<u32>> {
        type Three = (usize, usize, usize);
        let (start, goal): (Three, Three) = ((p, p, q), (p, q, q));
        let mut came: BTreeMap<Three, (Three, usize)> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        let mut left = WORK_MAX;
        while let Some(three) = open.pop_front() {
            let (a, b, c) = three;
            let all = [
                self.follow(a).to_vec(),
                self.follow(b).to_vec(),
                self.follow(c).to_vec(),
            ];
            let [from_a, from_b, from_c] = all;
            for (x, _) in &from_a {
                for (y, _) in &from_b {
                    for (z, _) in &from_c {
                        if !self.spends(&mut left) {
                            return None;
                        }
                        let Some(letter) = self.shared(&[*x, *y, *z]) else {
                            continue;
                        };
                        let next = (*x, *y, *z);
                        if next == goal {
                            let letters = way(&came, start, three, letter)?;
                            return Some(self.text(&letters));
                        }
                        if next != start && !came.contains_key(&next) {
                            came.insert(next, (three, letter));
                            open.push_back(next);
                        }
                    }
                }
            }
        }
        None
    }
}

/// The letters of a search from its start to a place, and the one after it; from where each place was reached is known.
fn way<P: Copy + Ord>(
    came: &BTreeMap<P, (P, usize)>,
    start: P,
    to: P,
    last: usize,
) -> Option<Vec<usize>> {
    let mut letters = vec![last];
    let mut back = to;
    while back != start {
        let (before, letter) = *came.get(&back)?;
        letters.push(letter);
        back = before;
    }
    letters.reverse();
    Some(letters)
}

/// The places that take a character next, and in how many silent ways.
fn silently(
    code: &[Instruction],
    at: usize,
    at_start: bool,
    on_way: &mut Vec<usize>,
    ways: &mut BTreeMap<usize, usize>,
    left: &mut usize,
) {
    // A loop in a loop is left and entered anew without taking anything; twice shows it.
    let twice = on_way.iter().filter(|before| **before == at).count() > 1;
    if *left == 0 || twice || on_way.len() > 400 {
        return;
    }
    *left -= 1;
    on_way.push(at);
    let mut go = |to: usize| silently(code, to, at_start, on_way, ways, left);
    match code.get(at) {
        Some(Instruction::Take(_)) => *ways.entry(at).or_default() += 1,
        Some(Instruction::Split(first, second)) => {
            go(*first);
            go(*second);
        }
        Some(Instruction::Jump(to)) => go(*to),
        // What is asked for beside the way is left to the machine.
        Some(Instruction::Ahead(_, behind)) => go(*behind),
        Some(Instruction::Start) if !at_start => {}
        Some(Instruction::Done | Instruction::End) | None => {}
        Some(_) => go(at + 1),
    }
    on_way.pop();
}

/// One character for each way in which the ranges tell characters apart.
fn letters(ranges: &[(u32, u32)]) -> Vec<u32> {
    let mut borders: BTreeSet<u32> = BTreeSet::from([0]);
    for (from, to) in ranges {
        borders.insert(*from);
        borders.insert(to.saturating_add(1));
    }
    let borders: Vec<u32> = borders.into_iter().collect();
    let mut letters: Vec<u32> = Vec::new();
    for (at, from) in borders.iter().enumerate() {
        let end = borders.get(at + 1).copied().unwrap_or(0x11_0000);
        let good = |c: &u32| char::from_u32(*c).is_some_and(|c| c.is_ascii_graphic());
        let fair = |c: &u32| char::from_u32(*c).is_some();
        let chosen = (*from..end.min(from + 300))
            .find(good)
            .or_else(|| (*from..end).take(3000).find(fair));
        letters.extend(chosen);
    }
    // Letters and signs that can be read first: a witness is for people.
    letters.sort_by_key(|c| {
        let c = char::from_u32(*c).unwrap_or('\0');
        (
            !c.is_ascii_alphanumeric(),
            !c.is_ascii_graphic(),
            c != ' ',
            c,
        )
    });
    letters
}
