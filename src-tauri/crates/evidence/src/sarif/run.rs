//! The runs of a report, added up.

use super::{
    advisory::{fact, id_of, is_advisory, sentence, severity},
    raw::{Invocation, RawResult, RawRule, RawTool, RunProperties},
};
use crate::{
    Finding, Issue, IssueLevel, Severity, Shared, Subject, Tool, Vulnerabilities, issues,
    json::{Inner, List, Nested, Object, each},
    place::Lines,
    purl,
    report::digest_of,
    shared::Pool,
    text::{MAX_NAME, some},
    time,
};
use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::HashMap, fmt};

/// What was read so far.
pub(super) struct Sum<'a> {
    lines: Lines<'a>,
    pool: Pool,
    pub(super) found: Vulnerabilities,
    pub(super) issues: Vec<Issue>,
    pub(super) tool: Option<Tool>,
    pub(super) subject: Option<Subject>,
    pub(super) produced_at: Option<Timestamp>,
    /// A tool that writes nothing but scans wrote one of the runs.
    pub(super) is_scan: bool,
}

impl<'a> Sum<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            pool: Pool::default(),
            found: Vulnerabilities::default(),
            issues: Vec::new(),
            tool: None,
            subject: None,
            produced_at: None,
            is_scan: false,
        }
    }
}

/// The array of runs.
pub(super) struct Runs<'s, 'a>(pub(super) &'s mut Sum<'a>);

impl<'de> DeserializeSeed<'de> for Runs<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Runs<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            let mut run = Run::of(self.0);
            match seq.next_element_seed(Inner(&mut run))? {
                Some(()) => run.finish().map_err(crate::json::too_many)?,
                None => return Ok(()),
            }
        }
    }
}

/// One run. Its results may stand before its rules, so that those are kept until its end.
struct Run<'s, 'a> {
    sum: &'s mut Sum<'a>,
    tool: RawTool<'a>,
    results: Vec<RawResult<'a>>,
    properties: RunProperties<'a>,
    invocations: List<Invocation<'a>>,
}

impl<'s, 'a> Run<'s, 'a> {
    fn of(sum: &'s mut Sum<'a>) -> Self {
        Self {
            sum,
            tool: RawTool::default(),
            results: Vec::new(),
            properties: RunProperties::default(),
            invocations: List::default(),
        }
    }
}

impl<'de> Object<'de> for Run<'_, 'de> {
    const NAMES: &'static [&'static str] = &["tool", "results", "properties", "invocations"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "tool" => self.tool = map.next_value::<Nested<_>>()?.0,
            "properties" => self.properties = map.next_value::<Nested<_>>()?.0,
            "invocations" => self.invocations = map.next_value()?,
            _ => {
                let results = &mut self.results;
                map.next_value_seed(each(|raw: RawResult<'de>| {
                    let room = results.len() < MAX_RESULTS;
                    results.push(raw);
                    room.then_some(()).ok_or("findings")
                }))?;
            }
        }
        Ok(())
    }
}

/// The most results of one run that are kept until its rules are known.
const MAX_RESULTS: usize = 200_000;

/// The rules of a run, as results name them.
struct Rules<'r, 'a> {
    list: &'r [RawRule<'a>],
    by_id: HashMap<&'r str, &'r RawRule<'a>>,
}

impl<'r, 'a> Rules<'r, 'a> {
    fn of(tool: &'r RawTool<'a>) -> Self {
        let list = &tool.driver.rules.0;
        let extensions = tool.extensions.0.iter().flat_map(|part| &part.rules.0);
        let all = extensions.chain(list);
        Self {
            list,
            by_id: all.map(|rule| (rule.id.as_str(), rule)).collect(),
        }
    }

