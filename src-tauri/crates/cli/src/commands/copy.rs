//! `copy`.

use crate::{
    args::Copy,
    context::Context,
    exit::{Exit, Result},
    output::Answer,
    page::Page,
    text::size,
};
use hallmark_workflow::dto::{AskCopy, CopyDone, CopyMissing};

/// `copy SRC DST [--referrers] [--tag T]…`; no, where something attached did not arrive.
///
/// # Errors
/// What the use case says.
pub async fn copy(context: &Context, ask: Copy) -> Result<Answer> {
    let ask = AskCopy {
        from: ask.source,
        to: ask.target,
        tags: ask.tags.iter().map(ToString::to_string).collect(),
        expected: ask.digest.map(|digest| digest.to_string()),
        referrers: ask.referrers,
    };
    let (folder, work) = (context.folder()?, context.work());
    let copy = hallmark_workflow::copy(&folder, context.surroundings(), ask, &work);
    // It needs no history; what there is to say of it is found out meanwhile.
    let (done, cut_off) = tokio::join!(Box::pin(copy), context.cut_off());
    context.mention(cut_off);
    told(&done?)
}

fn told(done: &CopyDone) -> Result<Answer> {
    let mut page = Page::of(match done.manifests {
        0 => format!("It was at {} already.", done.to),
        _ => format!("Copied to {}.", done.to),
    });
    let some = |bytes: u64| (bytes > 0).then(|| size(bytes));
    page.facts([
        ("digest", Some(done.digest.clone())),
        (
            "tags",
            Some(done.tags.join(", ")).filter(|tags| !tags.is_empty()),
        ),
        ("sent", some(done.bytes)),
        ("mounted", some(done.mounted)),
        ("already there", some(done.already)),
        ("requests", Some(done.requests.to_string())),
        ("time", Some(format!("{:.2} s", done.seconds))),
    ]);
    let left: Vec<String> = done.missing.iter().map(missing).collect();
    page.notes("missing", &left);
    Ok(Answer::new(done, page)?.exit(Exit::of(done.missing.is_empty())))
}

fn missing(missing: &CopyMissing) -> String {
    let kind = missing.artifact_type.as_deref().unwrap_or("something");
    let what = missing.digest.as_deref().unwrap_or(kind);
    format!("{what}: {}", missing.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(missing: Vec<CopyMissing>) -> CopyDone {
        CopyDone {
            to: "r.io/a:1".into(),
            digest: "sha256:01".into(),
            media_type: "a/b".into(),
            tags: vec!["1".into()],
            manifests: 5,
            blobs: 24,
            requests: 36,
            bytes: 0,
            mounted: 12_345_678,
            already: 0,
            missing,
            seconds: 0.25,
        }
    }

    #[test]
    fn what_did_not_arrive_is_named_and_a_no() {
        let missing = CopyMissing {
            subject: "sha256:01".into(),
            digest: Some("sha256:02".into()),
            artifact_type: None,
            why: "It is gone.".into(),
        };
        let answer = told(&done(vec![missing])).unwrap();
        assert_eq!(answer.exit_code(), Exit::No);
        assert!(
            answer.text().contains("missing: sha256:02: It is gone."),
            "{}",
            answer.text()
        );
        let whole = told(&done(Vec::new())).unwrap();
        assert_eq!(whole.exit_code(), Exit::Done);
        assert!(whole.text().contains("12.3 MB"), "{}", whole.text());
        assert!(!whole.text().contains("already"), "{}", whole.text());
        let nothing = CopyDone {
            manifests: 0,
            ..done(Vec::new())
        };
        let text = told(&nothing).unwrap().text();
        assert!(text.contains("It was at r.io/a:1 already."), "{text}");
    }
}
