//! Every request of a promotion, failed in every way: golden ends at the old image or at the
//! approved one, and the history says at which.

mod scene;
mod ways;

use scene::{End, Scene};
use std::{collections::BTreeMap, thread};
use ways::WAYS;

/// So many threads share the cases, each with a registry of its own.
const THREADS: usize = 2;

#[derive(Default)]
struct Tally {
    ends: BTreeMap<End, usize>,
    wrong: Vec<String>,
}

/// Every `THREADS`th case, from `first` on.
async fn share(first: usize) -> Tally {
    let scene = Scene::set().await;
    let requests = scene.requests().await;
    let cases = (0..requests).flat_map(|nth| WAYS.map(|way| (nth, way)));
    let mut tally = Tally::default();
    for (nth, way) in cases.skip(first).step_by(THREADS) {
        match scene.case(nth, way).await {
            Ok(end) => *tally.ends.entry(end).or_default() += 1,
            Err(why) => tally.wrong.push(format!("request {nth}, {way:?}: {why}")),
        }
    }
    tally
}

fn on_a_thread(first: usize) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(share(first))
}

#[test]
fn however_one_request_of_a_promotion_fails_golden_is_old_or_approved_and_the_history_says_which() {
    let threads: Vec<_> = (0..THREADS)
        .map(|first| thread::spawn(move || on_a_thread(first)))
        .collect();
    let mut all = Tally::default();
    for thread in threads {
        let tally = thread.join().unwrap();
        all.wrong.extend(tally.wrong);
        for (end, count) in tally.ends {
            *all.ends.entry(end).or_default() += count;
        }
    }
    let cases = all.wrong.len() + all.ends.values().sum::<usize>();
    println!("{cases} cases: {:?}, {} wrong", all.ends, all.wrong.len());
    assert!(all.wrong.is_empty(), "{:#?}", all.wrong);
    assert!(all.ends.len() == 2, "both ends are reached: {:?}", all.ends);
}
