//! `request`, `queue`, `withdraw` and the three decisions.

use super::words;
use crate::{
    args::{Comment, Decision, Queue, Request, Withdraw},
    context::Context,
    exit::Result,
    output::Answer,
    page::Page,
    text::{short, time},
};
use hallmark_workflow::dto::{self, AskRequest, AskTalk, Candidate, Decide, Decided};

/// `request`.
///
/// # Errors
/// What the registry or the keyring says.
pub async fn request(context: &Context, ask: Request) -> Result<Answer> {
    let ask = AskRequest {
        image: ask.image.to_string(),
        stage: ask.stage,
        message: ask.message,
        run: ask.run,
        ticket: ask.ticket,
        supersedes: ask.supersedes.map(|image| image.to_string()),
    };
    let asked = context.desk().await?.request(ask).await?;
    let page = Page::of(format!(
        "Review for {} is asked for: {}",
        asked.stage, asked.image
    ));
    Answer::new(&asked, page)
}

/// `queue [--mine]`.
///
/// # Errors
/// What the registry says.
pub async fn queue(context: &Context, ask: &Queue) -> Result<Answer> {
    let mut queue = context.desk().await?.queue().await?;
    if ask.mine {
        queue.waiting.clear();
        queue.recent.clear();
    }
    let page = queued(&queue, ask.mine);
    Answer::new(&queue, page)
}

fn queued(queue: &dto::Queue, mine: bool) -> Page {
    let mut page = Page::new();
    let parts = [
        ("Waits for you", &queue.waiting),
        ("Asked for by you", &queue.mine),
        ("Decided of late", &queue.recent),
    ];
    for (heading, candidates) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        page.heading(heading);
        page.table(
            [
                "image", "tag", "stage", "state", "since", "asked by", "checks",
            ],
            candidates.iter().map(row).collect(),
        );
    }
    if queue.waiting.is_empty() && queue.mine.is_empty() {
        let nothing = if mine {
            "You asked for nothing that waits."
        } else {
            "Nothing waits for review."
        };
        page.heading(nothing);
    }
    page.notes("problem", &queue.problems);
    page
}

fn row(candidate: &Candidate) -> [String; 7] {
    [
        format!(
            "{}/{}@{}",
            candidate.host,
            candidate.repository,
            short(&candidate.digest)
        ),
        candidate.tag.clone().unwrap_or_default(),
        candidate.stage.clone(),
        words::state(candidate.state).to_owned(),
        time(candidate.since),
        candidate
            .requester
            .as_ref()
            .map(words::person)
            .unwrap_or_default(),
        candidate
            .checks
            .as_ref()
            .map(|checks| checks.words.clone())
            .unwrap_or_default(),
    ]
}

/// `withdraw`.
///
/// # Errors
/// Where there is nothing of one's own to take back.
pub async fn withdraw(context: &Context, ask: Withdraw) -> Result<Answer> {
    let message = ask.message.unwrap_or_default();
    let decision = Decision {
        image: ask.image,
        stage: ask.stage,
        message,
    };
    let done = context.desk().await?.withdraw(decide(decision)).await?;
    decided(&done)
}

/// `approve`. Where this is the last approval the image waits for `promote`.
///
/// # Errors
/// Where the policy refuses: that is recorded, and the exit code is 1.
pub async fn approve(context: &Context, decision: Decision) -> Result<Answer> {
    let done = context
        .desk()
        .await?
        .approve(decide(decision), &context.work())
        .await?;
    decided(&done)
}

/// `request-changes`.
///
/// # Errors
/// Where the person may not decide.
pub async fn object(context: &Context, decision: Decision) -> Result<Answer> {
    let done = context
        .desk()
        .await?
        .request_changes(decide(decision))
        .await?;
    decided(&done)
}

/// `comment`.
///
/// # Errors
/// Where the person may not remark.
pub async fn comment(context: &Context, ask: Comment) -> Result<Answer> {
    let talk = AskTalk {
        image: ask.decision.image.to_string(),
        stage: ask.decision.stage,
        message: ask.decision.message,
        on: ask.on,
        asks: ask.asks,
        answers: ask.answers,
        resolves: ask.resolve,
    };
    let done = context.desk().await?.talk(talk).await?;
    decided(&done)
}

/// All that is attached now counts as seen, and the command never promotes by the way.
fn decide(decision: Decision) -> Decide {
    Decide {
        image: decision.image.to_string(),
        stage: decision.stage,
        message: decision.message,
        seen: None,
        seen_golden: None,
        promote: false,
    }
}

fn decided(done: &Decided) -> Result<Answer> {
    let mut page = Page::of(&done.message);
    page.facts([
        ("image", Some(done.image.clone())),
        ("stage", Some(done.stage.clone())),
        ("statement", Some(done.statement.clone())),
    ]);
    Answer::new(done, page)
}
