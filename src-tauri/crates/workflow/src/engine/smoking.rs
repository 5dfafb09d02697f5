//! Smoke tests at the desk: run at the engine, written as a test report, signed and attached, so
//! that a team without CI can show that an image works.

use super::{jobs::Job, moving::stoppable, subject::Subject};
use crate::{
    desk::Desk,
    dto::{AskSmoke, JobKind, SmokeCase, SmokeSpecCheck, SmokeVerdict, Smoked},
    error::{Code, Error, Result},
    surroundings::Work,
};
use bytes::Bytes;
use hallmark_engine::smoke::{Case, Outcome, Spec, Verdict};
use jiff::{SignedDuration, Timestamp};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use std::time::Instant;

/// What is older than this was left by a test that was cut off: none may run for so long.
const LEFT: SignedDuration = SignedDuration::from_hours(2);

impl Desk {
    /// What a specification checks, in words, or what is wrong with it.
    pub fn smoke_spec(&self, text: &str) -> SmokeSpecCheck {
        match Spec::parse(text) {
            Ok(spec) => SmokeSpecCheck {
                problem: None,
                checks: spec.checks(),
            },
            Err(problem) => SmokeSpecCheck {
                problem: Some(problem),
                checks: Vec::new(),
            },
        }
    }

    /// Runs an image under a specification, and attaches the signed result where that is asked.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a specification that is wrong, or an image that is in no registry
    /// where the result is to be attached; why there is no engine. A check that fails is no error.
    pub async fn smoke(&self, ask: AskSmoke, work: &Work) -> Result<Smoked> {
        let spec = Spec::parse(&ask.spec)
            .map_err(|why| Error::new(Code::BadInput, format!("the specification: {why}")))?;
        self.as_job(
            (&ask.job, JobKind::Smoke, &ask.image),
            async |job: &Job| {
                let smoking = self.smoke_now(&ask, &spec, job, work);
                stoppable(smoking, work).await
            },
            |done| {
                let failed = done
                    .cases
                    .iter()
                    .filter(|case| case.verdict != SmokeVerdict::Passed)
                    .count();
                match failed {
                    0 => format!("{} checks, all passed.", done.cases.len()),
                    failed => format!("{} checks, {failed} not passed.", done.cases.len()),
                }
            },
        )
        .await
    }

