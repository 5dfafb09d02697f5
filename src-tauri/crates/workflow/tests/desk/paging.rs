//! Pages of a review: in every order, narrowed, never longer than what crosses to the window, and
//! let go of on leaving.

use crate::ground::{Ground, trivy};
use hallmark_workflow::dto::{FindingsQuery, TestsQuery};
use serde_json::{Value, json};

fn asked(image: &str, more: &Value) -> Value {
    let mut query = json!({"image": image, "show": "all", "text": null, "offset": 0, "limit": 200});
    let query_fields = query.as_object_mut().unwrap();
    query_fields.extend(more.as_object().unwrap().clone());
    query
}

fn tests(image: &str, more: &Value) -> TestsQuery {
    serde_json::from_value(asked(image, more)).unwrap()
}

fn findings(image: &str, more: &Value) -> FindingsQuery {
    serde_json::from_value(asked(image, more)).unwrap()
}

/// A report of tests whose names and messages are as long and as hostile as they come.
fn hostile(cases: usize) -> String {
    let name = "&#x9;\u{202e}&lt;b&gt;".repeat(200);
    let cases: String = (0..cases)
        .map(|at| format!(r#"<testcase classname="c" name="{at} {name}" time="0.{at}"><failure message="{name}">{name}</failure></testcase>"#))
        .collect();
    format!(r#"<testsuites><testsuite name="s">{cases}</testsuite></testsuites>"#)
}

#[tokio::test]
async fn a_page_is_never_more_than_sixty_rows_and_64_kib_and_a_row_is_whole_by_itself() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    ines.attach(&image, "junit.xml", &hostile(150))
        .await
        .unwrap();
    let name = image.exact();
    let page = ines
        .desk
        .tests_page(tests(&name, &json!({})))
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.total), (60, 150));
    let bytes = serde_json::to_vec(&page).unwrap().len();
    assert!(bytes <= 64 * 1024, "{bytes}");
    assert!(page.rows.iter().all(|row| row.detail.is_none()));
    let whole = tests(&name, &json!({"offset": 3}));
    let whole = ines.desk.test_row(whole).await.unwrap();
    assert!(whole.detail.unwrap().len() > 1000);
    assert!(whole.name.len() > page.rows[3].name.len());
    let beyond = tests(&name, &json!({"offset": 150}));
    assert!(ines.desk.test_row(beyond).await.is_err());
}

#[tokio::test]
async fn tests_are_in_the_order_that_is_asked_for() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let report = r#"<testsuites><testsuite name="s"><testcase classname="s" name="b" time="3"/><testcase classname="s" name="c" time="1"><failure message="no"/></testcase><testcase classname="s" name="a" time="2"/></testsuite></testsuites>"#;
    ines.attach(&image, "junit.xml", report).await.unwrap();
    for (sort, expected) in [
        ("result", ["c", "a", "b"]),
        ("name", ["a", "b", "c"]),
        ("slowest", ["b", "a", "c"]),
    ] {
        let query = tests(&image.exact(), &json!({ "sort": sort }));
        let page = ines.desk.tests_page(query).await.unwrap();
        let names: Vec<&str> = page.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, expected, "{sort}");
    }
    let failed = tests(&image.exact(), &json!({"show": "failed", "text": "C"}));
    assert_eq!(ines.desk.tests_page(failed).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_report_that_comes_is_seen_by_the_next_review_and_its_pages() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let scan = |findings: &[(&str, &str, &str)]| trivy(&image, 0, ground.now(), findings);
    let one = scan(&[("CVE-2", "LOW", "")]);
    ines.attach(&image, "one.json", &one).await.unwrap();
    ines.review(&image).await;
    let query = || findings(&image.exact(), &json!({"sort": "id"}));
    assert_eq!(ines.desk.findings_page(query()).await.unwrap().total, 1);
    ground.tick();
    let two = trivy(
        &image,
        0,
        ground.now(),
        &[("CVE-2", "LOW", ""), ("CVE-1", "LOW", "")],
    );
    ines.attach(&image, "two.json", &two).await.unwrap();
    ines.review(&image).await;
    let page = ines.desk.findings_page(query()).await.unwrap();
    assert_eq!((page.total, page.rows[0].id.as_str()), (2, "CVE-1"));
    ines.desk.leave_review();
    assert_eq!(ines.desk.findings_page(query()).await.unwrap().total, 2);
}

#[tokio::test]
async fn a_finding_names_its_line_in_each_report_that_lists_it() {
    let ground = Ground::new().await;
    let ines = ground.person("ines").await;
    let image = ground.push("shop/api", "1.0").await;
    let scan = trivy(&image, 0, ground.now(), &[("CVE-2", "LOW", "")]);
    let spread = scan.replace(
        r#"{"VulnerabilityID":"CVE-2""#,
        "\n\n{\"VulnerabilityID\":\"CVE-2\"",
    );
    assert_ne!(scan, spread, "the fixture is written otherwise now");
    let lines_before = |text: &str| {
        let at = text.find("CVE-2").unwrap();
        u32::try_from(text[..at].matches('\n').count() + 1).unwrap()
    };
    let expected = Some(lines_before(&spread));
    ines.attach(&image, "one.json", &spread).await.unwrap();
    let query = findings(&image.exact(), &json!({"sort": "id"}));
    let row = ines.desk.finding_row(query).await.unwrap();
    assert_eq!(row.evidence.len(), 1);
    assert_eq!(row.lines, [expected]);
}
