//! From components and vulnerabilities to packages, findings and VEX statements.

use super::raw::{Affected, Metadata, RawComponent, RawSubject, RawVulnerability};
use crate::{
    Finding, Format, Kind, Package, Report, Severity, Shared, Subject, Tool, VexStatement,
    VexStatus, Vulnerabilities,
    json::Text,
    purl,
    report::digest_of,
    sbom,
    shared::Pool,
    text::{MAX_NAME, short, some},
    time, vex,
};
use hallmark_image::Digest;
use std::collections::HashMap;

/// What was read so far.
#[derive(Default)]
pub(super) struct Bom {
    pool: Pool,
    packages: Vec<Package>,
    /// Where each component stands in `packages`.
    by_reference: HashMap<Shared, usize>,
    found: Vulnerabilities,
    statements: Vec<VexStatement>,
    /// A vulnerability that nobody has analysed.
    open: bool,
    pub(super) has_components: bool,
    pub(super) has_vulnerabilities: bool,
}

impl Bom {
    /// Keeps the place of a component, before those that are nested in it.
    pub(super) fn begin(&mut self) -> Result<usize, &'static str> {
        sbom::add(&mut self.packages, Package::default())?;
        Ok(self.packages.len() - 1)
    }

    /// Puts a component in its place.
    pub(super) fn end(&mut self, at: usize, raw: &RawComponent<'_>, line: Option<u64>) {
        let pool = &mut self.pool;
        let name = match (raw.group.get(), raw.purl.as_str()) {
            (Some(group), purl) if purl.starts_with("pkg:maven/") => {
                format!("{group}:{}", raw.name.as_str())
            }
            (Some(group), _) => format!("{group}/{}", raw.name.as_str()),
            (None, _) => raw.name.as_str().to_owned(),
        };
        let licences = raw.licences.0.iter().filter_map(|one| {
            let names = [&one.license.id, &one.license.name, &one.expression];
            names.into_iter().find_map(Text::get)
        });
        let licences = licences.filter_map(|licence| pool.some(licence)).collect();
        let package = Package {
            name: pool.name(&name),
            version: pool.some(raw.version.as_str()),
            purl: Pool::once(raw.purl.as_str()),
            sort: pool.some(raw.sort.as_str()),
            licences,
            line,
        };
        if let Some(reference) = Pool::once(raw.reference.as_str()) {
            self.by_reference.insert(reference, at);
        }
        self.packages[at] = package;
    }

    /// Keeps a vulnerability: a finding for each component that it affects.
    pub(super) fn vulnerability(
        &mut self,
        raw: &RawVulnerability<'_>,
        line: Option<u64>,
    ) -> Result<(), &'static str> {
        self.has_vulnerabilities = true;
        let finding = self.finding(raw, line);
        if raw.affects.0.is_empty() {
            self.found.add(finding.clone())?;
        }
        for affected in &raw.affects.0 {
            let fixed = fixed_in(affected);
            let fixed = fixed.and_then(|text| self.pool.some(&text));
            self.found.add(Finding {
                // The reference for now; Bom::settle puts the component in its place.
                package: self.pool.name(affected.reference.as_str()),
                fixed: fixed.or(finding.fixed.clone()),
                ..finding.clone()
            })?;
        }
        match raw.analysis.state.get() {
            Some(state) => self.statement(raw, state, &finding),
            None => {
                self.open = true;
                Ok(())
            }
        }
    }

    fn finding(&mut self, raw: &RawVulnerability<'_>, line: Option<u64>) -> Finding {
        let pool = &mut self.pool;
        let aliases = raw.references.0.iter().filter_map(|other| other.id.get());
        let aliases = aliases.filter(|id| *id != raw.id.as_str());
        let state = raw.analysis.state.as_str();
        let aside = matches!(
            VexStatus::from_word(state),
            VexStatus::NotAffected | VexStatus::Fixed
        );
        Finding {
            id: pool.name(raw.id.as_str()),
            aliases: aliases.filter_map(|id| pool.some(id)).collect(),
            severity: severity(raw),
            source: pool.some(raw.source.name.as_str()),
            fixed: recommended(raw.recommendation.as_str()).and_then(|text| pool.some(text)),
            title: raw
                .description
                .as_str()
                .lines()
                .next()
                .and_then(|line| pool.some(line)),
            status: pool.some(state),
            url: pool.some(raw.source.url.as_str()),
            suppressed: aside,
            published: time::day(raw.published.as_str()),
            line: line.and_then(|line| u32::try_from(line).ok()),
            ..Finding::default()
        }
    }

    fn statement(
        &mut self,
        raw: &RawVulnerability<'_>,
        state: &str,
        finding: &Finding,
    ) -> Result<(), &'static str> {
        let pool = &mut self.pool;
        let products = raw.affects.0.iter();
        let statement = VexStatement {
            id: finding.id.clone(),
            aliases: finding.aliases.to_vec(),
            products: products
                .filter_map(|one| pool.some(one.reference.as_str()))
                .collect(),
            parts: Vec::new(),
            status: VexStatus::from_word(state),
            justification: pool.some(raw.analysis.justification.as_str()),
            words: pool.some(raw.analysis.detail.as_str()),
            line: finding.line.map(u64::from),
        };
        vex::add(&mut self.statements, statement)
    }

    /// Names in each finding the component that its reference stands for.
    fn settle(&mut self, subject: &RawSubject<'_>) {
        for finding in &mut self.found.findings {
            let reference = finding.package.clone();
            let local = local(&reference);
            let known = self.by_reference.get(&*local).map(|at| &self.packages[*at]);
            if let Some(package) = known {
                finding.package = package.name.clone();
                finding.installed = package.version.clone().unwrap_or_default();
                finding.purl.clone_from(&package.purl);
            } else if local == subject.reference.as_str() {
                finding.package = self.pool.name(subject.name.as_str());
                finding.installed = self.pool.name(subject.version.as_str());
            } else if let Some(parts) = purl::parse(&local) {
                finding.package = self.pool.name(&parts.name());
                finding.installed = self.pool.name(&parts.version());
                finding.purl = self.pool.some(&local);
            }
        }
    }

    pub(super) fn report(mut self, version: &str, metadata: &Metadata<'_>) -> Report {
        self.settle(&metadata.component);
        let kind = match (self.has_vulnerabilities, self.has_components) {
            (true, false) if self.open => Kind::Vulnerabilities,
            (true, false) => Kind::Vex,
            _ => Kind::Sbom,
        };
        let warnings = self.warnings(version, kind);
        let is_vex = kind == Kind::Vex || !self.statements.is_empty();
        self.found.scanned = self.has_vulnerabilities;
        Report {
            tool: tool(metadata),
            subject: subject(&metadata.component),
            produced_at: time::timestamp(metadata.timestamp.as_str()),
            vulnerabilities: self.has_vulnerabilities.then_some(self.found),
            packages: (kind == Kind::Sbom).then_some(self.packages),
            vex: is_vex.then_some(self.statements),
            warnings,
            ..Report::new(Format::Cyclonedx, kind)
        }
    }

    fn warnings(&self, version: &str, kind: Kind) -> Vec<String> {
        let known = ["", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"].contains(&version);
        let new = (!known).then(|| {
            let version = short(version, 40);
            format!("CycloneDX version {version} is not known; it is read as version 1.7")
        });
        let none = kind == Kind::Sbom && self.packages.is_empty();
        let none = none.then(|| sbom::NO_PACKAGES.to_owned());
        new.into_iter().chain(none).collect()
    }
}

