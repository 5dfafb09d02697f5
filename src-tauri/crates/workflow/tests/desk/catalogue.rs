//! The golden catalogue: what it holds, how it is searched, and that a page of it is small.

use crate::ground::{Ground, Person};
use hallmark_history::{History, NewEntry};
use hallmark_image::Digest;
use hallmark_workflow::dto::{GoldenMark, GoldenPage, GoldenQuery, GoldenShow, GoldenTag};

async fn page(person: &Person, text: &str, show: GoldenShow) -> GoldenPage {
    let query = GoldenQuery {
        text: Some(text.to_owned()),
        show,
        offset: 0,
        limit: 60,
    };
    person.desk.golden(query).await.unwrap()
}

async fn names(person: &Person, text: &str) -> Vec<String> {
    let page = page(person, text, GoldenShow::All).await;
    let name = |row: hallmark_workflow::dto::GoldenRow| {
        row.repository.split_once('/').unwrap().1.to_owned()
    };
    page.rows.into_iter().map(name).collect()
}

#[tokio::test]
async fn it_says_who_approved_what_for_which_platforms() {
    let ground = Ground::new().await;
    let team = ground.team().await;
    let image = team.asked(&ground, "1.0").await;
    team.approver.approve(&image).await.unwrap();
    ground.tick();
    team.owner.promote(&image).await;
    let page = page(&team.owner, "", GoldenShow::All).await;
    assert_eq!(page.rows.len(), 1);
    let row = &page.rows[0];
    assert_eq!(row.mark, GoldenMark::Golden);
    assert_eq!(
        (row.by.as_str(), row.version.as_deref()),
        ("olga", Some("1.0"))
    );
    assert_eq!(row.since, Some(ground.now()));
    assert_eq!(row.platforms.as_deref(), Some("linux/amd64, linux/arm64"));
    assert_eq!(row.from, format!("FROM {}", image.exact()));
    let tag = GoldenTag {
        repository: image.repository.to_string(),
        tag: "golden".into(),
    };
    let whole = team.owner.desk.golden_image(tag).await.unwrap();
    assert_eq!(
        whole.row.approved_by,
        ["ines"],
        "her approval hangs on the image, wherever it was given"
    );
    assert_eq!(whole.platforms.len(), 2);
    assert_eq!(whole.labels["org.opencontainers.image.version"], "1.0");
    assert_eq!(whole.tags, ["golden"]);
}

#[tokio::test]
async fn words_are_looked_for_in_names_versions_and_digests() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let mut digest = String::new();
    for (name, version) in [("shop/api", "1.7.3"), ("shop/web", "2.0")] {
        let image = ground.push(name, version).await;
        ines.evidence(&image).await;
        ines.make_golden(&ground, &image).await;
        ines.review(&image).await;
        digest = image.digest().hex()[..10].to_owned();
    }
    assert_eq!(names(&ines, "").await, ["shop/api", "shop/web"]);
    assert_eq!(names(&ines, "API golden").await, ["shop/api"]);
    assert_eq!(names(&ines, "1.7").await, ["shop/api"]);
    assert_eq!(names(&ines, &digest).await, ["shop/web"]);
    assert_eq!(
        names(&ines, &format!("sha256:{digest}")).await,
        ["shop/web"]
    );
    assert_eq!(names(&ines, "nothing").await, Vec::<String>::new());
}

#[tokio::test]
async fn other_stages_are_not_golden_and_what_is_rolled_back_gives_way() {
    let ground = Ground::new().await;
    let (ines, first) = ground.solo().await;
    ines.make_golden(&ground, &first).await;
    let second = ground.push("shop/api", "2.0").await;
    ines.evidence(&second).await;
    ines.make_golden(&ground, &second).await;
    ines.policy_text("version = 1\n[stage.qa]\napprovals = 0\n[stage.golden]\napprovals = 1\n");
    let qa = ground.push("shop/qa", "3.0").await;
    let promoted = ines.promote_to(&qa, "qa").await.unwrap();
    assert_eq!(
        promoted.outcome,
        hallmark_workflow::dto::Outcome::Promoted,
        "{}",
        promoted.message
    );
    let shown = page(&ines, "", GoldenShow::All).await;
    assert_eq!(shown.counts.all, 1);
    assert_eq!(shown.rows[0].digest, second.digest().to_string());
    ines.roll_back(&second, None).await.unwrap();
    let shown = page(&ines, "", GoldenShow::All).await;
    assert_eq!(shown.rows[0].digest, first.digest().to_string());
}

#[tokio::test]
async fn what_was_never_read_is_counted_and_read_when_it_is_looked_at() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    ground.push_as("shop/api", "golden", "1.0").await;
    let adopt = hallmark_workflow::dto::AskAdopt {
        place: Some(ground.registry.host().to_string()),
        csv: None,
        tag: "golden".into(),
        grace: None,
        message: None,
        dry_run: false,
    };
    let work = hallmark_workflow::Work::quiet();
    ines.desk.adopt(adopt, &work).await.unwrap();
    let shown = page(&ines, "", GoldenShow::Adopted).await;
    assert_eq!(
        (shown.counts.unread, shown.rows[0].version.as_ref()),
        (1, None)
    );
    let tag = GoldenTag {
        repository: shown.rows[0].repository.clone(),
        tag: "golden".into(),
    };
    let rows = ines.desk.golden_look(vec![tag]).await.unwrap();
    assert_eq!(rows[0].version.as_deref(), Some("1.0"));
    assert_eq!(page(&ines, "1.0", GoldenShow::All).await.counts.unread, 0);
}

#[tokio::test]
async fn a_page_of_thousands_is_smaller_than_what_the_window_takes_at_once() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let long = "a".repeat(60);
    let entry = |number: usize| {
        let mut entry = NewEntry::new(ground.now(), "adoption", "a person with a long name");
        entry.repository = Some(format!(
            "registry.example.com:5000/{long}/{long}/r{number:05}"
        ));
        entry.tag = Some(format!("golden-{long}"));
        entry.digest = Some(Digest::sha256(number.to_string()));
        entry.detail = serde_json::json!({"stage": "golden", "grace": "2027-02-21T10:00:00Z"});
        entry
    };
    let history = History::open(&ines.home().join("history.db"))
        .await
        .unwrap();
    history
        .append((0..3000).map(entry).collect(), None)
        .await
        .unwrap();
    let ask = |offset| GoldenQuery {
        text: None,
        show: GoldenShow::All,
        offset,
        limit: 1_000_000,
    };
    let first = ines.desk.golden(ask(0)).await.unwrap();
    assert_eq!((first.total, first.rows.len()), (3000, 60));
    let bytes = serde_json::to_vec(&first).unwrap().len();
    assert!(bytes < 64 * 1024, "{bytes} bytes");
    let last = ines.desk.golden(ask(2999)).await.unwrap();
    assert!(last.rows[0].repository.ends_with("r02999"));
}
