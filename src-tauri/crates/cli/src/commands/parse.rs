//! `evidence parse`: reports read without a registry and without a workspace.

use crate::{
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
    text::{count, time},
};
use hallmark_evidence::{MAX_REPORT_BYTES, Summary, parse, summary};
use hallmark_workflow::error::Code;
use std::path::{Path, PathBuf};

/// Reads the files one after the other, and tells of all of them even if one is wrong.
///
/// # Errors
/// Only where the answer cannot be written as JSON; a file that cannot be read is part of
/// the answer, and of its exit code.
pub fn files(paths: &[PathBuf]) -> Result<Answer> {
    let read: Vec<Summary> = paths.iter().map(|path| read(path)).collect();
    let wrong = read.iter().filter(|file| file.error.is_some()).count();
    let answer = Answer::new(&read, page(&read))?;
    Ok(match wrong {
        0 => answer,
        wrong => answer.but(failure(&read, wrong)),
    })
}

fn read(path: &Path) -> Summary {
    let name = path.display().to_string();
    match files::read(path, MAX_REPORT_BYTES as u64) {
        Ok(bytes) => summary(&name, &parse(&name, &bytes)),
        Err(error) => unreadable(name, &error),
    }
}

fn unreadable(file: String, error: &std::io::Error) -> Summary {
    let error = Some(format!(
        "{file}: {error}; check the name, and that you may read the file"
    ));
    Summary {
        file,
        format: None,
        kind: None,
        tool: None,
        subject: None,
        produced_at: None,
        tests: None,
        vulnerabilities: None,
        packages: None,
        warnings: Vec::new(),
        error,
    }
}

fn failure(read: &[Summary], wrong: usize) -> Failure {
    let of = count(read.len() as u64, "file", "files");
    let sentences = read.iter().filter_map(|file| file.error.clone());
    let first = sentences.take(5).collect::<Vec<_>>().join("\n");
    Failure::new(Code::BadReport, format!("{wrong} of {of} cannot be read")).hint(first)
}

fn page(read: &[Summary]) -> Page {
    let mut page = Page::new();
    for file in read.iter().filter(|file| file.error.is_none()) {
        page.heading(&file.file);
        page.facts([
            ("  format", file.format.map(|format| format.to_string())),
            ("  kind", file.kind.map(|kind| kind.words().to_owned())),
            ("  tool", file.tool.as_ref().map(tool)),
            ("  about", file.subject.as_ref().and_then(about)),
            ("  made", file.produced_at.map(time)),
            ("  tests", file.tests.as_ref().map(tests)),
            ("  findings", file.vulnerabilities.as_ref().map(findings)),
            ("  packages", file.packages.map(|all| all.total.to_string())),
        ]);
        page.notes("  warning", &file.warnings);
    }
    page
}

fn tool(tool: &hallmark_evidence::Tool) -> String {
    match &tool.version {
        Some(version) => format!("{} {version}", tool.name),
        None => tool.name.clone(),
    }
}

fn about(subject: &hallmark_evidence::SummarySubject) -> Option<String> {
    let digest = subject.digest.as_ref().map(ToString::to_string);
    let parts: Vec<String> = subject.name.clone().into_iter().chain(digest).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn tests(tests: &hallmark_evidence::TestSummary) -> String {
    format!(
        "{}: {} passed, {} failed, {} ended in an error, {} skipped",
        tests.total, tests.passed, tests.failed, tests.errored, tests.skipped
    )
}

fn findings(found: &hallmark_evidence::VulnSummary) -> String {
    format!(
        "{}: {} Critical, {} High, {} Medium, {} Low, {} Unknown; {} with a fix, {} suppressed",
        found.total,
        found.critical,
        found.high,
        found.medium,
        found.low,
        found.unknown,
        found.fixable,
        found.suppressed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    const JUNIT: &str = r#"<testsuites><testsuite name="api"><testcase name="a" time="0.5"/>
        <testcase name="b"><failure message="no"/></testcase></testsuite></testsuites>"#;

    fn parsed(contents: &[(&str, Option<&str>)]) -> Answer {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, content): &(&str, Option<&str>)| {
            let path = folder.path().join(name);
            content
                .iter()
                .for_each(|content| std::fs::write(&path, content).unwrap());
            path
        };
        files(&contents.iter().map(write).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_report_is_told_with_the_contracts_members_in_their_order() {
        let answer = parsed(&[("junit.xml", Some(JUNIT))]);
        let file = answer.document()[0].as_object().unwrap();
        let members: Vec<&str> = file.keys().map(String::as_str).collect();
        assert_eq!(
            members,
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
            (&file["format"], &file["kind"]),
            (&"junit".into(), &"tests".into())
        );
        assert_eq!(
            (&file["tests"]["total"], &file["tests"]["failed"]),
            (&2.into(), &1.into())
        );
        assert_eq!(answer.exit_code(), Exit::Done);
        assert!(
            answer.text().contains("2: 1 passed, 1 failed"),
            "{}",
            answer.text()
        );
    }

    #[test]
    fn one_wrong_file_does_not_hide_the_others() {
        let answer = parsed(&[
            ("missing.xml", None),
            ("good.xml", Some(JUNIT)),
            ("empty.xml", Some("")),
        ]);
        let errors: Vec<bool> = answer
            .document()
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["error"].is_string())
            .collect();
        assert_eq!(errors, [true, false, true]);
        assert_eq!(answer.exit_code(), Exit::BadInput);
        assert!(
            answer.document()[0]["file"]
                .as_str()
                .unwrap()
                .ends_with("missing.xml")
        );
    }

    #[test]
    fn a_folder_is_no_report() {
        let folder = tempfile::tempdir().unwrap();
        let answer = files(&[folder.path().to_owned()]).unwrap();
        assert_eq!(answer.exit_code(), Exit::BadInput);
    }
}
