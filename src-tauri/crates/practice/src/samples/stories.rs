//! The five stories: which image, which reports about it, and who asks for it with which words.

use super::{
    SampleApproval, SampleImage, SampleReport, Story,
    image::{BuildError, Built, Recipe},
    junit::Run,
    packages::{DEBIAN, FIXED_SINCE, Finding, Month, NODE, OPEN, PYTHON, STOREFRONT},
    suites::{self, Exception, Group, expand},
    trivy::Scan,
};
use hallmark_image::ReferenceError;
use jiff::{SignedDuration, Timestamp};

/// One story, before it is built.
struct Plot {
    story: Story,
    recipe: Recipe,
    /// What the scanner finds.
    findings: Vec<&'static Finding>,
    /// The tool's name, the tests, and those that did not pass.
    tests: (
        &'static str,
        &'static [&'static Group],
        &'static [Exception],
    ),
    /// The image the scans are about, where it is another one.
    scanned: Option<Recipe>,
    requester: &'static str,
    message: &'static str,
    run: u32,
    ticket: &'static str,
    /// Hours from the build to the request; the reports come between the two.
    asked_after: i64,
    approval: Option<SampleApproval>,
}

/// The images of all stories. Everything they are made of is fixed, so a story that cannot be
/// built is a mistake here, which the tests of this crate would show.
pub(super) fn images(now: Timestamp) -> Vec<SampleImage> {
    plots(now)
        .into_iter()
        .filter_map(|plot| {
            let story = plot.story;
            plot.build()
                .inspect_err(|error| tracing::error!(?story, %error, "a sample cannot be built"))
                .ok()
        })
        .collect()
}

