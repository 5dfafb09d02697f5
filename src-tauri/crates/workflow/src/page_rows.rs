//! The tests and findings of the image that is looked through: gathered once, in every order that
//! is asked for, so that a page costs its own rows alone. They are dropped on leaving.

use crate::{
    desk::{Parsed, held},
    difference::findings,
    dto::{
        FindingRow, FindingsQuery, FindingsShow, FindingsSort, TestRow, TestsQuery, TestsShow,
        TestsSort,
    },
    image::Image,
    weigh::Weighed,
};
use hallmark_evidence::{Severity, TestCase, Verdict};
use hallmark_image::Digest;
use std::{
    cmp::Ordering,
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
};

/// Reports of tests that count, each with its digest.
type Reports = Vec<(Digest, Parsed)>;
/// Where a test case stands: its report, and its place in it.
type At = (u32, u32);
/// An answer that was given last, by its question.
type Last<Q> = Mutex<Option<(Q, Arc<Vec<u32>>)>>;

/// What is shown of one image, page by page.
pub(crate) struct Opened {
    pub(crate) image: String,
    /// The reports it was gathered from, in order.
    evidence: Vec<(Digest, bool)>,
    tests: Tests,
    findings: Findings,
}

impl Opened {
    pub(crate) fn new(image: &Image, weighed: &[Weighed]) -> Self {
        let counting = weighed.iter().filter(|one| one.counts());
        let with_tests = counting.filter(|one| one.report().is_some_and(|r| r.tests.is_some()));
        let reports: Reports = with_tests
            .map(|one| (one.digest().clone(), one.parsed.clone()))
            .collect();
        Self {
            image: image.name(),
            evidence: said(weighed),
            tests: Tests::new(reports),
            findings: Findings::new(findings(image, weighed)),
        }
    }

    /// Whether it was gathered from just these reports.
    pub(crate) fn stands_for(&self, image: &Image, weighed: &[Weighed]) -> bool {
        self.image == image.name() && self.evidence == said(weighed)
    }

    pub(crate) fn tests(&self) -> &Tests {
        &self.tests
    }

    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }
}

fn said(weighed: &[Weighed]) -> Vec<(Digest, bool)> {
    let said = |one: &Weighed| (one.digest().clone(), one.counts());
    weighed.iter().map(said).collect()
}

/// Every test case that counts.
pub(crate) struct Tests {
    reports: Reports,
    cases: Vec<At>,
    by_name: OnceLock<Vec<u32>>,
    by_result: OnceLock<Vec<u32>>,
    slowest: OnceLock<Vec<u32>>,
    last: Last<(TestsShow, TestsSort, String)>,
}

impl Tests {
    fn new(reports: Reports) -> Self {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let each = reports.iter().enumerate().flat_map(|(report, (_, read))| {
            let cases = cases_of(read).len();
            (0..cases).map(move |case| (number(report), number(case)))
        });
        Self {
            cases: each.collect(),
            reports,
            by_name: OnceLock::new(),
            by_result: OnceLock::new(),
            slowest: OnceLock::new(),
            last: Mutex::default(),
        }
    }

    fn case(&self, at: u32) -> Option<(&TestCase, &Digest)> {
        let (report, case) = *self.cases.get(at as usize)?;
        let (digest, read) = self.reports.get(report as usize)?;
        Some((cases_of(read).get(case as usize)?, digest))
    }

    fn compare(&self, a: u32, b: u32, by: impl Fn(&TestCase, &TestCase) -> Ordering) -> Ordering {
        match (self.case(a), self.case(b)) {
            (Some((a, _)), Some((b, _))) => by(a, b),
            _ => Ordering::Equal,
        }
    }

