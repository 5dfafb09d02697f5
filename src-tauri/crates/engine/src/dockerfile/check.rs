//! What makes an image of a Dockerfile fail review, each with its line and remedy.

use super::parse::{Dockerfile, Instruction, Stage, assignments, parse, words};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is advice.
    Advice,
    /// Review fails by it, or should.
    FailsReview,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: u32,
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, a sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// The labels that review asks for.
const LABELS: [&str; 3] = ["source", "revision", "version"];
const PREFIX: &str = "org.opencontainers.image.";
/// Parts of names that hold secrets.
const SECRET: [&str; 10] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "_PWD",
];

/// Checks a Dockerfile, by line. `labelled` says that labels are given with the build.
pub fn check(text: &str, labelled: bool) -> Vec<Finding> {
    let file = parse(text);
    let mut findings = Vec::new();
    if file.stages.is_empty() {
        let line = file.instructions.first().map_or(1, |one| one.line);
        findings.push(bad(
            line,
            "no-from",
            "There is no FROM: nothing can be built of it.",
            "Begin with FROM and an image, best a golden one by its digest.",
        ));
        return findings;
    }
    for stage in &file.stages {
        findings.extend(base(stage));
    }
    for instruction in &file.instructions {
        each(instruction, &mut findings);
    }
    last_stage(&file, labelled, &mut findings);
    findings.sort_by(|a, b| (a.line, a.rule).cmp(&(b.line, b.rule)));
    findings.dedup();
    findings
}

fn bad(
    line: u32,
    rule: &'static str,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        line,
        rule,
        level: Level::FailsReview,
        message: message.into(),
        remedy: remedy.into(),
    }
}

fn advice(
    line: u32,
    rule: &'static str,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        level: Level::Advice,
        ..bad(line, rule, message, remedy)
    }
}

/// What a stage starts from.
fn base(stage: &Stage) -> Option<Finding> {
    let name = stage.resolved.as_str();
    if stage.of_stage.is_some() || name == "scratch" || name.is_empty() {
        return None;
    }
    if name.contains('$') {
        return Some(advice(
            stage.line,
            "base-argument",
            format!("{name} starts from whatever the build's argument says."),
            "Give the argument a default with a digest.",
        ));
    }
    if name.contains("@sha256:") {
        return None;
    }
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.split_once(':') {
        None => Some(bad(
            stage.line,
            "base-latest",
            format!("{name} has no tag: it is whatever latest is on the day of the build."),
            format!("Name a version and its digest: FROM {name}:VERSION@sha256:…"),
        )),
        Some((_, "latest")) => Some(bad(
            stage.line,
            "base-latest",
            format!("{name} is whatever latest is on the day of the build."),
            "Name a version and its digest.",
        )),
        Some(_) => Some(advice(
            stage.line,
            "base-digest",
            format!("{name} can move: another build may start from other bytes."),
            "Add the digest behind the tag: @sha256:…; for a golden image Hallmark copies it.",
        )),
    }
}

fn each(instruction: &Instruction, findings: &mut Vec<Finding>) {
    match instruction.word.as_str() {
        "ADD" => findings.extend(add(instruction)),
        "ENV" | "ARG" => findings.extend(secrets(instruction)),
        "RUN" => run(instruction, findings),
        "EXPOSE" => {
            let ssh = instruction
                .text
                .split_whitespace()
                .any(|port| port.split('/').next() == Some("22"));
            if ssh {
                findings.push(advice(
                    instruction.line,
                    "ssh-port",
                    "The image offers a port for SSH.",
                    "Leave the SSH server out: docker exec and logs serve the same.",
                ));
            }
        }
        "MAINTAINER" => findings.push(advice(
            instruction.line,
            "maintainer",
            "MAINTAINER is out of use.",
            "Use LABEL org.opencontainers.image.authors.",
        )),
        _ => {}
    }
}

fn add(instruction: &Instruction) -> Option<Finding> {
    let (flags, rest) = instruction.flags();
    let words = words(rest);
    let sources = words.split_last().map_or(&[][..], |(_, sources)| sources);
    let from_web = sources.iter().any(|source| {
        ["http://", "https://", "git@", "git://"]
            .iter()
            .any(|start| source.starts_with(start))
    });
    let checked = flags
        .iter()
        .any(|(name, value)| *name == "checksum" && !value.is_empty());
    if from_web && !checked {
        return Some(bad(
            instruction.line,
            "add-url",
            "ADD fetches from the network and nothing says what has to arrive.",
            "Add --checksum=sha256:…, or fetch it in the build before and COPY it.",
        ));
    }
    let unpacks = |source: &String| {
        [".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"]
            .iter()
            .any(|end| source.ends_with(end))
    };
    let plain = !from_web && !sources.is_empty() && !sources.iter().any(unpacks);
    (plain && instruction.documents.is_empty()).then(|| {
        advice(
            instruction.line,
            "add-copy",
            "ADD does more than this needs: it unpacks archives and fetches URLs.",
            "Use COPY.",
        )
    })
}