fn plots(now: Timestamp) -> [Plot; 5] {
    [
        golden(now),
        candidate(now),
        failing(now),
        fixable(now),
        misplaced(now),
    ]
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

const PYTEST: &str = "pytest tests";
const LAST_BASE: &str = "platform/base-debian:12.12-2";
const THIS_BASE: &str = "platform/base-debian:12.12-3";

fn api(tag: &'static str, month: Month, base: &'static str, created: Timestamp) -> Recipe {
    Recipe {
        repository: "payments/api",
        tag,
        title: "Payments API",
        base,
        month,
        system: DEBIAN,
        application: PYTHON,
        command: &["uvicorn", "payments.api:app", "--port", "8080"],
        created,
    }
}

fn golden(now: Timestamp) -> Plot {
    let approved = now - hours(31 * 24);
    Plot {
        story: Story::GoldenLastMonth,
        recipe: api("2.8.0", Month::Last, LAST_BASE, approved - hours(27)),
        findings: OPEN.iter().chain(FIXED_SINCE).collect(),
        tests: (PYTEST, suites::API_BEFORE, suites::API_SKIPPED),
        scanned: None,
        requester: "mara",
        message: "monthly release, with SEPA instant payouts",
        run: 4187,
        ticket: "PAY-902",
        asked_after: 3,
        approval: Some(SampleApproval {
            approver: "ines",
            message: "the refund suite is green, and neither High finding has a fix yet",
            at: approved,
        }),
    }
}

fn candidate(now: Timestamp) -> Plot {
    Plot {
        story: Story::GoodCandidate,
        recipe: api("2.8.1", Month::This, THIS_BASE, now - hours(4)),
        findings: OPEN.iter().collect(),
        tests: (PYTEST, suites::API, suites::API_SKIPPED),
        scanned: None,
        requester: "mara",
        message: "hotfix for the refund rounding",
        run: 4412,
        ticket: "PAY-981",
        asked_after: 2,
        approval: None,
    }
}

fn failing(now: Timestamp) -> Plot {
    Plot {
        story: Story::FailingTests,
        recipe: Recipe {
            repository: "payments/worker",
            title: "Payments worker",
            command: &["python", "-m", "payments.worker"],
            ..api("2.8.1", Month::This, THIS_BASE, now - hours(6))
        },
        findings: OPEN.iter().collect(),
        tests: (PYTEST, suites::WORKER, suites::WORKER_FAILURES),
        scanned: None,
        requester: "jonas",
        message: "goes out together with api 2.8.1",
        run: 4409,
        ticket: "PAY-984",
        asked_after: 3,
        approval: None,
    }
}

fn fixable(now: Timestamp) -> Plot {
    Plot {
        story: Story::FixableCritical,
        recipe: Recipe {
            repository: "web/storefront",
            title: "Storefront",
            application: NODE,
            command: &["node", "server.js"],
            ..api("5.0.0-rc2", Month::This, THIS_BASE, now - hours(52))
        },
        findings: OPEN.iter().chain(STOREFRONT).collect(),
        tests: ("vitest tests", suites::STOREFRONT, &[]),
        scanned: None,
        requester: "lena",
        message: "second candidate for the winter shop",
        run: 913,
        ticket: "WEB-2210",
        asked_after: 4,
        approval: None,
    }
}

fn misplaced(now: Timestamp) -> Plot {
    let base = |tag, created| Recipe {
        repository: "platform/base-debian",
        title: "Base image, Debian 12",
        application: &[],
        command: &["bash"],
        ..api(tag, Month::This, "debian:12.12-slim", created)
    };
    Plot {
        story: Story::EvidenceForAnother,
        recipe: base("12.12-4", now - hours(30)),
        findings: OPEN.iter().collect(),
        tests: ("bats", suites::BASE, &[]),
        scanned: Some(base("12.12-3", now - hours(30 + 19 * 24))),
        requester: "tom",
        message: "this month’s patches of Debian",
        run: 388,
        ticket: "PLT-517",
        asked_after: 6,
        approval: None,
    }
}

/// Why a story cannot be built.
#[derive(Debug, thiserror::Error)]
enum PlotError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Name(#[from] ReferenceError),
    #[error(transparent)]
    Report(#[from] std::io::Error),
}

impl Plot {
    fn build(self) -> Result<SampleImage, PlotError> {
        let built = self.recipe.build()?;
        let other = self.scanned.as_ref().map(Recipe::build).transpose()?;
        let mut reports = vec![self.tested()?];
        match (&self.scanned, &other) {
            (Some(recipe), Some(other)) => reports.extend(self.scans(recipe, other)),
            _ => reports.extend(self.scans(&self.recipe, &built)),
        }
        let blobs = built.blobs();
        let children = built.variants.into_iter().map(|variant| variant.manifest);
        let source = self.recipe.source();
        Ok(SampleImage {
            repository: self.recipe.repository.parse()?,
            tag: self.recipe.tag.parse()?,
            story: self.story,
            manifest: built.index,
            children: children.collect(),
            blobs,
            reports,
            requester: self.requester,
            message: self.message,
            run_url: format!("{source}/actions/runs/{}", self.run),
            ticket_url: format!("https://tickets.example.com/browse/{}", self.ticket),
            requested_at: self.asked_at(),
            approval: self.approval,
        })
    }

    fn asked_at(&self) -> Timestamp {
        self.recipe.created + hours(self.asked_after)
    }

    /// CI runs the tests once, for the whole image.
    fn tested(&self) -> Result<SampleReport, PlotError> {
        let (tool, groups, exceptions) = self.tests;
        let run = Run {
            tool,
            suites: expand(groups, exceptions),
            at: self.recipe.created + SignedDuration::from_mins(9),
        };
        Ok(SampleReport {
            name: "junit.xml".to_owned(),
            bytes: run.write()?.into(),
            platform: None,
        })
    }

    /// And scans each platform.
    fn scans(&self, recipe: &Recipe, image: &Built) -> Vec<SampleReport> {
        let after = SignedDuration::from_mins(41);
        let variants = image.variants.iter();
        let scans = variants.map(|variant| {
            let scan = Scan {
                recipe,
                index: image.index.digest(),
                variant,
                findings: self.findings.clone(),
                at: self.recipe.created + after,
            };
            SampleReport {
                name: format!("trivy-linux-{}.json", variant.platform.architecture),
                bytes: scan.write().into(),
                platform: Some(variant.platform.clone()),
            }
        });
        scans.collect()
    }
}
