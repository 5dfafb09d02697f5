//! A Dockerfile, taken apart into instructions that know their lines.
//!
//! It is read as BuildKit's parser reads it: parser directives (`# escape=`), comments also within
//! a continued instruction, here-documents, `ONBUILD`. It never fails: what a builder would refuse
//! is the builder's to say, and a person who is still writing wants to see the rest checked. The
//! parsers that are published tell no lines, which is all that matters here, or stop at the first
//! thing they do not know.

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its word in upper case: `RUN`.
    pub word: String,
    /// What follows, continued lines joined by a blank and comments left out.
    pub text: String,
    /// The bodies of its here-documents.
    pub documents: Vec<String>,
    /// The first line, from 1.
    pub line: u32,
    /// The last line.
    pub last_line: u32,
}

impl Instruction {
    /// The flags it begins with, `--name=value` or `--name`, and what follows them.
    pub fn flags(&self) -> (Vec<(&str, &str)>, &str) {
        let mut flags = Vec::new();
        let mut rest = self.text.trim_start();
        while let Some(after) = rest.strip_prefix("--") {
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            let (name, value) = after[..end].split_once('=').unwrap_or((&after[..end], ""));
            flags.push((name, value));
            rest = after[end..].trim_start();
        }
        (flags, rest)
    }
}

/// One stage: from a `FROM` to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What it starts from, as it is written.
    pub base: String,
    /// The same with the defaults of arguments put in, where they are known.
    pub resolved: String,
    /// The line of its `FROM`.
    pub line: u32,
    /// Whether it starts from an earlier stage.
    pub of_stage: Option<usize>,
    /// Which instructions are its own.
    pub instructions: std::ops::Range<usize>,
}

/// A Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Every instruction in order.
    pub instructions: Vec<Instruction>,
    /// Its stages in order.
    pub stages: Vec<Stage>,
    /// Arguments that it declares, each once, with their defaults.
    pub arguments: Vec<(String, Option<String>)>,
}

