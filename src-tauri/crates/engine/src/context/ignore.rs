//! `.dockerignore`, matched as Docker matches it (moby/patternmatcher and its `ignorefile`).
//!
//! The last pattern that matches decides, `!` brings back, and what is below a folder that
//! matches is as good as matched itself.

use crate::error::{Error, ErrorKind, Result};
use regex::Regex;
use std::path::Path;

/// One pattern.
#[derive(Clone, Debug)]
struct Pattern {
    /// As it stands after cleaning, without its `!`.
    text: String,
    /// Whether it brings back what an earlier one left out.
    brings_back: bool,
    way: Way,
}

/// How a pattern is matched: most need no regular expression.
#[derive(Clone, Debug)]
enum Way {
    Exactly,
    /// `folder/**`
    Below(String),
    /// `**/name`
    EndsWith(String),
    Regex(Box<Regex>),
}

/// The patterns of one file.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

/// What is known of a folder, for what is in it: which patterns matched it.
pub(crate) type Known = Vec<bool>;

impl Ignore {
    /// Reads a file's text. `name` is the file, for errors.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] with the line of a pattern that is none.
    pub fn parse(text: &str, name: &Path) -> Result<Self> {
        let mut patterns = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.starts_with('#') {
                continue;
            }
            let Some(cleaned) = cleaned(line.trim()) else {
                continue;
            };
            let pattern = Pattern::new(&cleaned).map_err(|why| {
                Error::new(
                    ErrorKind::BadInput,
                    format!("{} line {}: {why}", name.display(), at + 1),
                    "Correct the pattern, or put \\ before a character that is meant as it is.",
                )
            })?;
            patterns.push(pattern);
        }
        Ok(Self { patterns })
    }

    /// The same, with patterns behind it that bring these files back where it leaves them out: the
    /// builder needs its own files also where they are ignored.
    #[must_use]
    pub fn keeping(mut self, files: &[&str]) -> Self {
        for file in files {
            if self.leaves_out(file) {
                self.patterns.push(Pattern {
                    text: (*file).to_owned(),
                    brings_back: true,
                    way: Way::Exactly,
                });
            }
        }
        self
    }

    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a path, with `/` between its parts, is left out.
    pub fn leaves_out(&self, path: &str) -> bool {
        self.look(path, None).0
    }

    /// Whether a path is left out, by what is known of the folder it is in; and what that makes
    /// known of the path itself.
    pub(crate) fn look(&self, path: &str, folder: Option<&Known>) -> (bool, Known) {
        let mut out = false;
        let mut known = vec![false; self.patterns.len()];
        for (at, pattern) in self.patterns.iter().enumerate() {
            let mut fits = folder.is_some_and(|folder| folder[at]);
            if !fits {
                // One that could change nothing is not looked at.
                if pattern.brings_back != out {
                    continue;
                }
                fits = pattern.fits(path);
                if !fits && folder.is_none() {
                    fits = above(path).any(|folder| pattern.fits(folder));
                }
            }
            known[at] = fits;
            if fits {
                out = !pattern.brings_back;
            }
        }
        (out, known)
    }

    /// Whether anything below a folder that is left out may be brought back.
    pub(crate) fn may_bring_back_below(&self, folder: &str) -> bool {
        let below = format!("{folder}/");
        self.patterns
            .iter()
            .any(|pattern| pattern.brings_back && format!("{}/", pattern.text).starts_with(&below))
    }

    /// Whether any pattern brings something back.
    #[cfg(test)]
    pub(crate) fn brings_back(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.brings_back)
    }
}

/// The folders above a path, the outermost first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// As Go's `filepath.Clean` has it, `!` kept, a leading `/` taken away; nothing for an empty line.
fn cleaned(line: &str) -> Option<String> {
    if line.is_empty() {
        return None;
    }
    let (back, rest) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if rest.is_empty() {
        return Some(back.to_owned());
    }
    let clean = clean_path(rest);
    let clean = match clean.strip_prefix('/') {
        Some(inner) if !inner.is_empty() => inner.to_owned(),
        _ => clean,
    };
    Some(format!("{back}{clean}"))
}

