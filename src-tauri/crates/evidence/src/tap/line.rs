//! One line: a point, a plan, or what else the protocol knows.

use crate::Verdict;

/// What a line is.
pub(super) enum Line<'a> {
    /// `TAP version 14`.
    Version(u64),
    /// `1..9`, with how many points are to come.
    Plan(u64),
    /// `ok 1 - description`.
    Point(Point<'a>),
    /// `Bail out! reason`.
    BailOut(&'a str),
    /// `# Subtest: name`.
    Subtest(&'a str),
    /// `---`, which begins a block of YAML.
    Yaml,
    /// `# words`.
    Comment(&'a str),
    /// What the protocol does not know, such as a program's own output.
    Other,
}

/// One test.
pub(super) struct Point<'a> {
    ok: bool,
    directive: Option<Directive>,
    pub(super) description: &'a str,
    /// Why it is skipped or to be done.
    pub(super) reason: Option<&'a str>,
}

#[derive(PartialEq)]
enum Directive {
    Skip,
    Todo,
}

impl Point<'_> {
    /// A test that is to be done may fail, and one that is skipped was not run.
    pub(super) fn verdict(&self) -> Verdict {
        match (self.ok, &self.directive) {
            (_, Some(Directive::Skip)) | (false, Some(Directive::Todo)) => Verdict::Skipped,
            (true, _) => Verdict::Passed,
            (false, None) => Verdict::Failed,
        }
    }
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        if let Some(point) = point(line) {
            return Self::Point(point);
        }
        if let Some(name) = line.strip_prefix("# Subtest:") {
            return Self::Subtest(name.trim());
        }
        if let Some(text) = line.strip_prefix('#') {
            return Self::Comment(text.trim());
        }
        if let Some(version) = line.strip_prefix("TAP version ") {
            return Self::Version(version.trim().parse().unwrap_or(0));
        }
        if let Some(why) = line.strip_prefix("Bail out!") {
            return Self::BailOut(why.trim());
        }
        match (line, plan(line)) {
            ("---", _) => Self::Yaml,
            (_, Some(count)) => Self::Plan(count),
            _ => Self::Other,
        }
    }
}

/// `1..9`; one beyond 64 bits promises as many as there can be.
fn plan(line: &str) -> Option<u64> {
    let (first, rest) = line.split_once("..")?;
    let first: u64 = first.parse().ok()?;
    let last = rest.split(['#', ' ']).next()?;
    if last.is_empty() || !last.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let last: u64 = last.parse().unwrap_or(u64::MAX);
    let more = last.checked_sub(first);
    Some(more.map_or(0, |more| more.saturating_add(1)))
}

fn point(line: &str) -> Option<Point<'_>> {
    let (ok, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("- ").unwrap_or(rest);
    let (description, directive, reason) = directive(rest);
    // A subtest's point may end in a brace that begins it, as TAP 13 writers do.
    let description = description.trim().trim_end_matches('{').trim_end();
    Some(Point {
        ok,
        directive,
        description,
        reason,
    })
}

/// What stands before and after `# SKIP` or `# TODO`; an escaped `#` begins nothing.
fn directive(text: &str) -> (&str, Option<Directive>, Option<&str>) {
    for (at, _) in text.match_indices('#') {
        if text[..at].ends_with('\\') {
            continue;
        }
        let words = text[at + 1..].trim_start();
        let end = words.find(|c: char| !c.is_ascii_alphabetic());
        let (word, reason) = words.split_at(end.unwrap_or(words.len()));
        let word = word.to_ascii_lowercase();
        let directive = match word.as_str() {
            "skip" | "skipped" => Directive::Skip,
            "todo" => Directive::Todo,
            _ => continue,
        };
        let reason = reason.trim_start_matches(':').trim();
        return (
            &text[..at],
            Some(directive),
            Some(reason).filter(|r| !r.is_empty()),
        );
    }
    (text, None, None)
}
