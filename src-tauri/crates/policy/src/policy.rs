//! A policy's text, read and checked as a whole.
//!
//! The text itself is kept: its digest is what a decision names, and a person's comments
//! survive.

use crate::{
    PolicyError, StageRules,
    pattern::fits,
    raw::{Overlay, Stages, overlaid},
    rego,
};
use hallmark_image::Digest;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

const GOLDEN: &str = include_str!("golden.toml");
const VERSION: u32 = 1;
const MAX_POLICY_BYTES: usize = 1024 * 1024;

/// A policy that was read and found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    text: String,
    stages: BTreeMap<String, StageRules>,
    raw: Stages,
    overlays: Vec<Overlay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: Spanned<u32>,
    #[serde(default)]
    stage: Stages,
    #[serde(default, rename = "for")]
    overlays: Vec<Overlay>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Names line, column and reason of the first thing that is wrong: no TOML, an unknown
    /// key or value, a version this program does not know, or a rule that contradicts itself.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::at(text, 0, "the policy is larger than 1 MiB"));
        }
        let document: Document = toml::from_str(text).map_err(|error| refused(text, &error))?;
        check_version(text, &document.version)?;
        check_requires(text, &document.stage)?;
        for overlay in &document.overlays {
            check_requires(text, &overlaid(&document.stage, overlay))?;
            check_own(text, &overlay.stage)?;
        }
        check_own(text, &document.stage)?;
        Ok(Self {
            text: text.to_owned(),
            stages: rules(&document.stage),
            raw: document.stage,
            overlays: document.overlays,
        })
    }

    /// The same policy as it is for one repository, by host and path: what is asked of all, with
    /// what every `[[for]]` that fits has instead, in the order in which they are written. Text
    /// and digest stay those of the whole.
    #[must_use]
    pub fn for_repository(&self, repository: &str) -> Self {
        let fit = |overlay: &&Overlay| overlay.repositories.iter().any(|p| fits(p, repository));
        let fitting = self.overlays.iter().filter(fit);
        let raw = fitting.fold(self.raw.clone(), |stages, overlay| {
            overlaid(&stages, overlay)
        });
        Self {
            text: self.text.clone(),
            stages: rules(&raw),
            raw,
            overlays: Vec::new(),
        }
    }

    /// What some repositories have instead of what is asked of all: their patterns, and their
    /// stages by name.
    pub fn exceptions(&self) -> impl Iterator<Item = (&[String], BTreeMap<String, StageRules>)> {
        self.overlays.iter().map(|overlay| {
            let own = overlaid(&self.raw, overlay);
            let named = overlay.stage.keys();
            let stages =
                named.filter_map(|name| Some((name.clone(), own.get(name)?.clone().rules())));
            (overlay.repositories.as_slice(), stages.collect())
        })
    }

    /// The policy a new workspace begins with.
    pub fn golden_default() -> Self {
        // The text is part of the program and a test reads it, so this cannot be the empty
        // policy; and even that one would refuse every stage.
        Self::parse(GOLDEN).unwrap_or_else(|_| Self {
            text: GOLDEN.to_owned(),
            stages: BTreeMap::new(),
            raw: Stages::new(),
            overlays: Vec::new(),
        })
    }

    /// The text, exactly as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest of the text: the policy's name in a decision.
    pub fn digest(&self) -> Digest {
        Digest::sha256(&self.text)
    }

    /// Whether the policy has rules for the stage.
    pub fn has_stage(&self, name: &str) -> bool {
        self.stages.contains_key(name)
    }

    /// The names of the stages, sorted.
    pub fn stages(&self) -> impl Iterator<Item = &str> {
        self.stages.keys().map(String::as_str)
    }

    /// The stage's rules. For a stage that the policy lacks, one approval and nothing else;
    /// [`evaluate`](crate::evaluate) refuses it.
    pub fn stage(&self, name: &str) -> StageRules {
        self.stages.get(name).cloned().unwrap_or(StageRules {
            approvals: 1,
            ..StageRules::default()
        })
    }
}

fn rules(stages: &Stages) -> BTreeMap<String, StageRules> {
    let stages = stages.clone().into_iter();
    stages.map(|(name, raw)| (name, raw.rules())).collect()
}