fn clean_path(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => drop(parts.pop()),
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

impl Pattern {
    fn new(text: &str) -> std::result::Result<Self, String> {
        let (brings_back, text) = match text.strip_prefix('!') {
            Some("") => return Err("“!” alone brings nothing back".to_owned()),
            Some(rest) => (true, rest),
            None => (false, text),
        };
        Ok(Self {
            text: text.to_owned(),
            brings_back,
            way: way(text)?,
        })
    }

    fn fits(&self, path: &str) -> bool {
        match &self.way {
            Way::Exactly => path == self.text,
            Way::Below(folder) => path.starts_with(folder.as_str()),
            Way::EndsWith(end) => {
                // `**/name` is `name` at the top too.
                path.ends_with(end.as_str()) || end.strip_prefix('/') == Some(path)
            }
            Way::Regex(regex) => regex.is_match(path),
        }
    }
}

fn way(text: &str) -> std::result::Result<Way, String> {
    let special = |text: &str| text.contains(['*', '?', '[', ']', '\\']);
    if !special(text) {
        return Ok(Way::Exactly);
    }
    if let Some(rest) = text
        .strip_prefix("**")
        .filter(|rest| !rest.is_empty() && !special(rest))
    {
        return Ok(Way::EndsWith(rest.to_owned()));
    }
    if let Some(folder) = text
        .strip_suffix("**")
        .filter(|rest| !rest.is_empty() && !special(rest))
    {
        return Ok(Way::Below(folder.to_owned()));
    }
    let regex = regex_of(text)?;
    let bad = |_| format!("“{text}” is no pattern");
    Regex::new(&regex)
        .map(|regex| Way::Regex(Box::new(regex)))
        .map_err(bad)
}

fn regex_of(text: &str) -> std::result::Result<String, String> {
    let mut out = String::from("(?s)^");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.peek() == Some(&'*') => {
                letters.next();
                if letters.peek() == Some(&'/') {
                    letters.next();
                }
                out.push_str(if letters.peek().is_none() {
                    ".*"
                } else {
                    "(.*/)?"
                });
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '\\' => match letters.next() {
                Some(next) => out.push_str(&regex::escape(&next.to_string())),
                None => return Err(format!("“{text}” ends in \\, which stands before nothing")),
            },
            '[' => out.push_str(&class(text, &mut letters)?),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    out.push('$');
    Ok(out)
}

/// `[a-c]`, `[^a-c]`: no other class has a meaning, so nothing else of a regular expression's has.
fn class(
    text: &str,
    letters: &mut std::iter::Peekable<std::str::Chars<'_>>,
) -> std::result::Result<String, String> {
    let mut out = String::from("[");
    if letters.peek() == Some(&'^') {
        letters.next();
        out.push('^');
    }
    let mut any = false;
    loop {
        match letters.next() {
            None => return Err(format!("“{text}” has a [ without its ]")),
            Some(']') if any => break,
            Some('-') if any && letters.peek() != Some(&']') => out.push('-'),
            Some('\\') => {
                let next = letters
                    .next()
                    .ok_or_else(|| format!("“{text}” ends in \\"))?;
                out.push_str(&escaped(next));
            }
            Some(other) => out.push_str(&escaped(other)),
        }
        any = true;
    }
    out.push(']');
    Ok(out)
}

fn escaped(letter: char) -> String {
    match letter.is_alphanumeric() {
        true => letter.to_string(),
        false => format!("\\x{{{:x}}}", u32::from(letter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ignore(text: &str) -> Ignore {
        Ignore::parse(text, Path::new(".dockerignore")).unwrap()
    }

    #[test]
    fn patterns_match_as_docker_has_them() {
        for (pattern, path, out) in [
            ("node_modules", "node_modules", true),
            ("node_modules", "node_modules/a/b", true),
            ("node_modules", "a/node_modules", false),
            ("**/node_modules", "a/b/node_modules", true),
            ("**/node_modules", "node_modules", true),
            ("/target/", "target/debug", true),
            ("target/", "target", true),
            ("*.log", "a.log", true),
            ("*.log", "a/b.log", false),
            ("**/*.log", "a/b.log", true),
            ("**/*.log", "b.log", true),
            ("docs/**", "docs/a", true),
            ("docs/**", "docs", false),
            ("docs/**/a", "docs/a", true),
            ("docs/**/a", "docs/x/y/a", true),
            ("**", "anything/at/all", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("./a/../b", "b", true),
            ("a.b", "axb", false),
            ("a+(b)", "a+(b)", true),
            ("*", ".git", true),
            ("temp*", "temporary/x", true),
            ("\u{feff}first", "first", true),
        ] {
            assert_eq!(ignore(pattern).leaves_out(path), out, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let one = ignore("*\n!src\nsrc/*.tmp\n# no\n!src/keep.tmp\n");
        for (path, out) in [
            ("a", true),
            ("src", false),
            ("src/main.rs", false),
            ("src/x.tmp", true),
            ("src/keep.tmp", false),
        ] {
            assert_eq!(one.leaves_out(path), out, "{path}");
        }
        assert!(one.may_bring_back_below("src"));
        assert!(!one.may_bring_back_below("other"));
        let own = ignore("Dockerfile\n*").keeping(&["Dockerfile", ".dockerignore"]);
        assert!(!own.leaves_out("Dockerfile") && !own.leaves_out(".dockerignore"));
        assert!(own.leaves_out("x"));
    }

    #[test]
    fn a_pattern_that_is_none_is_told_with_its_line() {
        for (text, line) in [("a\n[b", "line 2"), ("!", "line 1"), ("a\\", "line 1")] {
            let error = Ignore::parse(text, Path::new("x/.dockerignore")).unwrap_err();
            assert!(error.message().contains(line), "{error}");
            assert!(error.message().contains("x/.dockerignore"), "{error}");
        }
    }

    proptest! {
        /// What is known of a folder gives the same as looking at the whole path.
        #[test]
        fn a_walk_decides_as_a_look_does(
            lines in prop::collection::vec("!?(\\*\\*/)?[ab*]{1,3}(/[ab*?]{1,2}){0,2}/?", 0..6),
            path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
        ) {
            let all = ignore(&lines.join("\n"));
            let mut known: Option<Known> = None;
            let mut out = false;
            let parts: Vec<&str> = path.split('/').collect();
            for depth in 1..=parts.len() {
                let (now, next) = all.look(&parts[..depth].join("/"), known.as_ref());
                out = now;
                known = Some(next);
            }
            // A pattern that brings back a folder's inside but not the folder is where Docker's two
            // ways differ too; elsewhere they agree.
            if !all.brings_back() {
                prop_assert_eq!(out, all.leaves_out(&path));
            }
        }

        #[test]
        fn nothing_panics(text in "(?s).{0,80}", path in "[a-z/.*]{0,20}") {
            if let Ok(all) = Ignore::parse(&text, Path::new("x")) {
                let _ = all.leaves_out(&path);
            }
        }
    }
}
