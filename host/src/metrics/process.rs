//! What the system says of this process, by the names that Prometheus' clients use. Linux only.

use std::fs;

use super::series::Text;

/// Bytes of a page and ticks of a second, as on every Linux that this runs on.
const PAGE: f64 = 4096.0;
const TICKS: f64 = 100.0;

/// Adds memory, descriptors, threads and processor time, where the system tells.
pub(super) fn describe(text: &mut Text) {
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else { return };
    // The name in parentheses may hold anything; numbers follow it.
    let fields: Vec<f64> = stat
        .rsplit_once(") ")
        .map(|(_, rest)| rest.split(' ').map(|field| field.trim().parse().unwrap_or(0.0)).collect())
        .unwrap_or_default();
    let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0.0);
    text.plain_counter(
        "process_cpu_seconds_total",
        "Processor time, of user and system.",
        (field(14) + field(15)) / TICKS,
    );
    text.plain_gauge("process_threads", "Threads.", field(20));
    text.plain_gauge("process_virtual_memory_bytes", "Virtual memory.", field(23));
    text.plain_gauge("process_resident_memory_bytes", "Memory in use.", field(24) * PAGE);
    if let Ok(descriptors) = fs::read_dir("/proc/self/fd") {
        // One of them is of this listing.
        let open = descriptors.count().saturating_sub(1);
        text.plain_gauge("process_open_fds", "Open file descriptors.", open as f64);
    }
}
