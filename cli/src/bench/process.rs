//! What the operating system says of this process (Linux; elsewhere there is nothing to report).

/// Processor time used so far by all threads, in milliseconds.
pub(super) fn cpu_ms() -> Option<u64> {
    ticks("/proc/self/stat")
}

/// The same of another process, while it runs.
pub(super) fn cpu_ms_of(process: u32) -> Option<u64> {
    ticks(&format!("/proc/{process}/stat"))
}

fn ticks(path: &str) -> Option<u64> {
    let stat = std::fs::read_to_string(path).ok()?;
    // After the command, which may hold blanks, in brackets; then fields 3, 4, …
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // USER_HZ is 100 on every Linux that Rust's std supports.
    Some(ticks * 10)
}

/// The most memory that was resident at once, in KiB.
pub(super) fn peak_kib() -> Option<u64> {
    status("VmHWM:")
}

/// The same of another process, while it runs.
pub(super) fn peak_kib_of(process: u32) -> Option<u64> {
    field(&format!("/proc/{process}/status"), "VmHWM:")
}

/// The memory that is resident now, in KiB.
pub(super) fn resident_kib() -> Option<u64> {
    status("VmRSS:")
}

fn status(name: &str) -> Option<u64> {
    field("/proc/self/status", name)
}

fn field(path: &str, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(path).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