fn refused(text: &str, error: &toml::de::Error) -> PolicyError {
    let at = error.span().map_or(0, |span| span.start);
    PolicyError::at(text, at, error.message())
}

fn check_version(text: &str, version: &Spanned<u32>) -> Result<(), PolicyError> {
    match *version.get_ref() {
        VERSION => Ok(()),
        other => {
            let reason = format!("version {other} is not known; this program reads version 1");
            Err(PolicyError::at(text, version.span().start, reason))
        }
    }
}

/// Every stage that is required has to exist, and none may wait for itself.
fn check_requires(text: &str, stages: &Stages) -> Result<(), PolicyError> {
    for (name, stage) in stages {
        for earlier in stage.requires() {
            let reason = match stages.contains_key(earlier.get_ref()) {
                false => format!("no stage is named “{}”", earlier.get_ref()),
                true if waits_for(stages, earlier.get_ref(), name) => {
                    format!("the stage “{name}” would wait for itself")
                }
                true => continue,
            };
            return Err(PolicyError::at(text, earlier.span().start, reason));
        }
    }
    Ok(())
}

/// Every rule of the team's own can be asked, and is called what no other is.
fn check_own(text: &str, stages: &Stages) -> Result<(), PolicyError> {
    for stage in stages.values() {
        let mut names = BTreeSet::new();
        for rule in stage.own() {
            let span = rule.text.span();
            if !names.insert(&rule.name) {
                let reason = format!("two rules are named “{}”", rule.name);
                return Err(PolicyError::at(text, span.start, reason));
            }
            if let Err(wrong) = rego::check(rule.text.get_ref()) {
                let at = within(text, span, rule.text.get_ref(), wrong.place);
                return Err(PolicyError::at(text, at, wrong.reason));
            }
        }
    }
    Ok(())
}