    /// By its id, which may have a part of its own behind a slash, else by its number.
    fn find(&self, result: &RawResult<'_>, id: &str) -> Option<&'r RawRule<'a>> {
        let parent = || id.rsplit_once('/').and_then(|(id, _)| self.by_id.get(id));
        let by_id = self.by_id.get(id).or_else(parent).copied();
        let index = result.rule_index.count().or(result.rule.index.count());
        let index = index.and_then(|index| usize::try_from(index).ok());
        by_id.or_else(|| self.list.get(index?))
    }
}

impl Run<'_, '_> {
    fn finish(self) -> Result<(), &'static str> {
        let driver = &self.tool.driver;
        let version = driver.semantic_version.get().or(driver.version.get());
        let tool = Tool::named(driver.name.as_str(), version.unwrap_or_default());
        self.sum.tool = self.sum.tool.take().or(tool);
        self.sum.is_scan |= writes_only_scans(driver.name.as_str());
        for invocation in &self.invocations.0 {
            let end = time::timestamp(invocation.end_time_utc.as_str());
            let at = end.or_else(|| time::timestamp(invocation.start_time_utc.as_str()));
            self.sum.produced_at = self.sum.produced_at.max(at);
        }
        self.sum.subject = self
            .sum
            .subject
            .take()
            .or_else(|| subject(&self.properties));
        let rules = Rules::of(&self.tool);
        for result in &self.results {
            let id = result.rule_id.get().or(result.rule.id.get());
            let rule = rules.find(result, id.unwrap_or_default());
            let id = id.or(rule.and_then(|rule| rule.id.get()));
            self.sum.add(result, rule, id.unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Grype and its like know nothing but vulnerabilities; an empty report of theirs is a scan.
fn writes_only_scans(tool: &str) -> bool {
    let tool = tool.to_ascii_lowercase();
    let scanners = [
        "grype",
        "trivy",
        "osv-scanner",
        "docker scout",
        "snyk container",
    ];
    scanners.contains(&tool.as_str())
}

fn subject(run: &RunProperties<'_>) -> Option<Subject> {
    let name = run.image_name.as_str();
    let mut subject = Subject {
        digest: digest_of(name),
        name: some(name, MAX_NAME),
        image_id: run.image_id.as_str().parse().ok(),
        ..Subject::default()
    };
    for reference in &run.repo_digests.0 {
        subject.add(digest_of(reference.as_str()));
    }
    subject.known()
}

impl Sum<'_> {
    fn add(
        &mut self,
        result: &RawResult<'_>,
        rule: Option<&RawRule<'_>>,
        id: &str,
    ) -> Result<(), &'static str> {
        if matches!(result.kind.as_str(), "pass" | "notApplicable") {
            return Ok(());
        }
        // A message of several lines is not found again; the rule's id is, where it is given.
        let known = [&result.rule_id, &result.message.text];
        let line = known
            .into_iter()
            .find_map(|text| self.lines.line_of_part(text.get()?));
        let suppressed = result.suppressions.0.iter();
        let suppressed = suppressed
            .filter(|one| !matches!(one.status.as_str(), "rejected" | "underReview"))
            .count()
            > 0;
        match is_vulnerability(id, rule) {
            true => {
                let finding = self.finding(result, rule, id);
                self.found.add(Finding {
                    suppressed,
                    line: line.and_then(|line| u32::try_from(line).ok()),
                    ..finding
                })
            }
            false => {
                let issue = Issue {
                    rule: self.pool.name(id),
                    level: level(result, rule),
                    message: self.pool.some(result.message.text.as_str()),
                    source: self.place(result),
                    suppressed,
                    line,
                };
                issues::add(&mut self.issues, issue)
            }
        }
    }

    fn finding(&mut self, result: &RawResult<'_>, rule: Option<&RawRule<'_>>, id: &str) -> Finding {
        let message = result.message.text.as_str();
        let help = rule.map_or("", |rule| rule.help.text.as_str());
        let said = |names: &[&str]| fact(message, names).or_else(|| fact(help, names));
        let purls = result.properties.purls.0.iter();
        let purls = purls.chain(rule.iter().flat_map(|rule| &rule.properties.purls.0));
        let purl = purls.map(|purl| purl.as_str()).next();
        let of_purl = purl.and_then(purl::parse);
        let spoken = sentence(message);
        let package = said(&["Package"]).or(spoken.map(|(name, _)| name));
        let package = package
            .map(str::to_owned)
            .or(of_purl.as_ref().map(purl::Purl::name));
        let package = package.unwrap_or_default();
        let installed = fact(message, &["Installed Version"]).or_else(|| said(&["Version"]));
        let installed = installed
            .or(spoken.map(|(_, version)| version))
            .map(str::to_owned);
        let installed = installed.or(of_purl.as_ref().map(purl::Purl::version));
        let fixed = said(&["Fixed Version", "Fix Version"]);
        let fixed = fixed.or(rule.and_then(|rule| rule.properties.fixed_version.get()));
        let title = rule.and_then(|rule| {
            let words = [&rule.short_description, &rule.full_description];
            words.into_iter().find_map(|text| text.text.get())
        });
        let target = self.place(result);
        let pool = &mut self.pool;
        Finding {
            id: pool.name(id_of(id, &package)),
            severity: grade(result, rule),
            installed: pool.name(&installed.unwrap_or_default()),
            fixed: fixed
                .filter(|text| *text != "not fixed")
                .and_then(|text| pool.some(text)),
            title: title.and_then(|text| pool.some(text)),
            url: rule.and_then(|rule| pool.some(rule.help_uri.as_str())),
            purl: purl.and_then(|purl| pool.some(purl)),
            package: pool.name(&package),
            target,
            ..Finding::default()
        }
    }

    fn place(&mut self, result: &RawResult<'_>) -> Option<Shared> {
        let place = &result.locations.0.first()?.physical_location;
        let uri = place.artifact_location.uri.get()?;
        match place.region.start_line.count() {
            Some(line) => self.pool.some(&format!("{uri}:{line}")),
            None => self.pool.some(uri),
        }
    }
}

fn is_vulnerability(id: &str, rule: Option<&RawRule<'_>>) -> bool {
    let by_rule = |rule: &RawRule<'_>| {
        let tags = &rule.properties.tags.0;
        rule.name.as_str().ends_with("Vulnerability")
            || tags.iter().any(|tag| tag.as_str() == "vulnerability")
    };
    is_advisory(id) || rule.is_some_and(by_rule)
}