/// A value is never repeated: a finding is shown, copied and sent on.
fn secrets(instruction: &Instruction) -> Option<Finding> {
    let is_env = instruction.word == "ENV";
    let pairs = assignments(&instruction.text);
    let (name, key) = pairs.iter().find_map(|(name, value)| {
        let value = value.as_deref().unwrap_or_default();
        if value.contains("PRIVATE KEY-----") {
            return Some((name, true));
        }
        let upper = name.to_uppercase();
        let named = SECRET.iter().any(|part| upper.contains(part));
        // A file's place is no secret, and `ENV TOKEN=$TOKEN` is told at its ARG too.
        let place = upper.ends_with("_FILE") || upper.ends_with("_PATH") || value.starts_with('/');
        (named && !place && (!is_env || !value.is_empty())).then_some((name, false))
    })?;
    let where_ = if is_env {
        "the image's environment"
    } else {
        "the image's history"
    };
    let what = if key {
        "a private key"
    } else {
        "a secret by its name"
    };
    Some(bad(
        instruction.line,
        "secret",
        format!("{name} is {what}, and stays in {where_} for everybody who pulls it."),
        "Mount it in the step that needs it: RUN --mount=type=secret,id=…, and give it with the \
         build. What was built with it already counts as known: change it.",
    ))
}

fn run(instruction: &Instruction, findings: &mut Vec<Finding>) {
    let (_, command) = instruction.flags();
    let mut whole = command.to_owned();
    for document in &instruction.documents {
        whole.push('\n');
        whole.push_str(document);
    }
    for part in whole.split(['\n', ';', '|', '&']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let words = match words.as_slice() {
            ["sudo", rest @ ..] => {
                findings.push(advice(
                    instruction.line,
                    "sudo",
                    "sudo has no place in a build.",
                    "Change the user with USER before and after the step.",
                ));
                rest
            }
            rest => rest,
        };
        if let Some(found) = packages(instruction.line, words) {
            findings.push(found);
        }
    }
    let piped = |what: &str| whole.contains(what);
    if (piped("curl ") || piped("wget "))
        && ["| sh", "|sh", "| bash", "|bash", "| sudo"]
            .iter()
            .any(|end| piped(end))
    {
        findings.push(bad(
            instruction.line,
            "curl-shell",
            "A script from the network runs as it comes: nobody can say later what ran.",
            "Fetch a version, check its sum, then run it.",
        ));
    }
    let lists = piped("apt-get install") && !piped("/var/lib/apt/lists") && !piped("type=cache");
    if lists {
        findings.push(advice(
            instruction.line,
            "apt-lists",
            "The package lists stay in the layer.",
            "End the step with && rm -rf /var/lib/apt/lists/*",
        ));
    }
}

/// Packages that are installed without a version.
fn packages(line: u32, words: &[&str]) -> Option<Finding> {
    let (manager, rest) = installs(words)?;
    let listed = ["-r", "--requirement", "-c", "-e"];
    if manager == "pip" && rest.iter().any(|word| listed.contains(word)) {
        return None;
    }
    if manager == "npm" && rest.iter().all(|word| word.starts_with('-')) {
        return Some(bad(
            line,
            "packages-unpinned",
            "npm install takes whatever fits the ranges of package.json today.",
            "Use npm ci, which takes package-lock.json.",
        ));
    }
    let names = rest
        .iter()
        .filter(|word| !word.starts_with('-') && !word.starts_with('.'));
    let loose: Vec<&str> = names
        .copied()
        .filter(|name| !is_pinned(manager, name))
        .take(4)
        .collect();
    let message = match loose.as_slice() {
        [] => return None,
        [one] => format!("A package is installed without a version: {one}."),
        some => format!(
            "Packages are installed without a version: {}.",
            some.join(", ")
        ),
    };
    Some(bad(line, "packages-unpinned", message, how_to_pin(manager)))
}

