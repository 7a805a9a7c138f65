//! What the machine, or the container, allows this process.

use horizon_auth::config::Config;

use super::finding::Finding;

/// Files beside connections of clients and of the database: log, keys, Redis, mail.
const OTHERS: u64 = 64;

/// Open files against the connections that are allowed.
pub(super) fn judge(config: &Config, limits: Option<&str>) -> Vec<Finding> {
    let allowed = limits.and_then(open_files);
    let connections = config.server.max_connections as u64;
    vec![open_files_for(
        connections,
        u64::from(config.database.max_connections),
        allowed,
    )]
}

fn open_files_for(clients: u64, database: u64, allowed: Option<u64>) -> Finding {
    const CHECK: &str = "machine.open_files";
    let needed = clients + database + OTHERS;
    let Some(allowed) = allowed else {
        return Finding::not_applicable(CHECK, "this system does not tell");
    };
    let seen = format!("{allowed} are allowed to this command, {needed} may be needed");
    if allowed < needed {
        Finding::warning(
            CHECK,
            seen,
            "raise the limit of the service (LimitNOFILE, ulimit -n), or lower server.max_connections",
        )
    } else {
        Finding::ok(CHECK, seen)
    }
}

/// The soft limit, from the text of `/proc/self/limits`.
fn open_files(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// The memory that this process may use, in bytes: the container's, or the machine's.
pub(super) fn memory() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let own = read("/proc/self/cgroup").and_then(|text| cgroup_of(&text));
    let of_group = own.and_then(|group| read(&format!("/sys/fs/cgroup{group}/memory.max")));
    let texts = [
        of_group,
        read("/sys/fs/cgroup/memory.max"),
        read("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ];
    let containers = texts
        .iter()
        .flatten()
        .filter_map(|text| text.trim().parse::<u64>().ok());
    let machine = read("/proc/meminfo").and_then(|text| total_memory(&text));
    containers.chain(machine).min()
}

/// The group of version 2, such as `/system.slice/horizon-auth.service`.
fn cgroup_of(text: &str) -> Option<String> {
    let group = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(group.trim_end_matches('/').to_owned())
}

fn total_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax cpu time  unlimited unlimited seconds\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(
            open_files("Max open files unlimited unlimited files"),
            Some(u64::MAX)
        );
        assert_eq!(open_files(""), None);
        assert_eq!(
            cgroup_of("1:cpu:/x\n0::/a.slice/b\n").as_deref(),
            Some("/a.slice/b")
        );
        assert_eq!(cgroup_of("0::/\n").as_deref(), Some(""));
        assert_eq!(
            total_memory("MemTotal:       2048 kB\nMemFree: 1 kB\n"),
            Some(2048 * 1024)
        );
    }

    #[test]
    fn every_connection_needs_an_open_file() {
        for (allowed, state) in [
            (Some(1_024), State::Warning),
            (Some(10_084), State::Ok),
            (None, State::NotApplicable),
        ] {
            assert_eq!(open_files_for(10_000, 20, allowed).state, state);
        }
    }
}
