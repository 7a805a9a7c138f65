//! As much HTTP/1.1 as one's own servers need.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

/// A request, ready to be sent as often as one likes.
pub fn request(method: &str, path: &str, token: Option<&str>, json: &str) -> Vec<u8> {
    let authorization = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let body = if json.is_empty() {
        String::new()
    } else {
        format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            json.len()
        )
    };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\n{authorization}{body}\r\n{json}"
    )
    .into_bytes()
}

/// What counts of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Bytes of the head.
    pub head: usize,
    /// Bytes of head and body.
    pub length: usize,
}

/// The answer at the start of `bytes`; `None` until all of it is there.
pub fn parse(bytes: &[u8]) -> Option<Answer> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut body, mut retry_after) = (0, None);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            body = value.parse().ok()?;
        } else if name.eq_ignore_ascii_case("retry-after") {
            retry_after = value.parse().ok();
        }
    }
    let length = head + body;
    (bytes.len() >= length).then_some(Answer {
        status,
        retry_after,
        head,
        length,
    })
}

/// One connection that waits for each answer.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    /// Sends a request and returns the answer; its body is in [`Client::body`].
    pub fn call(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut piece = [0; 4096];
        loop {
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            self.buffer.extend_from_slice(&piece[..read]);
            if let Some(answer) = parse(&self.buffer) {
                return Ok(answer);
            }
        }
    }

    /// The body of the last answer.
    pub fn body(&self, answer: &Answer) -> &[u8] {
        &self.buffer[answer.head..answer.length]
    }

    /// Sends a request that must succeed, and reads its JSON.
    pub fn json(&mut self, request: &[u8]) -> Result<serde_json::Value> {
        let answer = self.call(request)?;
        let body = self.body(&answer);
        if !(200..300).contains(&answer.status) {
            return Err(format!("status {}: {}", answer.status, String::from_utf8_lossy(body)).into());
        }
        Ok(serde_json::from_slice(body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_with_its_last_byte() {
        let text = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nretry-after: 3\r\n\r\nokHTTP";
        assert_eq!(parse(&text[..text.len() - 5]), None);
        let answer = parse(text).unwrap();
        assert_eq!((answer.status, answer.retry_after), (503, Some(3)));
        assert_eq!(&text[answer.head..answer.length], b"ok");
    }
}
