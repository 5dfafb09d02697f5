//! A job's log: the last of what it wrote, bounded in lines and bytes.

use crate::dto::{JobLog, LogLine};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Lines that are kept of one job.
const LINES: usize = 20_000;
/// Bytes that are kept of one job.
const BYTES: usize = 8 << 20;
/// Bytes of one line that are kept.
const LINE: usize = 4 << 10;
/// Lines of one answer.
const PAGE: usize = 500;
/// Bytes of one answer, so that it stays below what crosses to the window at once.
const PAGE_BYTES: usize = 24 << 10;

/// One line that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    step: u64,
    error: bool,
    text: String,
}

/// The last of what a job wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Log {
    lines: VecDeque<Line>,
    /// Lines that were dropped from the start.
    dropped: u64,
    bytes: usize,
    /// What each step wrote last without an end of line.
    #[serde(skip)]
    open: Vec<Line>,
}

impl Log {
    /// Takes in what a step wrote, and returns how many lines it ended.
    pub(crate) fn write(&mut self, step: u64, error: bool, bytes: &[u8]) -> u64 {
        let text = String::from_utf8_lossy(bytes);
        let mut ended = 0;
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                ended += u64::from(self.end(step, error));
            }
            self.go_on(step, error, part);
        }
        ended
    }

    /// Ends what has no end yet.
    pub(crate) fn close(&mut self) {
        for line in std::mem::take(&mut self.open) {
            if !line.text.is_empty() {
                self.keep(line);
            }
        }
    }

    fn go_on(&mut self, step: u64, error: bool, part: &str) {
        if part.is_empty() {
            return;
        }
        let line = self.line(step, error);
        // A carriage return begins the line anew: what a progress bar drew before is gone, but not
        // before something follows it.
        if line.text.ends_with('\r') {
            line.text.clear();
        }
        let part = match part.trim_end_matches('\r').rsplit_once('\r') {
            Some((_, last)) => {
                line.text.clear();
                last
            }
            None => part,
        };
        let room = LINE.saturating_sub(line.text.len());
        let cut = (0..=room.min(part.len()))
            .rev()
            .find(|at| part.is_char_boundary(*at));
        line.text.push_str(&part[..cut.unwrap_or(0)]);
    }

    fn line(&mut self, step: u64, error: bool) -> &mut Line {
        let same = |line: &Line| line.step == step && line.error == error;
        let at = self.open.iter().position(same).unwrap_or_else(|| {
            self.open.push(Line {
                step,
                error,
                text: String::new(),
            });
            self.open.len() - 1
        });
        &mut self.open[at]
    }

    fn end(&mut self, step: u64, error: bool) -> bool {
        let same = |line: &Line| line.step == step && line.error == error;
        let line = match self.open.iter().position(same) {
            Some(at) => self.open.swap_remove(at),
            None => Line {
                step,
                error,
                text: String::new(),
            },
        };
        self.keep(line);
        true
    }

    fn keep(&mut self, mut line: Line) {
        let bare = line.text.trim_end_matches('\r').len();
        line.text.truncate(bare);
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(gone) = self.lines.pop_front() else {
                return;
            };
            self.bytes -= gone.text.len();
            self.dropped += 1;
        }
    }

    /// Lines from `from` on, of one step or of all. Lines are numbered among those that are kept.
    pub(crate) fn page(&self, step: Option<u64>, from: u64) -> JobLog {
        let of_step = |line: &&Line| step.is_none_or(|step| line.step == step);
        let all = || self.lines.iter().filter(of_step);
        let total = match step {
            None => self.lines.len(),
            Some(_) => all().count(),
        };
        let skip = usize::try_from(from).unwrap_or(usize::MAX).min(total);
        let mut left = PAGE_BYTES;
        let fits = |line: &&Line| {
            // What JSON adds to a line, and what escapes may make of it.
            let cost = 48 + line.text.len() + line.text.matches(['"', '\\', '\t']).count();
            let fits = left >= cost;
            left = left.saturating_sub(cost);
            fits
        };
        let lines = all().skip(skip).take(PAGE).take_while(fits);
        JobLog {
            from: skip as u64,
            lines: lines
                .map(|line| LogLine {
                    step: line.step,
                    text: line.text.clone(),
                    error: line.error,
                })
                .collect(),
            total: total as u64,
            dropped: self.dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &JobLog) -> Vec<&str> {
        log.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn lines_are_put_together_from_what_arrives_for_each_step() {
        let mut log = Log::default();
        log.write(1, false, b"hel");
        log.write(2, false, b"other\n");
        assert_eq!(log.write(1, false, b"lo\nwor"), 1);
        log.write(1, true, b"warning\r\n");
        log.write(1, false, b"ld");
        log.close();
        assert_eq!(
            texts(&log.page(None, 0)),
            ["other", "hello", "warning", "world"]
        );
        assert_eq!(texts(&log.page(Some(1), 1)), ["warning", "world"]);
        assert!(log.page(Some(1), 0).lines[1].error);
    }

    #[test]
    fn a_progress_bar_is_one_line_and_not_a_thousand() {
        let mut log = Log::default();
        for step in 0..1000 {
            log.write(1, false, format!("{step} %\r").as_bytes());
        }
        log.write(2, false, b"50 %\r100 %\r");
        log.write(2, false, b"\n");
        log.write(1, false, b"done\n");
        assert_eq!(texts(&log.page(None, 0)), ["100 %", "done"]);
    }

    #[test]
    fn a_flood_is_bounded_and_says_what_was_dropped() {
        let mut log = Log::default();
        let line = vec![b'x'; 100_000];
        for _ in 0..3_000 {
            log.write(1, false, &line);
            log.write(1, false, b"\n");
        }
        for _ in 0..30_000 {
            log.write(1, false, b"y\n");
        }
        let page = log.page(None, 0);
        assert_eq!(page.total, LINES as u64);
        assert_eq!(page.dropped, 33_000 - LINES as u64);
        assert!(log.bytes <= BYTES);
        assert!(page.lines.len() <= PAGE);
    }

    #[test]
    fn a_page_stays_small_whatever_the_lines_hold() {
        let mut log = Log::default();
        for _ in 0..400 {
            log.write(1, false, "\"\\\t\u{202e}<b>".repeat(300).as_bytes());
            log.write(1, false, b"\n");
        }
        let mut seen = 0;
        while seen < 400 {
            let page = log.page(None, seen);
            assert!(!page.lines.is_empty(), "{seen}");
            assert!(serde_json::to_vec(&page).unwrap().len() <= 40 << 10);
            seen += page.lines.len() as u64;
        }
    }
}
