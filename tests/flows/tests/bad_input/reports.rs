//! Reports that cannot be read, or are about something else.

use crate::Desk;
use hallmark_flows::{ground::word, images::Candidate, said::Said};
use hallmark_practice::samples::Story;
use std::fs::File;

/// Tries to attach a report beside a good one; all are looked at before any is attached.
fn attach(desk: &Desk, name: &str, bytes: &[u8]) -> Said {
    let bad = word(&desk.ground.file(name, bytes));
    let good = word(
        &desk
            .ground
            .file("good.xml", &desk.candidate.sample.reports[0].bytes),
    );
    desk.ines
        .json(&["evidence", "attach", &desk.candidate.exact(), &good, &bad])
}

#[test]
fn a_report_that_cannot_be_read_is_named_with_what_is_wrong_and_nothing_is_attached() {
    let desk = Desk::open();
    let junit = &desk.candidate.sample.reports[0].bytes;
    let trivy = &desk.candidate.sample.reports[1].bytes;
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    desk.loses_nothing(|_| {
        for (name, bytes, words) in [
            ("empty.xml", Vec::new(), &["empty"][..]),
            ("truncated.xml", half(junit), &["line"]),
            ("truncated.json", half(trivy), &["line"]),
            (
                "words.txt",
                b"all tests passed, promise".to_vec(),
                &["not a report that Hallmark knows", "it reads test results"],
            ),
            (
                "image.png",
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
                &["not a report that Hallmark knows", "it reads test results"],
            ),
            ("other.json", br#"{"hello": "world"}"#.to_vec(), &["report"]),
        ] {
            let said = attach(&desk, name, &bytes);
            let failure = said.failure(2);
            assert_eq!(failure.code, "bad-report", "{}", said.whole());
            for word in [&[name], words].concat() {
                let whole = format!("{} {}", failure.message, failure.hint);
                assert!(
                    whole.contains(word),
                    "“{word}” is not said: {}",
                    said.whole()
                );
            }
        }
    });
}

#[test]
fn a_very_large_report_is_refused_without_reading_it() {
    let desk = Desk::open();
    let path = desk.ground.file("large.xml", b"<testsuites>");
    // Sparse: it takes no room, and would take 600 MiB of memory were it read.
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(600 << 20)
        .unwrap();
    let file = word(&path);
    desk.loses_nothing(|ines| {
        let said = ines.json(&["evidence", "attach", &desk.candidate.exact(), &file]);
        let failure = said.failure(2);
        assert_eq!(failure.code, "bad-report", "{}", said.whole());
        assert!(failure.message.contains("large.xml"), "{}", said.whole());
        let parsed = ines.json(&["evidence", "parse", &file]).answer(2);
        assert!(
            parsed[0]["error"].as_str().unwrap().contains("large"),
            "{parsed:#}"
        );
    });
}

#[test]
fn a_report_that_is_not_there_is_bad_input() {
    let desk = Desk::open();
    desk.loses_nothing(|ines| {
        let said = ines.json(&[
            "evidence",
            "attach",
            &desk.candidate.exact(),
            "/no/such.xml",
        ]);
        said.fails(2, "bad-input", &["/no/such.xml"]);
    });
}

#[test]
fn a_report_about_another_digest_is_not_attached_unless_somebody_says_why() {
    let desk = Desk::open();
    let other = Candidate::of(desk.shelf.host(), Story::EvidenceForAnother, 0);
    let scan = other
        .sample
        .reports
        .iter()
        .find(|report| report.platform.is_some())
        .unwrap();
    desk.loses_nothing(|_| {
        let said = attach(&desk, "scan.json", &scan.bytes);
        let words = [
            "scan.json is about another image",
            "nothing was attached",
            "--because",
        ];
        said.fails(1, "evidence-for-another", &words);
    });
    let file = word(&desk.ground.files().join("scan.json"));
    let image = desk.candidate.exact();
    let because = ["--because", "the same layers, built again"];
    desk.ines
        .ok(&[&["evidence", "attach", &image, &file], &because[..]].concat());
    let listed = desk.ines.ok(&["evidence", "list", &image]);
    assert!(
        listed.to_string().contains("the same layers, built again"),
        "{listed:#}"
    );
}

#[test]
fn a_report_about_another_digest_that_others_attached_is_shown_and_counts_for_nothing() {
    let desk = Desk::open();
    let tests = word(
        &desk
            .ground
            .file("junit.xml", &desk.candidate.sample.reports[0].bytes),
    );
    let image = desk.candidate.exact();
    desk.ines.ok(&["evidence", "attach", &image, &tests]);
    let other = Candidate::of(desk.shelf.host(), Story::EvidenceForAnother, 0);
    let surgeon = desk.shelf.surgeon();
    for report in other
        .sample
        .reports
        .iter()
        .filter(|report| report.platform.is_some())
    {
        surgeon.hang_report(&desk.candidate, &report.name, report.bytes.clone());
    }
    let review = desk.ines.json(&["review", &image]).answer(1);
    assert_eq!(review["verdict"], "fail", "{review:#}");
    assert_eq!(
        review["evidence"].as_array().unwrap().len(),
        3,
        "{review:#}"
    );
    let approve = ["approve", &image, "--stage", "golden", "-m", "let it go"];
    desk.ines
        .json(&approve)
        .fails(1, "policy-refuses", &["another"]);
}

#[test]
fn what_the_policy_refuses_is_refused_by_every_way_and_the_refusal_is_recorded() {
    for story in [Story::FailingTests, Story::FixableCritical] {
        let desk = Desk::open();
        let bad = Candidate::of(desk.shelf.host(), story, 0);
        desk.shelf.surgeon().push(&bad);
        desk.ines.attach(&bad, &desk.ground.files());
        desk.ines.request(&bad.exact());
        desk.ines.json(&["review", &bad.exact()]).answer(1);
        let approve = [
            "approve",
            &bad.exact(),
            "--stage",
            "golden",
            "-m",
            "let it go",
        ];
        desk.ines
            .json(&approve)
            .fails(1, "policy-refuses", &["says no", "hallmark review"]);
        let image = bad.exact();
        for more in [&[][..], &["--dry-run"]] {
            let words = [&["promote", &image, "--stage", "golden"], more].concat();
            let said = desk.ines.json(&words).answer(1);
            assert_eq!(said["outcome"], "refused", "{story:?}: {said:#}");
        }
        assert_eq!(desk.shelf.names(&bad, "golden"), None, "{story:?}");
        assert_eq!(
            desk.ines.count("refusal"),
            2,
            "{story:?}: approve and promote"
        );
    }
}
