//! The matrix itself.

use horizon_auth_http::config::Profile;
use horizon_auth_http::{Route, Who, routes};
use horizon_auth_testkit::Answer;

use crate::callers::{Crowd, Standing};

pub(crate) const PROFILES: [Profile; 3] = [Profile::Token, Profile::Session, Profile::Both];
/// An id that nobody has.
const NOBODYS: &str = "0192d3a0-7a10-7c1e-9d0b-000000000001";

/// The path with an id in it.
pub(crate) fn concrete(route: &Route) -> String {
    route.path.replace("{id}", NOBODYS)
}

/// Routes for everybody that look at credentials if there are any: bad ones are refused all the same.
fn looks_at_credentials(route: &Route) -> bool {
    route.path.ends_with("/auth/request-verify")
}

/// Whether the handler was reached: it may find fault with the body, or with the id that nobody has.
fn is_reached(answer: &Answer, route: &Route) -> bool {
    match answer.status.as_u16() {
        200..=299 | 400 | 415 => true,
        404 => route.path.contains("{id}"),
        401 => route.who == Who::RefreshCookie && answer.code() == "refresh_missing",
        _ => false,
    }
}

#[tokio::test]
async fn every_route_lets_through_whom_it_says_and_nobody_else() {
    let mut seen = 0;
    for profile in PROFILES {
        let crowd = Crowd::gather(profile).await;
        for route in routes(profile) {
            for standing in Standing::ALL {
                let answer = crowd.call(standing, route.method, &concrete(&route)).await;
                let name = format!(
                    "{profile:?} {} {} as {standing:?}: {}",
                    route.method, route.path, answer.text
                );
                seen += 1;
                match standing.refusal(&route, profile) {
                    Some(code) => {
                        assert_eq!(answer.code(), code, "{name}");
                        assert!([401, 403].contains(&answer.status.as_u16()), "{name}");
                    }
                    None if looks_at_credentials(&route) => {
                        assert!(
                            is_reached(&answer, &route) || [401, 403].contains(&answer.status.as_u16()),
                            "{name}"
                        );
                    }
                    None => assert!(is_reached(&answer, &route), "{name}"),
                }
            }
        }
    }
    assert!(seen > 800, "only {seen} cells");
}
