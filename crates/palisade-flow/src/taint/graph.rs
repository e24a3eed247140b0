//! Components of a directed graph, callees first; iterative, since call chains outgrow the stack.

/// Strongly connected components in an order in which every edge leads to an earlier component or stays inside one.
pub fn components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    #[derive(Clone, Copy)]
    struct State {
        index: u32,
        low: u32,
        open: bool,
    }
    const NEW: u32 = u32::MAX;
    let mut states = vec![
        State {
            index: NEW,
            low: 0,
            open: false
        };
        edges.len()
    ];
    let (mut next, mut open, mut found) = (0u32, Vec::new(), Vec::new());
    for start in 0..edges.len() {
        if states.get(start).is_none_or(|s| s.index != NEW) {
            continue;
        }
        let mut walk: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((node, at)) = walk.pop() {
            if at == 0
                && let Some(state) = states.get_mut(node)
            {
                *state = State {
                    index: next,
                    low: next,
                    open: true,
                };
                next += 1;
                open.push(node);
            }
            if let Some(to) = edges
                .get(node)
                .and_then(|e| e.get(at))
                .map(|to| *to as usize)
            {
                walk.push((node, at + 1));
                match states.get(to).copied() {
                    Some(state) if state.index == NEW => walk.push((to, 0)),
                    Some(state) if state.open => {
                        if let Some(mine) = states.get_mut(node) {
                            mine.low = mine.low.min(state.index);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let Some(done) = states.get(node).copied() else {
                continue;
            };
            if let Some((parent, _)) = walk.last().copied()
                && let Some(state) = states.get_mut(parent)
            {
                state.low = state.low.min(done.low);
            }
            if done.low == done.index {
                let mut component = Vec::new();
                while let Some(member) = open.pop() {
                    if let Some(state) = states.get_mut(member) {
                        state.open = false;
                    }
                    component.push(u32::try_from(member).unwrap_or(u32::MAX));
                    if member == node {
                        break;
                    }
                }
                component.sort_unstable();
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn callees_come_first_and_cycles_stay_together() {
        assert_eq!(
            components(&[vec![1], vec![2], vec![1, 3], vec![]]),
            vec![vec![3], vec![1, 2], vec![0]]
        );
        assert_eq!(components(&[]), Vec::<Vec<u32>>::new());
        let chain: Vec<Vec<u32>> = (0..100_000u32)
            .map(|i| if i < 99_999 { vec![i + 1] } else { vec![] })
            .collect();
        assert_eq!(components(&chain).len(), 100_000);
    }
}
