//! How long Redis takes, by command.

use horizon_auth_core::domain::measure::{CallMeter, Calls};
use redis::{Arg, Cmd};

/// The commands that are measured by name; every other one is `other`.
const COMMANDS: [&str; 6] = ["DEL", "EVAL", "EVAL_RO", "GET", "INFO", "PING"];
const SEVERAL: usize = COMMANDS.len();
const OTHER: usize = SEVERAL + 1;

/// What one link has measured. A call is everything until its answer: connecting and repeating too.
#[derive(Debug, Default)]
pub(super) struct Meter([CallMeter; COMMANDS.len() + 2]);

impl Meter {
    pub(super) fn of(&self, command: &Cmd) -> &CallMeter {
        &self.0[place(command)]
    }

    pub(super) fn of_several(&self) -> &CallMeter {
        &self.0[SEVERAL]
    }

    pub(super) fn read(&self) -> Vec<Calls> {
        let names = COMMANDS.into_iter().chain(["several", "other"]);
        names.zip(&self.0).map(|(name, meter)| meter.read(name)).collect()
    }
}

fn place(command: &Cmd) -> usize {
    let Some(Arg::Simple(name)) = command.args_iter().next() else {
        return OTHER;
    };
    let named = COMMANDS.iter().position(|known| known.as_bytes() == name);
    named.unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_measured_under_its_name_whatever_its_arguments() {
        let meter = Meter::default();
        let mut get = ::redis::cmd("GET");
        get.arg("auth:some-key");
        meter.of(&get).note(std::time::Duration::ZERO, true);
        meter
            .of(&::redis::cmd("XADD"))
            .note(std::time::Duration::ZERO, false);
        meter.of_several().note(std::time::Duration::ZERO, false);

        let used: Vec<_> = meter
            .read()
            .into_iter()
            .filter(|calls| calls.times.count() > 0)
            .map(|calls| (calls.kind, calls.failed))
            .collect();

        assert_eq!(used, [("GET", 1), ("several", 0), ("other", 0)]);
    }
}
