//! Numbers for a monitoring system.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::Unset;
use crate::config::setting::{Setting, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("metrics.listen", Kind::Socket, Unset("none: no metrics are served"),
        "Address and port, other than those of `listen`, on which the program serves `GET /metrics` to Prometheus. \
         Nobody is asked who they are: keep it on a network where strangers do not come."),
];