/// Which package manager installs what.
fn installs<'w>(words: &'w [&'w str]) -> Option<(&'w str, &'w [&'w str])> {
    Some(match words {
        ["apt-get" | "apt", rest @ ..] => ("apt-get", after(rest, "install")?),
        ["apk", rest @ ..] => ("apk", after(rest, "add")?),
        [own @ ("yum" | "dnf" | "microdnf" | "zypper"), rest @ ..] => {
            (own, after(rest, "install")?)
        }
        ["pip" | "pip3", rest @ ..] => ("pip", after(rest, "install")?),
        ["python" | "python3", "-m", "pip", rest @ ..] => ("pip", after(rest, "install")?),
        ["npm", rest @ ..] => ("npm", after(rest, "install").or_else(|| after(rest, "i"))?),
        ["gem", rest @ ..] => ("gem", after(rest, "install")?),
        _ => return None,
    })
}

fn is_pinned(manager: &str, name: &str) -> bool {
    match manager {
        "pip" => name.contains("==") || name.contains('@') || name.starts_with(['.', '/']),
        "npm" => name.get(1..).is_some_and(|rest| rest.contains('@')),
        "gem" => name.contains(':'),
        "apt-get" | "apk" => name.contains(['=', '/', '$']),
        _ => name.contains(|c: char| c.is_ascii_digit()) || name.contains(['/', '$']),
    }
}

fn how_to_pin(manager: &str) -> &'static str {
    match manager {
        "apt-get" => "Name versions: apt-get install --no-install-recommends NAME=VERSION.",
        "apk" => "Name versions: apk add --no-cache NAME=VERSION.",
        "pip" => "Name versions (NAME==VERSION), or install -r requirements.txt with hashes.",
        "npm" => "Name versions (NAME@VERSION), or use npm ci with package-lock.json.",
        _ => "Name versions.",
    }
}