    fn sorted(&self, by: impl Fn(&TestCase, &TestCase) -> Ordering) -> Vec<u32> {
        let mut order: Vec<u32> =
            (0..u32::try_from(self.cases.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by(|a, b| self.compare(*a, *b, &by));
        order
    }

    /// In the order of names, from which the others follow without comparing a name again.
    fn names(&self) -> &[u32] {
        self.by_name.get_or_init(|| {
            self.sorted(|a, b| {
                let suite = a.suite.cmp(&b.suite);
                let class = || a.class.cmp(&b.class);
                suite.then_with(class).then_with(|| a.name.cmp(&b.name))
            })
        })
    }

    fn order(&self, sort: TestsSort) -> &[u32] {
        let again = |by: &dyn Fn(&TestCase, &TestCase) -> Ordering| {
            let mut order = self.names().to_vec();
            order.sort_by(|a, b| self.compare(*a, *b, by));
            order
        };
        match sort {
            TestsSort::Name => self.names(),
            TestsSort::Result => self
                .by_result
                .get_or_init(|| again(&|a, b| rank(a.verdict).cmp(&rank(b.verdict)))),
            TestsSort::Slowest => self.slowest.get_or_init(|| {
                let took = |case: &TestCase| case.duration_s.unwrap_or(-1.0);
                again(&|a, b| took(b).total_cmp(&took(a)))
            }),
        }
    }

    /// The places of what is asked for, in order.
    pub(crate) fn wanted(&self, query: &TestsQuery) -> Arc<Vec<u32>> {
        let text = query.text.as_deref().unwrap_or_default().to_lowercase();
        let question = (query.show, query.sort, text);
        remembered(&self.last, question, |(show, sort, text)| {
            let wanted = |at: &u32| {
                let case = self.case(*at);
                case.is_some_and(|(case, _)| shows(case, *show) && says(case, text))
            };
            self.order(*sort).iter().copied().filter(wanted).collect()
        })
    }

    /// The row at a place, whole.
    pub(crate) fn row(&self, at: u32) -> Option<TestRow> {
        let (case, digest) = self.case(at)?;
        Some(TestRow {
            verdict: word(case.verdict).to_owned(),
            suite: case.suite.clone(),
            name: match &case.class {
                Some(class) if *class != case.suite => format!("{class} › {}", case.name),
                _ => case.name.clone(),
            },
            duration_s: case.duration_s,
            message: case.message.clone(),
            detail: case.detail.clone(),
            evidence: digest.to_string(),
            line: case.line,
        })
    }
}

fn cases_of(read: &Parsed) -> &[TestCase] {
    let report = read.as_ref().as_ref().ok();
    let tests = report.and_then(|report| report.tests.as_ref());
    tests.map_or(&[], |tests| tests.cases.as_slice())
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Skipped => "skipped",
        Verdict::Failed => "failed",
        Verdict::Errored => "errored",
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Failed => 0,
        Verdict::Errored => 1,
        Verdict::Skipped => 2,
        Verdict::Passed => 3,
    }
}

fn shows(case: &TestCase, show: TestsShow) -> bool {
    match show {
        TestsShow::All => true,
        TestsShow::Failed => matches!(case.verdict, Verdict::Failed | Verdict::Errored),
        TestsShow::Skipped => case.verdict == Verdict::Skipped,
        TestsShow::Passed => case.verdict == Verdict::Passed,
    }
}

fn says(case: &TestCase, text: &str) -> bool {
    let class = case.class.as_deref().unwrap_or_default();
    holds(&[&case.suite, class, &case.name], text)
}

/// Every finding that counts, the worst first.
pub(crate) struct Findings {
    rows: Vec<FindingRow>,
    orders: Mutex<BTreeMap<u8, Arc<Vec<u32>>>>,
    last: Last<(FindingsShow, FindingsSort, String)>,
}

impl Findings {
    fn new(rows: Vec<FindingRow>) -> Self {
        Self {
            rows,
            orders: Mutex::default(),
            last: Mutex::default(),
        }
    }

    fn order(&self, sort: FindingsSort) -> Arc<Vec<u32>> {
        let mut orders = held(&self.orders);
        let order = orders.entry(sort as u8).or_insert_with(|| {
            let mut order: Vec<u32> =
                (0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)).collect();
            let row = |at: &u32| &self.rows[*at as usize];
            match sort {
                FindingsSort::Worst => {}
                FindingsSort::Id => order.sort_by(|a, b| row(a).id.cmp(&row(b).id)),
                FindingsSort::Package => order.sort_by(|a, b| {
                    let worst =
                        |at: &u32| std::cmp::Reverse(Severity::from_word(&row(at).severity));
                    let package = row(a).package.cmp(&row(b).package);
                    package.then_with(|| worst(a).cmp(&worst(b)))
                }),
            }
            Arc::new(order)
        });
        order.clone()
    }

    /// The places of what is asked for, in order.
    pub(crate) fn wanted(&self, query: &FindingsQuery) -> Arc<Vec<u32>> {
        let text = query.text.as_deref().unwrap_or_default().to_lowercase();
        let question = (query.show, query.sort, text);
        remembered(&self.last, question, |(show, sort, text)| {
            let wanted = |at: &u32| {
                let row = &self.rows[*at as usize];
                let title = row.title.as_deref().unwrap_or_default();
                let shown = *show == FindingsShow::All || (row.fixed.is_some() && !row.suppressed);
                shown && holds(&[&row.id, &row.package, title], text)
            };
            self.order(*sort).iter().copied().filter(wanted).collect()
        })
    }

    /// The row at a place, whole.
    pub(crate) fn row(&self, at: u32) -> Option<FindingRow> {
        self.rows.get(at as usize).cloned()
    }
}

/// The answer that was given last, or a new one where the question is another.
fn remembered<Q: PartialEq>(
    last: &Last<Q>,
    question: Q,
    answer: impl FnOnce(&Q) -> Vec<u32>,
) -> Arc<Vec<u32>> {
    if let Some((asked, known)) = held(last).as_ref()
        && *asked == question
    {
        return known.clone();
    }
    let found = Arc::new(answer(&question));
    *held(last) = Some((question, found.clone()));
    found
}

/// Whether the text, in small letters, is in these parts put together with spaces.
fn holds(parts: &[&str], text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let plain = |part: &&str| part.is_ascii();
    if text.is_ascii() && !text.contains(' ') && parts.iter().all(plain) {
        // Most names, and without a copy of each.
        let text = text.as_bytes();
        let within = |part: &&str| {
            let mut windows = part.as_bytes().windows(text.len());
            windows.any(|window| window.eq_ignore_ascii_case(text))
        };
        return parts.iter().any(within);
    }
    parts.join(" ").to_lowercase().contains(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_whatever_letters_and_across_the_parts_of_a_name() {
        assert!(holds(&["Ledger", "Keeps ORDER"], "order"));
        assert!(holds(&["Ledger", "Keeps"], "ledger keeps"));
        assert!(holds(&["Größe", "x"], "größe"));
        assert!(holds(&["a", "b"], ""));
        assert!(!holds(&["Ledger", "Keeps"], "rk"));
    }
}