/// Reads a Dockerfile, whatever it holds.
pub fn parse(text: &str) -> Dockerfile {
    let instructions = instructions(text);
    let mut file = Dockerfile {
        stages: Vec::new(),
        arguments: Vec::new(),
        instructions,
    };
    let mut global: Vec<(String, Option<String>)> = Vec::new();
    for (at, instruction) in file.instructions.iter().enumerate() {
        match instruction.word.as_str() {
            "FROM" => {
                if let Some(last) = file.stages.last_mut() {
                    last.instructions.end = at;
                }
                let stage = stage(instruction, at, &file.stages, &global);
                file.stages.push(stage);
            }
            "ARG" => {
                for (name, value) in assignments(&instruction.text) {
                    if file.stages.is_empty() {
                        global.push((name.clone(), value.clone()));
                    }
                    match file.arguments.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = known.take().or(value),
                        None => file.arguments.push((name, value)),
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(last) = file.stages.last_mut() {
        last.instructions.end = file.instructions.len();
    }
    file
}

impl Dockerfile {
    /// The instructions of a stage.
    pub fn of(&self, stage: &Stage) -> &[Instruction] {
        &self.instructions[stage.instructions.clone()]
    }

    /// The stages that the last one, or the one named, is made of, from the base upwards.
    pub fn chain(&self, target: Option<&str>) -> Vec<&Stage> {
        let named = |stage: &Stage| stage.name.as_deref() == target;
        let at = match target {
            Some(_) => self.stages.iter().position(named),
            None => self.stages.len().checked_sub(1),
        };
        let mut chain = Vec::new();
        let mut next = at;
        while let Some(stage) = next.and_then(|at| self.stages.get(at)) {
            chain.push(stage);
            next = stage.of_stage;
        }
        chain.reverse();
        chain
    }

    /// The line of the instruction that a step of a build is about: the stage by its name or
    /// number, and the instruction's text as the builder shows it.
    pub fn line_of(&self, stage: Option<&str>, shown: &str) -> Option<u32> {
        let wanted = squeezed(shown);
        let same = |instruction: &&Instruction| {
            let own = squeezed(&format!("{} {}", instruction.word, instruction.text));
            // A builder puts arguments in and cuts long text.
            own == wanted || (wanted.len() > 12 && own.starts_with(&wanted))
        };
        let within = match stage.and_then(|name| self.stage_named(name)) {
            Some(stage) => self.of(stage),
            None => self.instructions.as_slice(),
        };
        let exact = within.iter().find(same);
        exact
            .or_else(|| self.instructions.iter().find(same))
            .map(|instruction| instruction.line)
    }
}

impl Dockerfile {
    /// A stage as a builder names it: by its name, or by its number as `stage-1`.
    fn stage_named(&self, name: &str) -> Option<&Stage> {
        let named = |stage: &&Stage| stage.name.as_deref() == Some(name);
        let number = || name.strip_prefix("stage-")?.parse::<usize>().ok();
        self.stages
            .iter()
            .find(named)
            .or_else(|| self.stages.get(number()?))
    }

    /// The line of a step by its place in its stage, `2/5`: for one whose text is not the file's,
    /// because an argument was put in. What the step shows has to begin with the same word.
    pub fn line_at(&self, stage: Option<&str>, place: (usize, usize), shown: &str) -> Option<u32> {
        let stage = match stage {
            Some(name) => self.stage_named(name)?,
            None => self.stages.last().filter(|_| self.stages.len() == 1)?,
        };
        let makes_a_step = ["RUN", "COPY", "ADD", "WORKDIR"];
        let steps: Vec<&Instruction> = self
            .of(stage)
            .iter()
            .filter(|one| makes_a_step.contains(&one.word.as_str()))
            .collect();
        let (at, of) = place;
        // A stage that starts from an image has its FROM as the first step.
        let before = of.checked_sub(steps.len()).filter(|before| *before <= 1)?;
        let step = steps.get(at.checked_sub(before + 1)?)?;
        shown.starts_with(&step.word).then_some(step.line)
    }
}

/// Text without a difference that nobody sees.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut lines = Lines {
        escape: escape_of(text),
        all: text
            .trim_start_matches('\u{feff}')
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .collect(),
        at: 0,
    };
    let mut found = Vec::new();
    while let Some(line) = lines.all.get(lines.at) {
        if is_nothing(line) {
            lines.at += 1;
            continue;
        }
        let first = lines.at;
        let text = lines.whole();
        let documents = here_documents(&text);
        let documents = documents
            .iter()
            .map(|(name, strip)| lines.document(name, *strip))
            .collect();
        let (word, rest) = text
            .split_once(char::is_whitespace)
            .unwrap_or((text.as_str(), ""));
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        found.push(Instruction {
            word: word.to_ascii_uppercase(),
            text: rest.trim().to_owned(),
            documents,
            line: number(first + 1),
            last_line: number(lines.at),
        });
    }
    found
}

/// Whether a line holds nothing, or a comment.
fn is_nothing(line: &str) -> bool {
    let bare = line.trim();
    bare.is_empty() || bare.starts_with('#')
}

/// A file's lines, and how far they were read.
struct Lines<'t> {
    all: Vec<&'t str>,
    at: usize,
    escape: char,
}

impl Lines<'_> {
    /// An instruction with the lines that continue it; comments and empty lines between do not end
    /// it.
    fn whole(&mut self) -> String {
        let mut text = String::new();
        let first = self.at;
        while let Some(raw) = self.all.get(self.at) {
            self.at += 1;
            if self.at - 1 > first && is_nothing(raw) {
                continue;
            }
            match raw.trim_end().strip_suffix(self.escape) {
                Some(part) => {
                    text.push_str(part.trim());
                    text.push(' ');
                }
                None => {
                    text.push_str(raw.trim());
                    break;
                }
            }
        }
        text
    }

    /// The lines up to a here-document's name.
    fn document(&mut self, name: &str, strip: bool) -> String {
        let mut body = String::new();
        while let Some(line) = self.all.get(self.at) {
            self.at += 1;
            let bare = if strip {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if bare == name {
                break;
            }
            body.push_str(bare);
            body.push('\n');
        }
        body
    }
}

/// `# escape=` among the first comments, as only there it counts.
fn escape_of(text: &str) -> char {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let Some(comment) = line.trim_start().strip_prefix('#') else {
            break;
        };
        let Some((name, value)) = comment.split_once('=') else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// The names of the here-documents of an instruction, and whether their tabs are stripped. Only
/// these instructions have them.
fn here_documents(text: &str) -> Vec<(String, bool)> {
    let word = text.split_whitespace().next().unwrap_or_default();
    if !["RUN", "COPY", "ADD"]
        .iter()
        .any(|own| word.eq_ignore_ascii_case(own))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in text.split_whitespace() {
        // A file descriptor may stand before it.
        let part = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(rest) = part
            .strip_prefix("<<")
            .filter(|rest| !rest.starts_with('<'))
        else {
            continue;
        };
        let (rest, strip) = match rest.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let name = rest.trim_matches(['"', '\'']);
        let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
        let name: String = name.chars().take_while(|c| plain(*c)).collect();
        if !name.is_empty() {
            found.push((name, strip));
        }
    }
    found
}

/// `NAME=value` and `NAME` of an `ARG`, an `ENV` or a `LABEL`.
pub(crate) fn assignments(text: &str) -> Vec<(String, Option<String>)> {
    let words = words(text);
    // The old form of ENV and LABEL: a name, a blank, and all the rest is the value.
    if let [name, rest @ ..] = words.as_slice()
        && !name.contains('=')
        && !rest.is_empty()
        && rest.iter().all(|word| !word.contains('='))
    {
        return vec![(name.clone(), Some(rest.join(" ")))];
    }
    words
        .into_iter()
        .map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        })
        .collect()
}