/// What follows a manager's verb, flags before it passed over.
fn after<'w>(words: &'w [&'w str], verb: &str) -> Option<&'w [&'w str]> {
    let at = words.iter().position(|word| !word.starts_with('-'))?;
    (words[at] == verb).then(|| &words[at + 1..])
}

/// What only the last stage, and what it starts from here, decides.
fn last_stage(file: &Dockerfile, labelled: bool, findings: &mut Vec<Finding>) {
    let chain = file.chain(None);
    let Some(last) = chain.last() else { return };
    let all = || chain.iter().flat_map(|stage| file.of(stage));
    let user = all().rfind(|one| one.word == "USER");
    let root = |text: &str| {
        matches!(
            text.split(':').next().unwrap_or_default().trim(),
            "" | "root" | "0"
        )
    };
    match user {
        None => findings.push(bad(
            last.line,
            "root",
            "It runs as root, unless its base says otherwise.",
            "Make a user and end with USER and its number, such as USER 10001.",
        )),
        Some(user) if root(&user.text) => findings.push(bad(
            user.line,
            "root",
            "It runs as root.",
            "End with USER and the number of another user.",
        )),
        Some(_) => {}
    }
    findings.extend(labels(file, &chain).filter(|_| !labelled));
    let health = all().any(|one| one.word == "HEALTHCHECK");
    if !health {
        findings.push(advice(
            last.line,
            "healthcheck",
            "Nothing tells whether it works while it runs.",
            "Add HEALTHCHECK with a command that asks it.",
        ));
    }
    let ends = |word: &str| all().any(|one| one.word == word);
    if !ends("CMD") && !ends("ENTRYPOINT") {
        findings.push(advice(
            last.line,
            "no-command",
            "It says nothing of what runs, unless its base does.",
            "Add ENTRYPOINT or CMD in the JSON form.",
        ));
    }
}

/// Labels that no instruction of the last stage, and of those it starts from, gives.
fn labels(file: &Dockerfile, chain: &[&Stage]) -> Option<Finding> {
    let all = || chain.iter().flat_map(|stage| file.of(stage));
    let labels: Vec<String> = all()
        .filter(|one| one.word == "LABEL")
        .flat_map(|one| assignments(&one.text))
        .map(|(name, _)| name)
        .collect();
    let missing: Vec<&str> = LABELS
        .into_iter()
        .filter(|name| {
            !labels
                .iter()
                .any(|label| label.strip_prefix(PREFIX) == Some(name))
        })
        .collect();
    let first = missing.first()?;
    Some(bad(
        chain.last()?.line,
        "labels",
        format!("Labels are missing: {}.", missing.join(", ")),
        format!("Add LABEL {PREFIX}{first}=…, or let Hallmark add them from git."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(text: &str) -> Vec<(&'static str, u32)> {
        check(text, false)
            .into_iter()
            .map(|one| (one.rule, one.line))
            .collect()
    }

    const GOOD: &str = "\
FROM debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000
RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10 && rm -rf /var/lib/apt/lists/*
LABEL org.opencontainers.image.source=s org.opencontainers.image.revision=r org.opencontainers.image.version=v
USER 10001
HEALTHCHECK CMD curl -f http://127.0.0.1:8080/
ENTRYPOINT [\"/app\"]
";

    #[test]
    fn a_good_one_has_nothing() {
        assert_eq!(rules(GOOD), []);
    }

    #[test]
    fn each_thing_is_found_at_its_line() {
        for (from, to, rule, line) in [
            (
                "debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "debian",
                "base-latest",
                1,
            ),
            (
                "debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "debian:latest",
                "base-latest",
                1,
            ),
            (
                "debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "localhost:5000/debian",
                "base-latest",
                1,
            ),
            (
                "@sha256:0000000000000000000000000000000000000000000000000000000000000000",
                "",
                "base-digest",
                1,
            ),
            ("curl=7.88.1-10", "curl", "packages-unpinned", 2),
            (" && rm -rf /var/lib/apt/lists/*", "", "apt-lists", 2),
            (
                "LABEL org.opencontainers.image.source=s",
                "LABEL x=s",
                "labels",
                1,
            ),
            ("USER 10001", "USER root", "root", 4),
            ("USER 10001", "USER 0:0", "root", 4),
            ("USER 10001\n", "", "root", 1),
            (
                "HEALTHCHECK CMD curl -f http://127.0.0.1:8080/\n",
                "",
                "healthcheck",
                1,
            ),
            (
                "USER 10001",
                "USER 10001\nADD https://x.io/a /a",
                "add-url",
                5,
            ),
            ("USER 10001", "USER 10001\nADD a /a", "add-copy", 5),
            (
                "USER 10001",
                "USER 10001\nENV DB_PASSWORD=hunter2",
                "secret",
                5,
            ),
            ("USER 10001", "USER 10001\nARG NPM_TOKEN", "secret", 5),
            (
                "USER 10001",
                "USER 10001\nRUN pip install flask",
                "packages-unpinned",
                5,
            ),
            (
                "USER 10001",
                "USER 10001\nRUN npm install",
                "packages-unpinned",
                5,
            ),
            (
                "USER 10001",
                "USER 10001\nRUN apk add --no-cache bash",
                "packages-unpinned",
                5,
            ),
            (
                "USER 10001",
                "USER 10001\nRUN curl -s https://x.io/i | sh",
                "curl-shell",
                5,
            ),
            ("USER 10001", "USER 10001\nRUN <<E\nsudo true\nE", "sudo", 5),
            ("USER 10001", "USER 10001\nEXPOSE 22", "ssh-port", 5),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from}");
            assert_eq!(rules(&text), [(rule, line)], "{text}");
        }
    }

    #[test]
    fn what_is_right_in_another_form_is_not_found() {
        for more in [
            "ADD --checksum=sha256:ab https://x.io/a /a",
            "ADD app.tar.gz /",
            "ENV PASSWORD_FILE=/run/secrets/db",
            "ENV TOKEN=",
            "RUN --mount=type=secret,id=t cat /run/secrets/t",
            "RUN pip install -r requirements.txt",
            "RUN npm ci",
            "RUN npm install left-pad@1.3.0 @scope/a@2.0.0",
            "COPY --from=build /a /a",
            "RUN apk add --no-cache bash=5.2.37-r0",
        ] {
            let text = GOOD.replace("USER 10001", &format!("{more}\nUSER 10001"));
            assert_eq!(rules(&text), [], "{more}");
        }
    }

    #[test]
    fn a_secret_is_never_repeated() {
        let text = GOOD.replace("USER 10001", "ENV API_KEY=hunter2\nUSER 10001");
        let found = check(&text, false);
        assert!(!format!("{found:?}").contains("hunter2"));
    }

    #[test]
    fn only_the_last_stage_decides_the_user_and_the_stages_before_it_count_where_it_starts_from_them()
     {
        let two = format!(
            "{}FROM scratch\nCOPY --from=0 /app /app\nCMD [\"/app\"]\n",
            GOOD
        );
        let found = rules(&two);
        assert!(found.contains(&("root", 7)), "{found:?}");
        let named = GOOD.replacen("0000\nRUN", "0000 AS base\nRUN", 1) + "FROM base\nCOPY a /a\n";
        assert_eq!(rules(&named), []);
    }

    #[test]
    fn labels_that_the_build_gives_are_not_missed() {
        let text = GOOD.replace("LABEL org.opencontainers.image.source=s", "LABEL x=s");
        assert_eq!(check(&text, true), []);
        assert_eq!(rules("# nothing\n"), [("no-from", 1)]);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(?s).{0,300}") {
            let lines = text.split('\n').count();
            for found in check(&text, false) {
                prop_assert!(found.line >= 1 && found.line as usize <= lines.max(1));
            }
        }
    }
}
