//! Bad input and things that are not there: exit codes and errors that a script can read.

use crate::stand::{Desk, Stand, members};

fn alone() -> (tempfile::TempDir, Stand, Desk) {
    let stand = Stand::open();
    let desk = stand.desk("ci");
    (tempfile::tempdir().unwrap(), stand, desk)
}

#[test]
fn wrong_usage_is_exit_2_and_an_error_in_json_where_that_is_asked_for() {
    let (_folder, _stand, desk) = alone();
    for words in [
        &["nonsense"][..],
        &["approve", "r.io/a:1"],
        &["inspect", "r.io/a:b:c"],
        &["history", "--since", "yesterday"],
        &["history", "export", "--format", "pdf", "x"],
        &["copy", "a"],
        &["copy", "r.io/a:b:c", "r.io/d"],
    ] {
        assert_eq!(desk.json(words).failed(2)["code"], "bad-input", "{words:?}");
        let said = desk.run(words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}");
        assert!(said.err.starts_with("error: "), "{said:?}");
    }
    assert!(!desk.home().exists(), "nothing was opened");
}

#[test]
fn nothing_at_all_shows_the_help_and_is_wrong_usage() {
    let (_folder, _stand, desk) = alone();
    let said = desk.run(&[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("Usage: hallmark"), "{said:?}");
    let help = desk.run(&["--help"]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    assert!(help.out.contains("Exit codes:"), "{help:?}");
}

#[test]
fn a_host_that_does_not_answer_is_exit_3() {
    let (_folder, _stand, desk) = alone();
    let said = desk.json(&["inspect", "127.0.0.1:1/team/api:1"]);
    let failed = said.failed(3);
    assert_eq!(failed["code"], "unreachable");
    assert!(
        failed["message"].as_str().unwrap().contains("127.0.0.1:1"),
        "{failed}"
    );
}

#[test]
fn what_is_not_there_is_exit_3() {
    let (_folder, stand, desk) = alone();
    let image = format!("{}/team/api:9", stand.registry.host());
    for words in [
        &["inspect", &image][..],
        &["review", &image],
        &["evidence", "list", &image],
    ] {
        assert_eq!(desk.json(words).failed(3)["code"], "not-found", "{words:?}");
    }
    let add = ["member", "add", "bo", "--role", "ci", "--key", "no.pem"];
    assert_eq!(desk.json(&add).failed(2)["code"], "bad-input");
}

#[test]
fn reports_are_read_without_a_registry_and_without_a_workspace() {
    let (folder, _stand, desk) = alone();
    let good = folder.path().join("junit.xml");
    std::fs::write(
        &good,
        r#"<testsuite name="s"><testcase name="a"/></testsuite>"#,
    )
    .unwrap();
    let (good, missing) = (good.display().to_string(), "missing.xml");
    let said = desk.json(&["evidence", "parse", missing, &good]);
    assert_eq!(said.code, 2);
    let files = said.document();
    assert_eq!(
        members(&files[1]),
        [
            "file",
            "format",
            "kind",
            "tool",
            "subject",
            "produced_at",
            "tests",
            "vulnerabilities",
            "packages",
            "warnings",
            "error"
        ]
    );
    assert_eq!(
        (&files[0]["file"], &files[1]["tests"]["passed"]),
        (&missing.into(), &1.into())
    );
    assert!(
        files[0]["error"].is_string() && files[1]["error"].is_null(),
        "{files}"
    );
    let error: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(error["error"]["code"], "bad-report");
    desk.json(&["evidence", "parse", &good]).answered(0);
    assert!(!desk.home().exists(), "no workspace was opened");
}

#[test]
fn a_report_that_cannot_be_read_is_not_attached() {
    let (folder, stand, desk) = alone();
    let team = stand.seed(0);
    let image = stand.image(&team.images[0]);
    let empty = folder.path().join("empty.xml");
    std::fs::write(&empty, "").unwrap();
    let attach = ["evidence", "attach", &image, &empty.display().to_string()];
    assert_eq!(desk.json(&attach).failed(2)["code"], "bad-report");
    assert_eq!(
        desk.json(&["evidence", "list", &image]).answered(0),
        serde_json::json!([])
    );
}

#[test]
fn a_workspace_file_that_cannot_be_read_is_named_with_its_line() {
    let (_folder, _stand, desk) = alone();
    std::fs::create_dir_all(desk.home()).unwrap();
    std::fs::write(desk.home().join("workspace.toml"), "id = 1\n").unwrap();
    let failed = desk.json(&["registries"]).failed(2);
    assert!(
        failed["message"]
            .as_str()
            .unwrap()
            .contains("workspace.toml"),
        "{failed}"
    );
}

#[test]
fn the_folder_is_named_by_an_option_or_by_the_environment() {
    let (folder, _stand, desk) = alone();
    let other = folder.path().join("other").display().to_string();
    for words in [
        ["--workspace", &other, "workspace", "show"],
        ["workspace", "show", "--workspace", &other],
    ] {
        let shown = desk.json(&words).answered(0);
        assert_eq!(
            (&shown["kind"], &shown["members"]),
            (&"solo".into(), &serde_json::json!([]))
        );
        assert!(
            shown["home"].as_str().unwrap().ends_with("other"),
            "{shown}"
        );
    }
    assert!(!desk.home().exists());
    desk.json(&["workspace", "show"]).answered(0);
    assert!(desk.home().join("workspace.toml").exists());
}

#[test]
fn shells_complete_what_the_definition_says() {
    let (_folder, _stand, desk) = alone();
    for shell in ["bash", "zsh", "fish"] {
        let said = desk.run(&["completions", shell]);
        assert_eq!(said.code, 0);
        assert!(said.out.contains("request-changes"), "{shell}");
    }
}
