//! Links to commit, difference, run and ticket: https only, with the host shown.

use crate::{
    case::Case,
    dto::{Link, LinkKind},
    image::Image,
};
use url::Url;

const SOURCE: &str = "org.opencontainers.image.source";
const REVISION: &str = "org.opencontainers.image.revision";

/// The links of a case, from its request and the image's labels.
pub(crate) fn of(case: &Case, golden: Option<&Image>) -> Vec<Link> {
    let request = case.standing.request.as_ref().map(|(_, request)| request);
    let run = request.and_then(|request| request.run.as_deref());
    let ticket = request.and_then(|request| request.ticket.as_deref());
    let asked = "the request";
    [
        commit(&case.image),
        golden.and_then(|golden| compare(golden, &case.image)),
        run.and_then(|run| link(LinkKind::Run, "run", run, asked)),
        ticket.and_then(|ticket| link(LinkKind::Ticket, "ticket", ticket, asked)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An https link, or nothing: what a label or a request says is foreign.
fn link(kind: LinkKind, label: &str, url: &str, source: &str) -> Option<Link> {
    let url = https(url)?;
    let last = url
        .path_segments()
        .and_then(|mut parts| parts.rfind(|part| !part.is_empty()))
        .unwrap_or_default();
    let label = match kind {
        LinkKind::Run | LinkKind::Ticket if !last.is_empty() => format!("{label} {last}"),
        _ => label.to_owned(),
    };
    Some(Link {
        kind,
        label,
        host: url.host_str()?.to_owned(),
        url: url.to_string(),
        source: source.to_owned(),
    })
}

/// The link as it may be opened: https, with no name or password in it; else nothing.
pub fn https_link(text: &str) -> Option<String> {
    https(text).map(String::from)
}

/// An https address without a name or password in it.
pub(crate) fn https(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    (plain && url.host_str().is_some()).then_some(url)
}

fn commit(image: &Image) -> Option<Link> {
    let (source, revision) = (image.label(SOURCE)?, revision(image)?);
    let short: String = revision.chars().take(7).collect();
    let url = format!("{}/commit/{revision}", base(&source)?);
    link(
        LinkKind::Commit,
        &format!("commit {short}"),
        &url,
        "a label of the image",
    )
}

fn compare(golden: &Image, image: &Image) -> Option<Link> {
    let source = image.label(SOURCE)?;
    let (from, to) = (revision(golden)?, revision(image)?);
    if golden.label(SOURCE)? != source || from == to {
        return None;
    }
    let url = format!("{}/compare/{from}...{to}", base(&source)?);
    link(
        LinkKind::Difference,
        "changes since golden",
        &url,
        "labels of both images",
    )
}

/// The repository's address; GitLab keeps its pages under `/-`.
fn base(source: &str) -> Option<String> {
    let url = https(source)?;
    let plain = url
        .as_str()
        .trim_end_matches('/')
        .trim_end_matches(".git")
        .to_owned();
    Some(if url.host_str()?.contains("gitlab") {
        format!("{plain}/-")
    } else {
        plain
    })
}

fn revision(image: &Image) -> Option<String> {
    image.label(REVISION).filter(|text| {
        (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_becomes_a_link() {
        for bad in [
            "http://ci.example.com/1",
            "javascript:alert(1)",
            "https://me:pw@ci.example.com/1",
            "file:///etc/passwd",
            "no",
        ] {
            assert!(
                link(LinkKind::Run, "run", bad, "x").is_none(),
                "{bad} became a link"
            );
        }
        let good = link(
            LinkKind::Run,
            "run",
            "https://ci.example.com/jobs/4412",
            "the request",
        )
        .unwrap();
        assert_eq!(
            (good.label.as_str(), good.host.as_str()),
            ("run 4412", "ci.example.com")
        );
    }

    #[test]
    fn gitlab_has_its_pages_elsewhere() {
        assert_eq!(
            base("https://gitlab.com/a/b.git").as_deref(),
            Some("https://gitlab.com/a/b/-")
        );
        assert_eq!(
            base("https://github.com/a/b").as_deref(),
            Some("https://github.com/a/b")
        );
    }
}