/// SARIF 2.1.0, 3.27.10: the result's own level, else its rule's, else a warning.
fn level(result: &RawResult<'_>, rule: Option<&RawRule<'_>>) -> IssueLevel {
    let by_rule = || IssueLevel::from_word(rule?.default_configuration.level.as_str());
    let by_kind = || match result.kind.as_str() {
        "" | "fail" => IssueLevel::Warning,
        _ => IssueLevel::None,
    };
    let own = IssueLevel::from_word(result.level.as_str());
    own.or_else(by_rule).unwrap_or_else(by_kind)
}

/// The scanner's own word, in the message, the tags or the help; else the score, which is
/// the worst that anybody gave and often not what the scanner goes by.
fn grade(result: &RawResult<'_>, rule: Option<&RawRule<'_>>) -> Severity {
    let message = result.message.text.as_str();
    let word = fact(message, &["Severity"]).or_else(|| severity(message));
    let in_tags = || {
        let tags = rule?
            .properties
            .tags
            .0
            .iter()
            .map(|tag| Severity::from_word(tag.as_str()));
        tags.max().filter(|severity| *severity != Severity::Unknown)
    };
    let in_help = || fact(rule?.help.text.as_str(), &["Severity"]).map(Severity::from_word);
    let score = || {
        let own = result.properties.security_severity.0;
        let score = own.or(rule.and_then(|rule| rule.properties.security_severity.0));
        score.map(Severity::of_score)
    };
    let word = word.map(Severity::from_word);
    word.or_else(in_tags)
        .or_else(in_help)
        .or_else(score)
        .unwrap_or_default()
}
