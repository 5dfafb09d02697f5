//! The next page, out of a `Link` header (RFC 8288; distribution-spec, "Listing Tags").
//!
//! It stays with the registry: a page elsewhere is refused, since its login would be asked for.

use crate::{Error, ErrorKind, home::Home, wire::Answer};
use http::header::LINK;
use url::Url;

/// Where the next page is, if there is one.
pub(crate) fn next(home: &Home, answer: &Answer) -> Result<Option<Url>, Error> {
    let target = answer
        .headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(target);
    let Some(target) = target else {
        return Ok(None);
    };
    match answer.url.join(target) {
        Ok(url) if home.is_at(&url) && home.is_at(&answer.url) => Ok(Some(url)),
        _ => Err(Error::new(
            ErrorKind::Refused,
            home.host(),
            format!(
                "{} says that its list goes on at another server.",
                home.host()
            ),
            "It was not followed; ask whoever runs the registry to set its outside address.",
        )),
    }
}

/// The target of `<target>; rel="next"`.
fn target(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        let target = &rest[start + 1..end];
        let parameters = &rest[end + 1..];
        let until = parameters.find('<').unwrap_or(parameters.len());
        let is_next = parameters[..until]
            .split([';', ','])
            .filter_map(|parameter| parameter.trim().split_once('='))
            .any(|(key, value)| {
                key.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
            });
        if is_next {
            return Some(target);
        }
        rest = &parameters[until..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        for (header, wanted) in [
            (
                r#"</v2/a/tags/list?last=b&n=2>; rel="next""#,
                Some("/v2/a/tags/list?last=b&n=2"),
            ),
            ("</x>; rel=next", Some("/x")),
            (r#"</p>; rel="prev", </n>; rel="next""#, Some("/n")),
            (r#"</p>; rel="prev""#, None),
            ("next", None),
            ("<", None),
        ] {
            assert_eq!(target(header), wanted, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(text: String) {
            let _ = target(&text);
        }
    }
}
