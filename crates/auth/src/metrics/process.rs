//! The process in numbers, as Linux tells them.

use super::table::{
    PROCESS_CPU, PROCESS_FDS, PROCESS_FDS_MOST, PROCESS_MEMORY, PROCESS_START, PROCESS_VIRTUAL,
};
use super::{Metrics, Value};

/// What the kernel counts processor time and ages in, for programs. It is 100 on every machine on which Rust's
/// standard library runs under Linux, whatever the kernel itself uses.
const TICKS_A_SECOND: f64 = 100.0;

pub(super) fn put(metrics: &mut Metrics) {
    let stat = read("/proc/self/stat");
    let status = read("/proc/self/status");
    // The name of the program stands in brackets and may hold anything; fields are counted from behind it.
    let fields: Vec<&str> = stat
        .rsplit_once(") ")
        .map(|(_, rest)| rest.split(' ').collect())
        .unwrap_or_default();
    let ticks = |index: usize| -> Option<f64> {
        let ticks: f64 = fields.get(index)?.parse().ok()?;
        Some(ticks / TICKS_A_SECOND)
    };
    let cpu = ticks(11).zip(ticks(12)).map(|(user, system)| user + system);
    let started = ticks(19).zip(number(&read("/proc/stat"), "btime "));
    let kib = |name| number(&status, name).map(|kib| kib * 1024.0);
    let fds = std::fs::read_dir("/proc/self/fd").ok();
    // The folder that is being read is one of them.
    let fds = fds.map(|folder| u32::try_from(folder.count().saturating_sub(1)).unwrap_or(u32::MAX));
    let most = number(&read("/proc/self/limits"), "Max open files");

    metrics.put_one(&PROCESS_CPU, cpu.map(Value::Real));
    metrics.put_one(&PROCESS_MEMORY, kib("VmRSS:").map(Value::Real));
    metrics.put_one(&PROCESS_VIRTUAL, kib("VmSize:").map(Value::Real));
    metrics.put_one(&PROCESS_FDS, fds.map(|open| Value::Real(open.into())));
    metrics.put_one(&PROCESS_FDS_MOST, most.map(Value::Real));
    let started = started.map(|(after_boot, boot)| Value::Real(boot + after_boot));
    metrics.put_one(&PROCESS_START, started);
}

/// Empty where there is no such file: on other systems, and in a sandbox.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The first number behind `name` at the beginning of a line.
fn number(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_behind_its_name() {
        let text =
            "VmSize:\t  123 kB\nMax open files            1024                 4096   files\nVmRSS: none\n";
        assert_eq!(number(text, "VmSize:"), Some(123.0));
        assert_eq!(number(text, "Max open files"), Some(1024.0));
        assert_eq!(number(text, "VmRSS:"), None);
        assert_eq!(number(text, "btime "), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_about_this_process() {
        let mut metrics = Metrics(Vec::new());
        put(&mut metrics);
        let value = |name| -> f64 {
            let mut families = metrics.families().iter();
            let family = families.find(|family| family.metric.name == name).unwrap();
            match &family.samples[0].value {
                Value::Real(number) => *number,
                other => panic!("{name}: {other:?}"),
            }
        };
        assert_eq!(metrics.families().len(), 6);
        assert!(value("process_resident_memory_bytes") > 1e6);
        assert!(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"));
        assert!((3.0..=value("process_max_fds")).contains(&value("process_open_fds")));
        assert!(value("process_start_time_seconds") > 1.7e9, "after 2023");
        assert!(value("process_cpu_seconds_total") >= 0.0);
    }
}
