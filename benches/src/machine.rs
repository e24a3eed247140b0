//! Which machine it is, and what this process has used; read from `/proc`, so Linux only.

use std::fs::read_to_string;

/// Ticks of `/proc/self/stat` per second; it is 100 on every Linux that is built today.
const TICKS: f64 = 100.0;

/// The machine in one line.
pub(crate) fn words() -> String {
    let cpu = field("/proc/cpuinfo", "model name");
    let memory = field("/proc/meminfo", "MemTotal");
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let gigabytes = memory
        .split(' ')
        .next()
        .and_then(|kb| kb.parse::<f64>().ok())
        .unwrap_or_default()
        / 1048576.0;
    format!(
        "machine: {cpu}, {cores} cores, {gigabytes:.0} GB, Linux {}, load {load}; {profile} build",
        kernel.trim()
    )
}

/// Milliseconds of the processor that this process has used, ended threads among them.
pub(crate) fn cpu_ms() -> f64 {
    stat(&[13, 14])
}

/// Milliseconds of the processor that ended child processes have used.
pub(crate) fn children_ms() -> f64 {
    stat(&[15, 16])
}

/// Microseconds that the living threads of this process have run; finer than ticks.
pub(crate) fn threads_us() -> u64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let run = |task: std::fs::DirEntry| {
        let text = read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    tasks.flatten().filter_map(run).sum::<u64>() / 1000
}

/// Microseconds that this thread has run.
pub(crate) fn thread_us() -> u64 {
    let text = read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let run = text.split(' ').next().and_then(|n| n.parse::<u64>().ok());
    run.unwrap_or_default() / 1000
}

/// Most memory this process has held, in megabytes.
pub(crate) fn peak_mb() -> f64 {
    let peak = field("/proc/self/status", "VmHWM");
    peak.split(' ')
        .next()
        .and_then(|kb| kb.parse::<f64>().ok())
        .unwrap_or_default()
        / 1024.0
}

fn stat(fields: &[usize]) -> f64 {
    let text = read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in brackets, and may hold spaces.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let all: Vec<&str> = rest.split_whitespace().collect();
    let field = |at: usize| {
        all.get(at.saturating_sub(2))
            .and_then(|n| n.parse::<f64>().ok())
            .unwrap_or_default()
    };
    fields.iter().map(|at| field(*at)).sum::<f64>() * 1000.0 / TICKS
}

fn field(file: &str, name: &str) -> String {
    let text = read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':'))
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}
