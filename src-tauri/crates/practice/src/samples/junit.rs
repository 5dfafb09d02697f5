//! Writes a run of sample tests as JUnit XML, in the dialect of the tool that is said to have
//! run them.

use jiff::{SignedDuration, Timestamp};
use quick_xml::{
    Writer,
    events::{BytesEnd, BytesStart, BytesText, Event},
};
use std::io;

/// A run of several suites.
pub(super) struct Run {
    /// The name of the outermost element, by which the tool is known.
    pub(super) tool: &'static str,
    pub(super) suites: Vec<Suite>,
    /// When it began.
    pub(super) at: Timestamp,
}

pub(super) struct Suite {
    pub(super) name: &'static str,
    pub(super) cases: Vec<Case>,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) class: &'static str,
    pub(super) name: String,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Passed,
    Skipped(&'static str),
    Failed {
        message: &'static str,
        trace: &'static str,
    },
}

impl Case {
    /// Made up of its name, and so always the same: 1 to 97 ms.
    fn milliseconds(&self) -> i64 {
        let sum: u32 = self.name.bytes().map(u32::from).sum();
        i64::from(sum % 97) + 1
    }
}

impl Suite {
    fn milliseconds(&self) -> i64 {
        self.cases.iter().map(Case::milliseconds).sum()
    }

    fn count(&self, wanted: fn(&Outcome) -> bool) -> usize {
        let outcomes = self.cases.iter().map(|case| &case.outcome);
        outcomes.filter(|outcome| wanted(outcome)).count()
    }

    fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skipped(_)))
    }
}

fn seconds(milliseconds: i64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

impl Run {
    /// The report's bytes.
    ///
    /// # Errors
    /// Writing to memory does not fail; the writer's own type says it might.
    pub(super) fn write(&self) -> io::Result<Vec<u8>> {
        let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
        out.write_event(Event::Decl(quick_xml::events::BytesDecl::new(
            "1.0",
            Some("utf-8"),
            None,
        )))?;
        let root = BytesStart::new("testsuites").with_attributes([("name", self.tool)]);
        out.write_event(Event::Start(root))?;
        let mut at = self.at;
        for suite in &self.suites {
            write_suite(&mut out, suite, at)?;
            at += SignedDuration::from_millis(suite.milliseconds());
        }
        out.write_event(Event::End(BytesEnd::new("testsuites")))?;
        let mut bytes = out.into_inner();
        bytes.push(b'\n');
        Ok(bytes)
    }
}

type Out = Writer<Vec<u8>>;

fn write_suite(out: &mut Out, suite: &Suite, at: Timestamp) -> io::Result<()> {
    let counts = [
        ("tests", suite.cases.len()),
        ("failures", suite.failed()),
        ("errors", 0),
        ("skipped", suite.skipped()),
    ];
    let mut start = BytesStart::new("testsuite").with_attributes([("name", suite.name)]);
    for (name, count) in counts {
        start.push_attribute((name, count.to_string().as_str()));
    }
    start.push_attribute(("time", seconds(suite.milliseconds()).as_str()));
    start.push_attribute(("timestamp", at.to_string().as_str()));
    start.push_attribute(("hostname", "ci-runner-07"));
    out.write_event(Event::Start(start))?;
    for case in &suite.cases {
        write_case(out, case)?;
    }
    out.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn write_case(out: &mut Out, case: &Case) -> io::Result<()> {
    let time = seconds(case.milliseconds());
    let start = BytesStart::new("testcase").with_attributes([
        ("classname", case.class),
        ("name", case.name.as_str()),
        ("time", time.as_str()),
    ]);
    let (element, message, text) = match case.outcome {
        Outcome::Passed => return out.write_event(Event::Empty(start)),
        Outcome::Skipped(reason) => ("skipped", reason, ""),
        Outcome::Failed { message, trace } => ("failure", message, trace),
    };
    out.write_event(Event::Start(start))?;
    let inner = BytesStart::new(element).with_attributes([("message", message)]);
    out.write_event(Event::Start(inner))?;
    out.write_event(Event::Text(BytesText::new(text)))?;
    out.write_event(Event::End(BytesEnd::new(element)))?;
    out.write_event(Event::End(BytesEnd::new("testcase")))
}