/// Words with quotes taken off, as the builder takes them.
pub(crate) fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', None | Some('"')) => {
                any = true;
                word.extend(letters.next());
            }
            (own, Some(open)) if own == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                any = true;
            }
            (blank, None) if blank.is_whitespace() => {
                if any {
                    words.push(std::mem::take(&mut word));
                    any = false;
                }
            }
            (other, _) => {
                word.push(other);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

fn stage(
    from: &Instruction,
    at: usize,
    earlier: &[Stage],
    global: &[(String, Option<String>)],
) -> Stage {
    let (_, rest) = from.flags();
    let words: Vec<&str> = rest.split_whitespace().collect();
    let base = words.first().copied().unwrap_or_default().to_owned();
    let named = words
        .get(1)
        .is_some_and(|word| word.eq_ignore_ascii_case("as"));
    let name = words
        .get(2)
        .filter(|_| named)
        .map(|name| name.to_lowercase());
    let resolved = with_defaults(&base, global);
    let lower = resolved.to_lowercase();
    let of_stage = earlier
        .iter()
        .rposition(|stage| stage.name.as_deref() == Some(&lower));
    Stage {
        name,
        base,
        resolved,
        line: from.line,
        of_stage,
        instructions: at..at + 1,
    }
}

/// Puts the defaults of arguments in: `$NAME`, `${NAME}`, `${NAME:-other}`. What has none stays.
fn with_defaults(text: &str, arguments: &[(String, Option<String>)]) -> String {
    let value = |name: &str| {
        let known = arguments.iter().rev().find(|(known, _)| known == name);
        known.and_then(|(_, value)| value.clone())
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (whole, name, other) = match after.strip_prefix('{') {
            Some(inner) => {
                let Some(end) = inner.find('}') else { break };
                let (name, other) = match inner[..end].split_once(":-") {
                    Some((name, other)) => (name, Some(other)),
                    None => (&inner[..end], None),
                };
                (end + 2, name, other)
            }
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                (end, &after[..end], None)
            }
        };
        match value(name).or_else(|| other.map(str::to_owned)) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[at..=at + whole]),
        }
        rest = &rest[at + 1 + whole..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "\
# syntax=docker/dockerfile:1
ARG BASE=debian
ARG TAG
FROM ${BASE}:${TAG:-12} AS Build
RUN apt-get update \\
    # why it is there
    && apt-get install -y \\

       curl
COPY <<-EOF /etc/motd
\thello \\
\tEOF
RUN <<A cat && <<'B'
one
A
two
B
FROM build
USER 1000
";

    #[test]
    fn instructions_know_their_lines_through_comments_and_here_documents() {
        let file = parse(FILE);
        let found: Vec<(&str, u32, u32)> = file
            .instructions
            .iter()
            .map(|one| (one.word.as_str(), one.line, one.last_line))
            .collect();
        assert_eq!(
            found,
            [
                ("ARG", 2, 2),
                ("ARG", 3, 3),
                ("FROM", 4, 4),
                ("RUN", 5, 9),
                ("COPY", 10, 12),
                ("RUN", 13, 17),
                ("FROM", 18, 18),
                ("USER", 19, 19),
            ]
        );
        assert_eq!(
            file.instructions[3].text,
            "apt-get update && apt-get install -y curl"
        );
        assert_eq!(file.instructions[4].documents, ["hello \\\n"]);
        assert_eq!(file.instructions[5].documents, ["one\n", "two\n"]);
    }

    #[test]
    fn stages_know_what_they_start_from() {
        let file = parse(FILE);
        let stages: Vec<(Option<&str>, &str, Option<usize>)> = file
            .stages
            .iter()
            .map(|stage| {
                (
                    stage.name.as_deref(),
                    stage.resolved.as_str(),
                    stage.of_stage,
                )
            })
            .collect();
        assert_eq!(
            stages,
            [(Some("build"), "debian:12", None), (None, "build", Some(0))]
        );
        let chain: Vec<u32> = file.chain(None).iter().map(|stage| stage.line).collect();
        assert_eq!(chain, [4, 18]);
        assert_eq!(file.of(&file.stages[1]).len(), 2);
    }

    #[test]
    fn another_escape_counts_only_at_the_top() {
        let file = parse("# escape=`\nFROM x\nRUN dir c:\\\nRUN a `\n b\n");
        let lines: Vec<u32> = file.instructions.iter().map(|one| one.line).collect();
        assert_eq!(lines, [2, 3, 4]);
        assert_eq!(file.instructions[2].text, "a b");
    }

    #[test]
    fn a_step_is_found_by_its_stage_and_text() {
        let file = parse("FROM a AS one\nRUN x\nFROM b\nRUN  x\nRUN false \\\n  || exit 3\n");
        assert_eq!(file.line_of(Some("one"), "RUN x"), Some(2));
        assert_eq!(file.line_of(Some("stage-1"), "RUN x"), Some(4));
        assert_eq!(file.line_of(None, "RUN false   || exit 3"), Some(5));
        assert_eq!(file.line_of(None, "RUN nothing"), None);
    }

    #[test]
    fn words_and_assignments_are_read_as_the_builder_reads_them() {
        assert_eq!(
            words(r#"a "b c" 'd "e' f\ g """#),
            ["a", "b c", "d \"e", "f g", ""]
        );
        let pairs = assignments(r#"A=1 B="two words" C"#);
        assert_eq!(pairs[1], ("B".into(), Some("two words".into())));
        assert_eq!(pairs[2], ("C".into(), None));
        assert_eq!(
            assignments("PATH /usr/bin /bin"),
            [("PATH".into(), Some("/usr/bin /bin".into()))]
        );
    }

    proptest! {
        #[test]
        fn nothing_panics_and_every_line_is_within(text in "(?s).{0,400}") {
            let file = parse(&text);
            let lines = u32::try_from(text.split('\n').count()).unwrap();
            for one in &file.instructions {
                prop_assert!(one.line >= 1 && one.line <= one.last_line && one.last_line <= lines);
            }
            for stage in &file.stages {
                prop_assert!(!file.of(stage).is_empty());
            }
            let _ = file.chain(None);
        }

        #[test]
        fn dockerfiles_of_any_order_hold_together(parts in prop::collection::vec(prop::sample::select(vec![
            "FROM a", "FROM a AS b", "FROM $X", "FROM ${X", "RUN a \\", "", "# c", "RUN <<E", "E", "ARG X=1", "COPY --from=b . .", "\\",
        ]), 0..30)) {
            let text = parts.join("\n");
            let file = parse(&text);
            for stage in &file.stages {
                prop_assert_eq!(file.instructions[stage.instructions.start].word.as_str(), "FROM");
            }
            prop_assert!(file.chain(None).len() <= file.stages.len());
        }
    }
}
