//! Whether guards together leave out some of the worlds in which something exists.

use palisade_model::app::App;
use palisade_model::guard::Guard;

/// How many worlds are kept apart; beyond, some are taken to be left out.
const WORLDS_MAX: usize = 256;

/// Whether some world of `exists` lies under none of the guards.
pub fn leaves_out(app: &App, exists: &Guard, guards: &[Guard]) -> bool {
    let mut left = vec![exists.clone()];
    for guard in guards {
        left = left
            .iter()
            .flat_map(|world| without(app, world, guard))
            .collect();
        if left.len() > WORLDS_MAX {
            return true;
        }
    }
    left.iter().any(|world| !world.impossible())
}

/// The worlds of `world` that do not lie under `guard`, apart from each other.
fn without(app: &App, world: &Guard, guard: &Guard) -> Vec<Guard> {
    let mut inside = world.clone();
    let mut left = Vec::new();
    for (axis, set) in guard.parts() {
        let all = app.axes.get(*axis).map_or(u64::MAX, |axis| axis.all());
        let outside = inside.and(&Guard::on(*axis, all & !set));
        if !outside.impossible() {
            left.push(outside);
        }
        inside = inside.and(&Guard::on(*axis, *set));
    }
    left
}
