//! What suites and cases come to as they end.

use super::{
    case::{Case, Outcome},
    dialect::Dialect,
    suite::Suite,
};
use crate::{
    Verdict,
    error::Problem,
    rows::{Rows, suite_in_words},
};
use jiff::Timestamp;

/// What was read so far.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) rows: Rows,
    pub(super) dialect: Dialect,
    pub(super) produced_at: Option<Timestamp>,
    /// What the outermost suite says that it took, seconds.
    pub(super) seconds: Option<f64>,
}

impl Collector {
    pub(super) fn end_case(&mut self, case: Case, suite: &mut Suite) -> Result<(), Problem> {
        let (row, flaky) = case.finish();
        suite.cases += 1;
        suite.add_seconds(row.duration_s);
        suite.not_passing += u64::from(matches!(row.verdict, Verdict::Failed | Verdict::Errored));
        if flaky {
            self.rows.flaky();
        }
        self.rows.add(row)
    }

    pub(super) fn end_suite(&mut self, mut suite: Suite, parent: Option<&mut Suite>) {
        self.produced_at = self.produced_at.max(suite.timestamp);
        self.dialect.suite(&suite.name);
        if suite.unreadable && suite.cases == 0 {
            let suite = suite_in_words(&suite.name);
            self.rows.warn(format!(
                "{suite} gives totals that are no numbers; they are taken as 0"
            ));
        }
        if suite.cases == 0 && !suite.claimed && !suite.own.is_nothing() {
            suite.claimed = true;
            suite.not_passing = suite.own.not_passing();
            self.rows.claim(&suite.name, suite.own);
        } else {
            self.compare(&mut suite);
        }
        match parent {
            Some(parent) => {
                parent.cases += suite.cases;
                parent.not_passing = parent.not_passing.saturating_add(suite.not_passing);
                parent.claimed |= suite.claimed;
                parent.add_seconds(suite.duration());
            }
            None => self.seconds = suite.duration(),
        }
    }

    /// A suite that claims failures which none of its cases shows deserves a look.
    fn compare(&mut self, suite: &mut Suite) {
        let claimed = suite.own.not_passing();
        if suite.not_passing == 0 && claimed > 0 && suite.cases > 0 {
            suite.not_passing = 1;
            self.rows.unshown(&suite.name, claimed);
        }
    }

    /// A failure that stands in a suite and not in a case, as from a broken set-up.
    pub(super) fn outside_of_cases(&mut self, suite: &mut Suite, outcome: &Outcome) {
        if matches!(outcome.sort.verdict(), Verdict::Failed | Verdict::Errored) {
            suite.not_passing += 1;
            self.rows.outside(&suite.name, outcome.message());
        }
    }
}
