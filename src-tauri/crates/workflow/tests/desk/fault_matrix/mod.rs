//! Every request of a promotion, failed in every way: golden ends at the old image or at the
//! approved one, and the history says at which.

mod scene;
mod ways;

use scene::{End, Scene};
use std::{collections::BTreeMap, thread};
use ways::{MOST, WAYS, Way};

/// So many threads share the cases, each with registries of its own.
const THREADS: usize = 2;

#[derive(Default)]
struct Tally {
    ends: BTreeMap<End, usize>,
    wrong: Vec<String>,
}

/// Every `THREADS`th case, from `first` on.
async fn share(scene: Scene, ways: &[Way], first: usize) -> Tally {
    let mut cases = Vec::new();
    for (registry, requests) in scene.requests().await.into_iter().enumerate() {
        for nth in 0..requests {
            cases.extend(ways.iter().map(|way| (registry, nth, *way)));
        }
    }
    let mut tally = Tally::default();
    for (registry, nth, way) in cases.into_iter().skip(first).step_by(THREADS) {
        match scene.case(registry, nth, way).await {
            Ok(end) => *tally.ends.entry(end).or_default() += 1,
            Err(why) => {
                let case = format!("registry {registry}, request {nth}, {way:?}: {why}");
                tally.wrong.push(case);
            }
        }
    }
    tally
}

/// Every case, with the scene that `set` sets on each thread.
#[allow(clippy::print_stdout, reason = "the count of cases is to be seen")]
fn all<F>(set: fn() -> F, ways: &'static [Way])
where
    F: Future<Output = Scene> + 'static,
{
    let on_a_thread = move |first| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async { share(set().await, ways, first).await })
    };
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

#[test]
fn however_one_request_of_a_promotion_fails_golden_is_old_or_approved_and_the_history_says_which() {
    all(Scene::in_one_repository, &WAYS);
}

#[test]
fn however_one_request_of_a_promotion_over_two_registries_fails_it_is_the_same() {
    all(Scene::over_two_registries, &MOST);
}
