//! Every use case can run on any thread: the window's runtime moves them about.

use hallmark_workflow::{Desk, Work, dto};

fn moves<T: Send>(_: &T) {}

#[allow(dead_code)] // It is enough that it compiles.
fn every_use_case_is_send(desk: &Desk, work: &Work) {
    moves(&desk.status());
    moves(&desk.app_state());
    moves(&desk.queue());
    moves(&desk.review(dto::AskReview {
        image: String::new(),
        stage: None,
    }));
    moves(&desk.history_verify(work));
    moves(&desk.history_rebuild(work));
    moves(&desk.settle(work));
    moves(&desk.drift(work));
    moves(&desk.golden_look(Vec::new()));
}
