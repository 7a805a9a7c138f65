//! A file line by line in bounded memory, whatever is in it.

use std::io::{self, BufRead, Read as _};

/// Longest line, without its end.
pub(super) const MAX_LINE: usize = 64 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Lines with their numbers. A byte order mark and `\r` before a line's end are not part of a line.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    buffer: Vec<u8>,
}

/// A line, or the rule that it breaks.
pub(super) type Line<'a> = Result<&'a str, &'static str>;

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// The next line that is not empty; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        loop {
            self.buffer.clear();
            // Room for the longest line, a mark before it and an end of two bytes.
            let most = (MAX_LINE + BOM.len() + 2) as u64;
            let read = (&mut self.reader)
                .take(most)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let has_end = self.buffer.last() == Some(&b'\n');
            if !has_end {
                self.reader.skip_until(b'\n')?;
            }
            let mut line = 0..self.buffer.len() - usize::from(has_end);
            if self.number == 1 && self.buffer.starts_with(BOM) {
                line.start = BOM.len();
            }
            if self
                .buffer
                .get(..line.end)
                .is_some_and(|text| text.ends_with(b"\r"))
            {
                line.end -= 1;
            }
            if line.len() > MAX_LINE {
                return Ok(Some((self.number, Err("must be at most 64 KiB long"))));
            }
            if !self
                .buffer
                .get(line.clone())
                .unwrap_or_default()
                .trim_ascii()
                .is_empty()
            {
                let bytes = self.buffer.get(line).unwrap_or_default();
                let text = std::str::from_utf8(bytes).map_err(|_| "must be UTF-8");
                return Ok(Some((self.number, text)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, Result<String, &'static str>)> {
        let mut lines = Lines::new(text);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, line.map(str::to_owned)));
        }
        found
    }

    #[test]
    fn marks_and_ends_of_other_systems_are_not_part_of_a_line() {
        let found = all(b"\xef\xbb\xbfa\r\n\r\n  \nb\nc\r");
        assert_eq!(
            found,
            [(1, Ok("a".into())), (4, Ok("b".into())), (5, Ok("c".into()))]
        );
    }

    #[test]
    fn the_longest_line_is_read_and_a_longer_one_is_passed_over() {
        let longest = "x".repeat(MAX_LINE);
        let found = all(format!("{longest}\r\n{longest}y\nnext\n{longest}yyyyyyyyyyyy").as_bytes());
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], (1, Ok(longest)));
        assert!(found[1].1.is_err() && found[3].1.is_err());
        assert_eq!(found[2], (3, Ok("next".into())), "what follows is read as ever");
    }

    #[test]
    fn a_huge_line_is_passed_over_whole() {
        let found = all(format!("{}\nnext", "x".repeat(10 * MAX_LINE)).as_bytes());
        assert_eq!(
            found,
            [(1, Err("must be at most 64 KiB long")), (2, Ok("next".into()))]
        );
    }

    #[test]
    fn what_is_not_utf_8_is_refused_by_line() {
        assert_eq!(all(b"\xff\nb"), [(1, Err("must be UTF-8")), (2, Ok("b".into()))]);
    }
}
