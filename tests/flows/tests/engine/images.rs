//! State, lists, names and removal, and what is told when the engine goes away.

use crate::Bench;
use futures::StreamExt as _;
use hallmark_engine::{ErrorKind, Product, State, Storage};
use hallmark_flows::dockerd::Make;
use std::time::{Duration, Instant};

on_each!(
    an_engine_says_what_it_is_and_what_it_has,
    what_a_container_uses_is_kept_and_the_rest_can_be_pruned,
    an_engine_that_goes_away_is_noticed_at_once_and_found_again
);

const QUICKLY: Duration = Duration::from_secs(2);

async fn an_engine_says_what_it_is_and_what_it_has(bench: Bench) {
    let State::Running(found) = State::of(bench.address(), QUICKLY).await else {
        panic!("it does not run");
    };
    let (engine, facts) = *found;
    let podman = bench.docker.make == Make::Podman;
    let product = if podman {
        Product::Podman
    } else {
        Product::Docker
    };
    assert_eq!((facts.product, facts.storage), (product, Storage::Classic));
    assert_eq!(facts.os, "linux");
    assert_eq!(facts.buildkit, !podman, "{facts:?}");

    bench.docker.image("r.invalid/shop/cart:1", "one");
    bench.docker.image("r.invalid/other:1", "two");
    let images = engine.images().await.unwrap();
    let names: Vec<&str> = images
        .iter()
        .flat_map(|image| &image.names)
        .map(String::as_str)
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");

    engine
        .tag("r.invalid/shop/cart:1", "127.0.0.1:5000/shop/cart", "2")
        .await
        .unwrap();
    let cart = engine.image("r.invalid/shop/cart:1").await.unwrap();
    assert_eq!(
        cart.names,
        ["127.0.0.1:5000/shop/cart:2", "r.invalid/shop/cart:1"]
    );
    let last = engine.untag("r.invalid/other:1").await.unwrap_err();
    assert_eq!(*last.kind(), ErrorKind::InUse);
    engine.untag("r.invalid/shop/cart:1").await.unwrap();
    assert_eq!(
        engine.image(&cart.id).await.unwrap().names,
        ["127.0.0.1:5000/shop/cart:2"]
    );

    let none = engine.image("nothing:1").await.unwrap_err();
    assert_eq!(*none.kind(), ErrorKind::NotFound);
    assert!(none.message().contains("nothing:1"), "{none}");
}

async fn what_a_container_uses_is_kept_and_the_rest_can_be_pruned(bench: Bench) {
    let engine = bench.engine().await;
    bench.docker.busybox("r.invalid/kitchen:1");
    let made = bench.docker.docker(
        &[],
        &["create", "--name", "cook", "r.invalid/kitchen:1", "true"],
        b"",
    );
    assert_eq!(made.code, Some(0), "{}", made.whole());
    bench.docker.image("r.invalid/old:1", "x");
    let images = engine.images().await.unwrap();
    let used = images
        .iter()
        .find(|image| image.names == ["r.invalid/kitchen:1"])
        .unwrap();
    assert_eq!(used.used_by, ["cook"]);
    let refused = engine.remove(&used.id, false).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::InUse, "{refused}");
    let gone = engine.prune_images(true).await.unwrap();
    assert!(
        gone.untagged.contains(&"r.invalid/old:1".to_owned()),
        "{gone:?}"
    );
    let left = engine.images().await.unwrap();
    assert_eq!(left.len(), 1);
}

async fn an_engine_that_goes_away_is_noticed_at_once_and_found_again(mut bench: Bench) {
    let engine = bench.engine().await;
    let mut events = Box::pin(engine.events());
    // Ask for the first event, so that the engine is listened to before it does anything.
    let first = tokio::spawn(async move {
        let first = events.next().await;
        (first, events)
    });
    let mut told = None;
    for number in 0.. {
        bench.docker.image(&format!("a:{number}"), "x");
        if first.is_finished() {
            told = Some(first.await.unwrap());
            break;
        }
    }
    let (first, mut events) = told.unwrap();
    assert_eq!(
        first.unwrap().unwrap().subject,
        hallmark_engine::Subject::Image
    );
    bench.docker.kill();
    let killed = Instant::now();
    let last = loop {
        match events.next().await {
            Some(Ok(_)) => {}
            other => break other,
        }
    };
    assert!(last.unwrap().is_err());
    assert!(killed.elapsed() < QUICKLY, "{:?}", killed.elapsed());
    assert!(matches!(
        State::of(bench.address(), QUICKLY).await,
        State::Missing(_)
    ));
    bench.docker.again();
    assert!(matches!(
        State::of(bench.address(), QUICKLY).await,
        State::Running(_)
    ));
}
