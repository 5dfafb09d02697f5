//! `status`, with and without waiting for the answer.
//!
//! Waiting asks seldom and ever more seldom, and bears with a registry that is away for a
//! moment: a pipeline that waits for people waits for hours.

use super::words;
use crate::{
    args,
    context::Context,
    exit::{Exit, Failure, Result},
    output::Answer,
    page::Page,
};
use hallmark_workflow::dto::{AskReview, CandidateState, RequestStatus};
use std::time::{Duration, Instant};

/// The longest pause between two questions.
const LONGEST: Duration = Duration::from_secs(60);
/// How many questions in a row may fail.
const FAILURES: u32 = 5;

/// What lets time pass.
trait Pauses {
    /// Lets `pause` pass.
    async fn pause(&mut self, pause: Duration);
    /// How much passed since the waiting began.
    fn passed(&self) -> Duration;
}

/// The machine's own time.
struct RealTime(Instant);

impl Pauses for RealTime {
    async fn pause(&mut self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }

    fn passed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// How long to wait, and how often to ask.
struct Patience {
    interval: Duration,
    timeout: Option<Duration>,
}

/// `status IMAGE [--wait]`.
///
/// # Errors
/// What the registry says; where there is no such request.
pub async fn status(context: &Context, ask: &args::Status) -> Result<Answer> {
    let desk = context.desk().await?;
    let question = AskReview {
        image: ask.image.to_string(),
        stage: ask.stage.clone(),
    };
    let once = async || Ok(desk.request_status(question.clone()).await?);
    let status = if ask.wait {
        let patience = Patience {
            interval: Duration::from_secs(ask.interval),
            timeout: ask.timeout.map(Duration::from_secs),
        };
        let remark = |sentence: &str| context.remark(sentence);
        answer(once, &patience, &mut RealTime(Instant::now()), remark).await?
    } else {
        once().await?
    };
    told(&status)
}

fn told(status: &RequestStatus) -> Result<Answer> {
    let mut page = Page::of(&status.message);
    page.facts([
        ("image", Some(status.image.clone())),
        ("stage", Some(status.stage.clone())),
        ("state", Some(words::state(status.state).to_owned())),
        ("checks", Some(words::verdict(status.verdict).to_owned())),
        (
            "approvals",
            Some(format!("{} of {}", status.approvals, status.needed)),
        ),
    ]);
    let yes = matches!(
        status.state,
        CandidateState::Approved | CandidateState::Promoted
    );
    Ok(Answer::new(status, page)?.exit(Exit::of(yes)))
}

/// Asks until somebody decided, or until the time is over: then the last answer is returned.
async fn answer(
    ask: impl AsyncFn() -> Result<RequestStatus>,
    patience: &Patience,
    time: &mut impl Pauses,
    remark: impl Fn(&str),
) -> Result<RequestStatus> {
    let mut pause = patience.interval;
    let (mut failures, mut said) = (0, false);
    loop {
        let asked = ask().await;
        let left = patience
            .timeout
            .map(|timeout| timeout.saturating_sub(time.passed()));
        let over = left.is_some_and(|left| left.is_zero());
        match asked {
            Ok(status) if status.state != CandidateState::Waiting || over => return Ok(status),
            Ok(status) => {
                failures = 0;
                if !std::mem::replace(&mut said, true) {
                    remark(&status.message);
                }
            }
            Err(failure) => {
                failures += 1;
                if over || failures > FAILURES || !passes(&failure) {
                    return Err(failure);
                }
                remark(&format!("{}; asking again", failure.message));
            }
        }
        time.pause(left.map_or(pause, |left| left.min(pause))).await;
        pause = (pause * 3 / 2).min(LONGEST.max(patience.interval));
    }
}

/// Whether a failure may be gone the next time.
fn passes(failure: &Failure) -> bool {
    matches!(failure.code.as_str(), "unreachable" | "rate-limited")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_workflow::{dto::Verdict, error::Code};
    use std::{cell::RefCell, collections::VecDeque};

    #[derive(Default)]
    struct Clock(Vec<Duration>);

    impl Pauses for Clock {
        async fn pause(&mut self, pause: Duration) {
            self.0.push(pause);
        }

        fn passed(&self) -> Duration {
            self.0.iter().sum()
        }
    }

    fn status(state: CandidateState) -> RequestStatus {
        RequestStatus {
            image: "r.io/a@sha256:00".into(),
            digest: "sha256:00".into(),
            stage: "golden".into(),
            state,
            verdict: Verdict::Pass,
            approvals: 0,
            needed: 1,
            message: "waits".into(),
        }
    }

    async fn waited(
        answers: Vec<Result<CandidateState>>,
        timeout: Option<u64>,
    ) -> (Result<CandidateState>, Vec<u64>) {
        let answers = RefCell::new(VecDeque::from(answers));
        let ask = async || {
            let next = answers.borrow_mut().pop_front();
            next.unwrap_or(Ok(CandidateState::Waiting)).map(status)
        };
        let patience = Patience {
            interval: Duration::from_secs(4),
            timeout: timeout.map(Duration::from_secs),
        };
        let mut clock = Clock::default();
        let answer = answer(ask, &patience, &mut clock, |_| ()).await;
        (
            answer.map(|status| status.state),
            clock.0.iter().map(Duration::as_secs).collect(),
        )
    }

    fn down() -> Failure {
        Failure::new(Code::Unreachable, "r.io does not answer")
    }

    #[tokio::test]
    async fn waiting_ends_with_the_first_decision() {
        use CandidateState::{Approved, ChangesRequested, Waiting, Withdrawn};
        for decided in [Approved, ChangesRequested, Withdrawn] {
            let (answer, pauses) = waited(vec![Ok(Waiting), Ok(decided)], None).await;
            assert_eq!(answer.unwrap(), decided);
            assert_eq!(pauses, [4]);
        }
    }

    #[tokio::test]
    async fn pauses_grow_and_end_with_the_time() {
        let (answer, pauses) = waited(vec![], Some(30)).await;
        assert_eq!(answer.unwrap(), CandidateState::Waiting);
        assert_eq!(pauses, [4, 6, 9, 11]);
    }

    #[tokio::test]
    async fn a_registry_that_is_away_for_a_moment_is_borne_with() {
        let answers = vec![Err(down()), Err(down()), Ok(CandidateState::Approved)];
        assert_eq!(
            waited(answers, None).await.0.unwrap(),
            CandidateState::Approved
        );
    }

    #[tokio::test]
    async fn a_registry_that_stays_away_is_an_error() {
        let (answer, pauses) = waited((0..9).map(|_| Err(down())).collect(), None).await;
        assert_eq!(answer.unwrap_err().code, "unreachable");
        assert_eq!(pauses.len(), FAILURES as usize);
    }

    #[tokio::test]
    async fn what_waiting_cannot_mend_ends_it_at_once() {
        let answers = vec![Err(Failure::new(Code::NotFound, "there is no such image"))];
        let (answer, pauses) = waited(answers, None).await;
        assert_eq!(
            (answer.unwrap_err().code.as_str(), pauses.len()),
            ("not-found", 0)
        );
    }

    #[test]
    fn only_approved_and_promoted_are_yes() {
        use CandidateState as S;
        for (state, exit) in [
            (S::Waiting, Exit::No),
            (S::Approved, Exit::Done),
            (S::ChangesRequested, Exit::No),
            (S::Promoted, Exit::Done),
            (S::RolledBack, Exit::No),
            (S::Revoked, Exit::No),
            (S::Withdrawn, Exit::No),
        ] {
            assert_eq!(told(&status(state)).unwrap().exit_code(), exit, "{state:?}");
        }
    }
}