/// The reference within this document that a link from another names, `urn:cdx:…#ref`.
fn local(reference: &str) -> String {
    match reference
        .strip_prefix("urn:cdx:")
        .and_then(|link| link.split_once('#'))
    {
        Some((_, local)) => purl::decoded(local),
        None => reference.to_owned(),
    }
}

/// The rating of the advisory's own publisher, else the gravest of all.
fn severity(raw: &RawVulnerability<'_>) -> Severity {
    let rated = raw.ratings.0.iter().map(|rating| {
        let word = Severity::from_word(rating.severity.as_str());
        let score = rating.score.0.map(Severity::of_score).unwrap_or_default();
        let severity = if word == Severity::Unknown {
            score
        } else {
            word
        };
        let own = rating
            .source
            .name
            .get()
            .is_some_and(|name| name == raw.source.name.as_str());
        (own && severity != Severity::Unknown, severity)
    });
    rated
        .max()
        .map(|(_, severity)| severity)
        .unwrap_or_default()
}

/// The versions of a component that are said to be fine.
fn fixed_in(affected: &Affected<'_>) -> Option<String> {
    let fine = affected.versions.0.iter();
    let fine = fine.filter(|version| version.status.as_str() == "unaffected");
    let fine: Vec<&str> = fine
        .filter_map(|one| one.version.get().or(one.range.get()))
        .collect();
    (!fine.is_empty()).then(|| fine.join(", "))
}

/// “Upgrade name to version 1.2”, as scanners write it.
fn recommended(text: &str) -> Option<&str> {
    let (before, version) = text.split_once(" to version ")?;
    let version = version.lines().next()?.trim().trim_end_matches('.');
    before.starts_with("Upgrade").then_some(version)
}

fn tool(metadata: &Metadata<'_>) -> Option<Tool> {
    let first = metadata.tools.0.first()?;
    let own = Tool::named(first.name.as_str(), first.version.as_str());
    let inner = || first.components.0.first();
    own.or_else(|| Tool::named(inner()?.name.as_str(), inner()?.version.as_str()))
}

/// An image is named by its package URL, by Syft's version or by Trivy's properties.
fn subject(component: &RawSubject<'_>) -> Option<Subject> {
    let parts = purl::parse(component.purl.as_str());
    let by_purl = parts.as_ref().and_then(purl::Purl::digest);
    let by_version: Option<Digest> = component.version.as_str().parse().ok();
    let mut subject = Subject {
        name: some(component.name.as_str(), MAX_NAME),
        platform: parts.and_then(|parts| parts.platform()),
        ..Subject::default()
    };
    subject.add(by_purl);
    subject.add(by_version);
    for property in &component.properties.0 {
        let value = property.value.as_str();
        match property.name.as_str() {
            "aquasecurity:trivy:ImageID" => subject.image_id = value.parse().ok(),
            "aquasecurity:trivy:RepoDigest" => subject.add(digest_of(value)),
            _ => {}
        }
    }
    subject.known()
}
