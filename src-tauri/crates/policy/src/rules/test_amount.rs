//! `[stage.<name>.test_amount]`: enough tests were run, enough passed, and the suites that matter
//! are among them.

use super::{Rule, test_results::sum, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    pattern::fits,
    when::{When, rule},
    words,
};
use hallmark_evidence::{Kind, TestSummary};

rule! {
    /// How many tests there have to be, and which.
    pub struct TestAmountRule {
        /// The least number of tests that were run.
        #[serde(default)]
        pub minimum: u64,
        /// The least share of those that were run and passed, percent.
        #[serde(default)]
        pub passed_percent: Percent,
        /// Suites that have to be there, by their name; `*` stands for anything.
        #[serde(default)]
        pub suites: Vec<String>,
    }
}

/// A whole number from 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32")]
pub struct Percent(u32);

impl Percent {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Percent {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match number {
            0..=100 => Ok(Self(number)),
            _ => Err(format!("{number} is no share: write 0 to 100")),
        }
    }
}

impl Rule for TestAmountRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Tests)
    }

    fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if self.minimum > 0 {
            let tests = words::counted(self.minimum, "test is", "tests are");
            parts.push(format!("at least {tests} run"));
        }
        if self.passed_percent.0 > 0 {
            parts.push(format!("at least {} % of them pass", self.passed_percent.0));
        }
        if !self.suites.is_empty() {
            parts.push(format!(
                "the suites {} are there",
                words::listed(&self.suites)
            ));
        }
        words::upper(&words::listed(&parts))
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = ("tests-enough", "Enough tests were run");
        let read = view.of_kind(Kind::Tests);
        if read.is_empty() {
            let reason = format!("{}.", view.nothing_of(Kind::Tests));
            return view.check(rule, title, Fail, reason, &read);
        }
        let reports = view.once(Kind::Tests);
        let sum = sum(&reports);
        let suites = reports.iter().filter_map(|item| item.report.tests.as_ref());
        let suites: Vec<&str> = suites
            .flat_map(|tests| &tests.suites)
            .map(String::as_str)
            .collect();
        let mut wrong: Vec<String> = self.figures(&sum);
        let missing = self
            .suites
            .iter()
            .filter(|asked| !suites.iter().any(|name| fits(asked, name)));
        wrong.extend(
            missing.map(|asked| format!("no suite is named “{}”", words::shown(asked, 80))),
        );
        let (verdict, reason) = match wrong.is_empty() {
            true => (
                Pass,
                format!("{} run, {} of them passed.", were(run(&sum)), sum.passed),
            ),
            false => (Fail, format!("{}.", words::upper(&words::listed(&wrong)))),
        };
        view.check(rule, title, verdict, reason, &read)
    }
}

impl TestAmountRule {
    fn figures(&self, sum: &TestSummary) -> Vec<String> {
        let run = run(sum);
        let few = (run < self.minimum)
            .then(|| format!("{} run, at least {} are asked for", were(run), self.minimum));
        let share = u128::from(sum.passed) * 100;
        let asked = u128::from(run) * u128::from(self.passed_percent.0);
        let short = (share < asked || (run == 0 && self.passed_percent.0 > 0)).then(|| {
            format!(
                "{} of {run} passed, at least {} % are asked for",
                sum.passed, self.passed_percent.0
            )
        });
        few.into_iter().chain(short).collect()
    }
}

fn run(sum: &TestSummary) -> u64 {
    sum.passed
        .saturating_add(sum.failed)
        .saturating_add(sum.errored)
}

fn were(tests: u64) -> String {
    words::counted(tests, "test was", "tests were")
}