    async fn smoke_now(
        &self,
        ask: &AskSmoke,
        spec: &Spec,
        job: &Job,
        work: &Work,
    ) -> Result<Smoked> {
        let began = Instant::now();
        work.step("Looking for the image", 0, None)?;
        let engine = self.docker_engine().await?;
        let mut subject = self.subject(&engine, &ask.image, true).await?;
        if ask.attach {
            subject = self.confirmed(subject).await?;
            subject.must_be_known()?;
        } else {
            // Only what was run is said: nobody asked a registry.
            subject.known = None;
        }
        let left = self.now().saturating_sub(LEFT).unwrap_or_default();
        engine.clean_after_smoke(left).await?;
        let started = self.now();
        work.step("Running it", 0, Some(spec.checks().len() as u64))?;
        let mut count = 0;
        let watch = |case: &Case| {
            count += 1;
            work.say("Running it", count, Some(spec.checks().len() as u64));
            job.now(|record| record.cases.push(told(case)));
        };
        let run = uuid::Uuid::new_v4().to_string();
        let outcome = engine.smoke(&subject.id, spec, &run, watch).await?;
        job.now(|record| {
            record.log.write(0, false, outcome.output.as_bytes());
        });
        let attached = match ask.attach {
            true => {
                work.step("Attaching the result", 0, None)?;
                Some(self.attach_smoke(&subject, spec, &outcome, started).await?)
            }
            false => None,
        };
        Ok(Smoked {
            image: subject.name(),
            digest: subject.digest().map(|digest| digest.to_string()),
            passed: outcome.passed(),
            cases: outcome.cases.iter().map(told).collect(),
            output: last_lines(&outcome.output),
            attached,
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    async fn attach_smoke(
        &self,
        subject: &Subject,
        spec: &Spec,
        outcome: &Outcome,
        started: Timestamp,
    ) -> Result<String> {
        let report = junit(subject, spec, outcome, started)?;
        let attached = self
            .attach_made(subject, "smoke-test.xml", Bytes::from(report))
            .await?;
        let statement = attached.statements.into_iter().next();
        statement.ok_or_else(|| Error::internal("no statement was written"))
    }
}

fn told(case: &Case) -> SmokeCase {
    SmokeCase {
        name: case.name.clone(),
        verdict: match case.verdict {
            Verdict::Passed => SmokeVerdict::Passed,
            Verdict::Failed => SmokeVerdict::Failed,
            Verdict::Errored => SmokeVerdict::Errored,
        },
        reason: case.reason.clone(),
        seconds: case.took.as_secs_f64(),
    }
}

/// The end of what it wrote: what crosses to the window stays small.
fn last_lines(output: &str) -> String {
    const MOST: usize = 8 << 10;
    let mut from = output.len().saturating_sub(MOST);
    while !output.is_char_boundary(from) {
        from += 1;
    }
    output[from..].to_owned()
}

/// The result as JUnit's XML, which everything reads that reads test reports.
fn junit(subject: &Subject, spec: &Spec, outcome: &Outcome, started: Timestamp) -> Result<Vec<u8>> {
    let suite = spec.name.as_deref().unwrap_or("smoke test");
    let count = |verdict| {
        let cases = outcome.cases.iter().filter(|case| case.verdict == verdict);
        cases.count().to_string()
    };
    let (all, failed, errored) = (
        outcome.cases.len().to_string(),
        count(Verdict::Failed),
        count(Verdict::Errored),
    );
    let at = started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    let write = |error: std::io::Error| Error::internal(error);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .map_err(write)?;
    xml.create_element("testsuites")
        .with_attribute(("name", "hallmark smoke"))
        .write_inner_content(|xml| {
            xml.create_element("testsuite")
                .with_attributes([
                    ("name", suite),
                    ("tests", all.as_str()),
                    ("failures", failed.as_str()),
                    ("errors", errored.as_str()),
                    ("timestamp", at.as_str()),
                ])
                .write_inner_content(|xml| {
                    properties(xml, subject)?;
                    outcome
                        .cases
                        .iter()
                        .try_for_each(|case| one(xml, suite, case))
                })?;
            Ok(())
        })
        .map_err(write)?;
    Ok(xml.into_inner())
}

fn properties(xml: &mut Writer<Vec<u8>>, subject: &Subject) -> std::io::Result<()> {
    let image = subject.name();
    xml.create_element("properties")
        .write_inner_content(|xml| {
            for (name, value) in [("image", image.as_str()), ("image-id", subject.id.as_str())] {
                xml.create_element("property")
                    .with_attributes([("name", name), ("value", value)])
                    .write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}

fn one(xml: &mut Writer<Vec<u8>>, suite: &str, case: &Case) -> std::io::Result<()> {
    let seconds = format!("{:.3}", case.took.as_secs_f64());
    let name: String = plain(&case.name);
    let reason = plain(&case.reason);
    let element = xml.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", suite),
        ("time", seconds.as_str()),
    ]);
    let kind = match case.verdict {
        Verdict::Passed => {
            element.write_empty()?;
            return Ok(());
        }
        Verdict::Failed => "failure",
        Verdict::Errored => "error",
    };
    element.write_inner_content(|xml| {
        xml.create_element(kind)
            .with_attribute(("message", reason.as_str()))
            .write_text_content(BytesText::new(&reason))?;
        Ok(())
    })?;
    Ok(())
}

/// XML has no way to write most control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_a_test_report_that_is_read_like_any_other() {
        let case = |verdict, name: &str| Case {
            name: name.into(),
            verdict,
            reason: "It wrote <b>\u{1b}.".into(),
            took: std::time::Duration::from_millis(1500),
        };
        let outcome = Outcome {
            cases: vec![
                case(Verdict::Passed, "writes \"a & b\""),
                case(Verdict::Failed, "ends with exit code 0"),
                case(Verdict::Errored, "has /x"),
            ],
            ..Outcome::default()
        };
        let subject = Subject {
            id: "sha256:ab".into(),
            platform: None,
            known: None,
        };
        let spec = Spec {
            name: Some("cart".into()),
            ..Spec::default()
        };
        let at = "2026-11-26T10:00:00Z".parse().unwrap();
        let xml = junit(&subject, &spec, &outcome, at).unwrap();
        let report = hallmark_evidence::parse("smoke.xml", &xml).unwrap();
        let tests = report.tests.unwrap();
        let sum = tests.summary;
        assert_eq!(
            (sum.total, sum.passed, sum.failed, sum.errored),
            (3, 1, 1, 1)
        );
        assert_eq!(tests.cases[0].name, "writes \"a & b\"");
        assert_eq!(tests.cases[0].suite, "cart");
        assert_eq!(report.produced_at, Some(at));
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    }
}
