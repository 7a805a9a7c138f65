//! `horizon-auth health`: asks a running server how it is, for containers without curl.
//!
//! Of the configuration only `listen` is read: no key, no database, nothing is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cli::HealthArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// More than any answer of ours.
const LONGEST_ANSWER: u64 = 64 * 1024;

pub(crate) fn run(args: &HealthArgs) -> Result<(), Failure> {
    let server = match &args.url {
        Some(url) => authority(url)?,
        None => own_server(load_config::listen(&args.config)?)?,
    };
    let path = if args.live {
        "/health/live"
    } else {
        "/health/ready"
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::because("the runtime cannot start", &error))?;
    let asked = runtime.block_on(async { tokio::time::timeout(args.timeout, ask(&server, path)).await });
    // A look-up of a name may still hang in a thread of its own: nobody waits for it.
    runtime.shutdown_background();
    let answer = asked.map_err(|_| {
        Failure::new(format!(
            "{server} gave no answer within {} ms",
            args.timeout.as_millis()
        ))
    })??;
    let state = State::read(&answer)
        .ok_or_else(|| Failure::new(format!("{server} answers, but not as horizon-auth does")))?;
    if state.is_good {
        ui::line(&state.text);
        return Ok(());
    }
    Err(Failure::new(state.text))
}

/// The server as this machine reaches it: whoever listens everywhere listens on the loopback address too.
fn own_server(listen: SocketAddr) -> Result<String, Failure> {
    if listen.port() == 0 {
        return Err(Failure::new(
            "listen has the port 0, so the system chose one: say which with --url http://127.0.0.1:PORT",
        ));
    }
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(SocketAddr::new(ip, listen.port()).to_string())
}

/// Host and port of an `http://` origin.
fn authority(url: &str) -> Result<String, Failure> {
    let unusable = |why: &str| {
        Failure::new(format!(
            "--url {why}: write the address that the server listens on, such as http://127.0.0.1:3000"
        ))
    };
    let Some(rest) = url.strip_prefix("http://") else {
        return Err(unusable(
            "does not begin with http://, the only thing the server speaks",
        ));
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if authority.is_empty() || !authority.chars().all(is_plain) {
        return Err(unusable("is not a scheme, a host and perhaps a port"));
    }
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    let has_port = authority
        .get(after_address..)
        .is_some_and(|rest| rest.contains(':'));
    Ok(if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    })
}

/// The whole answer. HTTP/1.0: the server closes at its end, and never sends it in chunks.
async fn ask(server: &str, path: &str) -> Result<String, Failure> {
    let silent = |error: std::io::Error| Failure::because(&format!("no server answers at {server}"), &error);
    let mut stream = TcpStream::connect(server).await.map_err(silent)?;
    let request = format!("GET {path} HTTP/1.0\r\nhost: {server}\r\nuser-agent: horizon-auth health\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(silent)?;
    let mut answer = Vec::new();
    stream
        .take(LONGEST_ANSWER)
        .read_to_end(&mut answer)
        .await
        .map_err(silent)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What the server said.
#[derive(Debug, PartialEq, Eq)]
struct State {
    is_good: bool,
    text: String,
}

impl State {
    /// `None` if the answer is not one of ours.
    fn read(answer: &str) -> Option<Self> {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
        let body: Value = serde_json::from_str(body).ok()?;
        let mut text = body.get("status")?.as_str()?.to_owned();
        let checks = body.get("checks").and_then(Value::as_object);
        let parts: Vec<String> = checks
            .into_iter()
            .flatten()
            .map(|(name, part)| part_text(name, part))
            .collect();
        if !parts.is_empty() {
            text.push_str(": ");
            text.push_str(&parts.join(", "));
        }
        Some(Self {
            is_good: status == "200",
            text: text.replace(char::is_control, " "), // of whoever it was
        })
    }
}

/// Such as `database 0.4 ms`.
fn part_text(name: &str, part: &Value) -> String {
    if part.get("status").and_then(Value::as_str) != Some("healthy") {
        return format!("{name} does not answer");
    }
    let latency = part.get("latencyMs").and_then(Value::as_f64).unwrap_or(0.0);
    let warning = part.get("warning").and_then(Value::as_str);
    let warning = warning.map_or_else(String::new, |warning| format!(" (warning: it {warning})"));
    format!("{name} {latency:.1} ms{warning}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_the_loopback_address() {
        let asked = |listen: &str| own_server(listen.parse().unwrap()).unwrap();
        assert_eq!(asked("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(asked("[::]:3000"), "[::1]:3000");
        assert_eq!(asked("192.0.2.7:80"), "192.0.2.7:80");
        let error = own_server("0.0.0.0:0".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("--url"), "{error}");
    }

    #[test]
    fn a_url_is_an_origin_without_tls() {
        for (url, server) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://auth/", "auth:80"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:81", "[::1]:81"),
        ] {
            assert_eq!(authority(url).unwrap(), server);
        }
        for url in [
            "https://auth",
            "auth:80",
            "http://",
            "http://a/b",
            "http://u@h",
            "http://a b",
        ] {
            assert!(authority(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_answer_is_told_in_a_line() {
        let ready = "HTTP/1.0 200 OK\r\na: b\r\n\r\n{\"status\":\"ready\",\"checks\":{\"database\":\
                     {\"status\":\"healthy\",\"latencyMs\":0.42},\"redis\":{\"status\":\"healthy\",\"latencyMs\":1,\
                     \"warning\":\"drops keys\"}}}";
        let state = State::read(ready).unwrap();
        assert!(state.is_good);
        assert_eq!(
            state.text,
            "ready: database 0.4 ms, redis 1.0 ms (warning: it drops keys)"
        );
        let unready = "HTTP/1.1 503 x\r\n\r\n{\"status\":\"unready\",\"checks\":{\"database\":{\"status\":\"unhealthy\"}}}";
        let state = State::read(unready).unwrap();
        assert_eq!(
            (state.is_good, state.text.as_str()),
            (false, "unready: database does not answer")
        );
        for foreign in [
            "",
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\n\r\n{}",
        ] {
            assert_eq!(State::read(foreign), None, "{foreign}");
        }
    }
}
