//! Looking into a registry by the command, and deleting in it.

use crate::stand::{Desk, Stand, has, story};
use hallmark_practice::samples::Story;

fn names(desk: &Desk, words: &[&str]) -> (Vec<String>, Option<String>) {
    let said = desk.json(&[&["images"], words].concat()).answered(0);
    has(&said, &["items", "next"]);
    let items = said["items"].as_array().unwrap();
    let items = items.iter().map(|item| item.as_str().unwrap().to_owned());
    (items.collect(), said["next"].as_str().map(str::to_owned))
}

#[test]
fn images_are_listed_in_parts_and_searched() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    stand.seed(0);
    let host = stand.registry.host().to_string();
    let (all, next) = names(&desk, &[&host]);
    assert!(all.len() >= 4 && next.is_none(), "{all:?}");
    let (first, next) = names(&desk, &[&host, "--limit", "2"]);
    assert_eq!(
        (first.as_slice(), next.as_deref()),
        (&all[..2], Some(all[1].as_str()))
    );
    let (rest, next) = names(&desk, &[&host, "--after", &all[1]]);
    assert_eq!((rest.as_slice(), next), (&all[2..], None));
    let (found, _) = names(&desk, &[&host, "--search", "PAYMENTS api"]);
    assert_eq!(found, ["payments/api"]);
}

#[test]
fn an_image_is_shown_with_how_it_was_built_and_what_it_runs() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let image = stand.image(story(&team, Story::GoodCandidate));
    let said = desk.json(&["inspect", &image]).answered(0);
    has(
        &said,
        &[
            "image",
            "digest",
            "media_type",
            "size",
            "platforms",
            "annotations",
            "referrers",
            "badges",
        ],
    );
    let platform = &said["platforms"][0];
    has(
        platform,
        &[
            "platform",
            "digest",
            "config",
            "created",
            "labels",
            "layers",
            "history",
            "env",
            "healthcheck",
        ],
    );
    assert!(platform["history"][0]["created_by"].is_string());
    let text = desk.run(&["inspect", &image]);
    assert!(text.out.contains("  step "), "{}", text.out);
}

#[test]
fn deleting_wants_a_yes_and_says_what_went() {
    let stand = Stand::open();
    let desk = stand.desk("ines");
    let team = stand.seed(0);
    let image = story(&team, Story::GoodCandidate);
    stand.tag(image, "extra");
    let tag = format!("{}:extra", stand.repository(image));
    desk.json(&["delete", &tag]).failed(2);
    let done = desk.json(&["delete", &tag, "--yes"]).answered(0);
    has(&done, &["image", "digest", "tag", "tags", "done"]);
    assert_eq!(
        (&done["tag"], &done["done"]),
        (&"extra".into(), &true.into())
    );
    desk.json(&["inspect", &tag]).failed(3);
    let exact = format!("{}@{}", stand.repository(image), image.manifest.digest());
    desk.json(&["delete", &exact, "--yes"]).answered(0);
    desk.json(&["inspect", &exact]).failed(3);
    let history = desk.json(&["history", "--kind", "deletion"]).answered(0);
    assert_eq!(history["entries"].as_array().unwrap().len(), 2);
}