/// The byte of a place in a text that stands in the policy, where it stands as it is.
fn within(
    text: &str,
    span: std::ops::Range<usize>,
    inner: &str,
    place: Option<(usize, usize)>,
) -> usize {
    let found = text.get(span.clone()).and_then(|raw| raw.find(inner));
    let (Some(begins), Some((line, column))) = (found, place) else {
        return span.start;
    };
    let lines = inner.split_inclusive('\n').take(line.saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    let rest = inner.get(before..).unwrap_or_default();
    let characters = rest.chars().take(column.saturating_sub(1));
    span.start + begins + before + characters.map(char::len_utf8).sum::<usize>()
}

/// Whether `stage` is `other`, or requires it at some remove.
fn waits_for(stages: &Stages, stage: &str, other: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next = vec![stage];
    while let Some(name) = next.pop() {
        if name == other {
            return true;
        }
        if seen.insert(name) {
            let rules = stages.get(name).into_iter();
            next.extend(
                rules
                    .flat_map(|rules| rules.requires())
                    .map(|r| r.get_ref().as_str()),
            );
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Signer};
    use hallmark_evidence::{Kind, Severity};
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        Policy::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_default_is_read_and_keeps_its_comments() {
        let policy = Policy::parse(GOLDEN).unwrap();
        assert_eq!(policy, Policy::golden_default());
        assert_eq!(policy.stages().collect::<Vec<_>>(), ["dev", "golden", "qa"]);
        assert!(policy.text().starts_with("# Hallmark's policy"));
        assert_eq!(policy.digest(), Digest::sha256(policy.text()));
    }

    #[test]
    fn the_default_asks_what_it_says() {
        let policy = Policy::golden_default();
        assert_eq!(policy.stage("dev"), StageRules::default());
        let qa = policy.stage("qa");
        assert_eq!((qa.approvals, qa.evidence), (0, vec![Kind::Tests]));
        let golden = policy.stage("golden");
        assert_eq!(golden.approvals, 1);
        assert_eq!(golden.evidence, [Kind::Tests, Kind::Vulnerabilities]);
        assert_eq!(golden.signed, []);
        let scan = golden.scan.unwrap();
        assert_eq!(
            (scan.max_age_days, scan.refuse_fixable),
            (7, Severity::High)
        );
        assert_eq!(golden.tests.unwrap().skipped, Level::Allow);
    }

    #[test]
    fn a_stage_that_is_missing_still_needs_an_approval() {
        let policy = Policy::golden_default();
        assert!(!policy.has_stage("canary"));
        assert_eq!(policy.stage("canary").approvals, 1);
    }

    #[test]
    fn signers_are_anyone_a_role_or_a_member() {
        let text = "version = 1\n[stage.golden]\nsigned = [{ kind = \"tests\" }, \
                    { kind = \"sbom\", by = \"role:ci\" }, { kind = \"vex\", by = \"member:a@b\" }]\n";
        let signed = Policy::parse(text).unwrap().stage("golden").signed;
        let by: Vec<Signer> = signed.into_iter().map(|rule| rule.by).collect();
        let named = |name: &str| name.to_owned();
        assert_eq!(
            by,
            [
                Signer::Anyone,
                Signer::Role(named("ci")),
                Signer::Member(named("a@b"))
            ]
        );
    }

    fn assert_refused(text: &str, line: usize, column: usize, reason: &str) {
        let error = Policy::parse(text).unwrap_err();
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text}: {error}"
        );
        assert!(error.reason.contains(reason), "{text}: {error}");
    }

    #[test]
    fn a_document_that_is_wrong_is_refused_with_line_column_and_reason() {
        assert_refused("version = 2", 1, 11, "version 2 is not known");
        assert_refused("", 1, 1, "missing field `version`");
        assert_refused("version = 1\n\nstages = 1", 3, 1, "unknown field `stages`");
        assert_refused("version = 1\n[stage.qa", 2, 10, "unclosed table");
    }

    #[test]
    fn a_rule_that_is_wrong_is_refused_with_line_column_and_reason() {
        for (line, column, reason) in [
            ("aproval = 1", 1, "unknown field `aproval`"),
            ("approvals = -1", 13, "invalid value"),
            ("approvals = \"1\"", 13, "invalid type"),
            ("evidence = [\"test\"]", 13, "unknown variant `test`"),
            ("scan.refuse_fixable = \"bad\"", 23, "unknown variant `bad`"),
            ("scan.max_age_days = 0", 21, "has to be 1 or more"),
            ("tests.skipped = true", 17, "wanted string"),
            (
                "signed = [{ kind = \"vex\", by = \"ci\" }]",
                32,
                "“ci” names no signer",
            ),
            ("requires = [\"tset\"]", 13, "no stage is named “tset”"),
            ("requires = [\"qa\"]", 13, "would wait for itself"),
        ] {
            let text = format!("version = 1\n[stage.qa]\n{line}\n");
            assert_refused(&text, 3, column, reason);
        }
    }

    #[test]
    fn stages_that_wait_for_each_other_are_refused() {
        let text = "version = 1\n[stage.a]\nrequires = [\"b\"]\n[stage.b]\nrequires = [\"c\"]\n\
                    [stage.c]\nrequires = [\"a\"]\n";
        assert!(refused(text).contains("the stage “a” would wait for itself"));
        let fine = "version = 1\n[stage.a]\n[stage.b]\nrequires = [\"a\"]\n[stage.c]\nrequires = [\"a\", \"b\"]";
        assert_eq!(Policy::parse(fine).unwrap().stage("c").requires, ["a", "b"]);
    }

    #[test]
    fn a_policy_without_measure_is_refused() {
        let text = format!("version = 1\n#{}", "x".repeat(MAX_POLICY_BYTES));
        assert!(refused(&text).contains("larger than 1 MiB"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text: String) {
            let _ = Policy::parse(&text);
        }

        #[test]
        fn no_change_to_the_default_makes_the_reader_panic(at: prop::sample::Index, by: char, cut: bool) {
            let at = GOLDEN.floor_char_boundary(at.index(GOLDEN.len()));
            let rest = if cut { "" } else { &GOLDEN[at..] };
            if let Err(error) = Policy::parse(&format!("{}{by}{rest}", &GOLDEN[..at])) {
                prop_assert!(error.line >= 1 && error.column >= 1);
            }
        }
    }
}
