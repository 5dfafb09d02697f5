//! Every filter finds what it means, compared with its meaning in plain words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Desk, at};
use hallmark_history::{Filter, NewEntry};
use hallmark_image::Digest;
use proptest::prelude::*;

/// A small world, so that conditions meet.
fn any_entry() -> impl Strategy<Value = NewEntry> {
    let some = |texts: [&'static str; 2]| {
        prop::option::of(prop::sample::select(texts.to_vec()).prop_map(str::to_owned))
    };
    let kind = prop::sample::select(vec!["request", "approve", "promotion"]);
    let digest = prop::option::of((0..2u8).prop_map(|n| Digest::sha256([n])));
    (
        kind,
        some(["al", "bo"]),
        some(["r1", "r2"]),
        some(["t1", "t2"]),
        digest,
        0..6i64,
    )
        .prop_map(|(kind, actor, repository, tag, digest, second)| NewEntry {
            repository,
            tag,
            digest,
            message: actor.as_ref().map(|name| format!("said {name}")),
            ..NewEntry::new(at(second), kind, actor.unwrap_or_default())
        })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let kinds = prop::sample::subsequence(vec!["request", "approve", "promotion"], 0..=3);
    let kind = prop::option::of(kinds.prop_map(|k| k.into_iter().map(str::to_owned).collect()));
    let said = prop::option::of(Just("said al".to_owned()));
    let bound = || prop::option::of((0..6i64).prop_map(at));
    (
        any_entry(),
        any::<[bool; 4]>(),
        kind,
        bound(),
        bound(),
        said,
    )
        .prop_map(|(like, by, kind, since, until, text)| Filter {
            repository: like.repository.filter(|_| by[0]),
            tag: like.tag.filter(|_| by[1]),
            digest: like.digest.filter(|_| by[2]),
            actor: Some(like.actor).filter(|_| by[3]),
            kind,
            since,
            until,
            text,
        })
}

/// What the filter means, in plain words.
fn fits(filter: &Filter, entry: &NewEntry) -> bool {
    let same = |asked: &Option<String>, is: &Option<String>| asked.is_none() || asked == is;
    same(&filter.repository, &entry.repository)
        && same(&filter.tag, &entry.tag)
        && (filter.digest.is_none() || filter.digest == entry.digest)
        && filter
            .actor
            .as_ref()
            .is_none_or(|actor| *actor == entry.actor)
        && filter
            .kind
            .as_ref()
            .is_none_or(|kinds| kinds.is_empty() || kinds.contains(&entry.kind))
        && filter.since.is_none_or(|since| entry.time >= since)
        && filter.until.is_none_or(|until| entry.time < until)
        && filter.text.as_ref().is_none_or(|_| entry.actor == "al")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_filter_finds_what_it_means_page_by_page(
        entries in prop::collection::vec(any_entry(), 0..24),
        filters in prop::collection::vec(any_filter(), 12),
        limit in 1usize..5,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            desk.history.append(entries.clone(), None).await.unwrap();
            for filter in &filters {
                let numbered = entries.iter().zip(1u64..).collect::<Vec<_>>().into_iter().rev();
                let expected: Vec<_> = numbered
                    .filter_map(|(entry, seq)| fits(filter, entry).then_some(seq))
                    .collect();
                let (mut read, mut after) = (Vec::new(), None);
                loop {
                    let page = desk.history.page(filter, after, limit).await.unwrap();
                    read.extend(page.entries.iter().map(|entry| entry.seq));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(read, expected, "{filter:?}");
                let count = desk.history.count(filter).await.unwrap();
                assert_eq!(count, expected.len() as u64, "{filter:?}");
            }
        });
    }
}
