//! What a registry wants to see, out of `WWW-Authenticate` (RFC 9110, section 11.6.1).

use http::{HeaderMap, header::WWW_AUTHENTICATE};

/// A way to log in that Hallmark knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// Name and password with each request.
    Basic,
    /// A token, to be had from a token server.
    Bearer {
        /// The token server's URL, as the registry gave it; not yet looked at.
        realm: String,
        /// The name that the token server knows the registry by.
        service: Option<String>,
        /// The scope that the registry would have liked.
        scope: Option<String>,
    },
}

impl Challenge {
    /// The best way that the headers offer: Bearer before Basic.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let offered: Vec<Self> = headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .filter_map(|text| http_auth::parse_challenges(text).ok())
            .flat_map(|challenges| challenges.iter().filter_map(known).collect::<Vec<_>>())
            .collect();
        let bearer = offered.iter().find(|c| matches!(c, Self::Bearer { .. }));
        bearer.or_else(|| offered.first()).cloned()
    }
}

fn known(challenge: &http_auth::ChallengeRef<'_>) -> Option<Challenge> {
    let parameter = |name: &str| {
        let (_, value) = challenge
            .params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.to_unescaped())
    };
    if challenge.scheme.eq_ignore_ascii_case("bearer") {
        return Some(Challenge::Bearer {
            realm: parameter("realm")?,
            service: parameter("service"),
            scope: parameter("scope").filter(|scope| !scope.is_empty() && scope.len() <= 1024),
        });
    }
    challenge
        .scheme
        .eq_ignore_ascii_case("basic")
        .then_some(Challenge::Basic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(lines: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, line.parse().unwrap());
        }
        Challenge::from_headers(&headers)
    }

    #[test]
    fn bearer_is_read_with_realm_service_and_scope() {
        let found = read(&[
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull,push""#,
        ]);
        let wanted = Challenge::Bearer {
            realm: "https://auth.docker.io/token".into(),
            service: Some("registry.docker.io".into()),
            scope: Some("repository:library/nginx:pull,push".into()),
        };
        assert_eq!(found, Some(wanted));
    }

    #[test]
    fn bearer_is_taken_before_basic_however_they_are_sent() {
        let bearer = r#"bearer Realm="https://a/""#;
        for lines in [
            vec![r#"Basic realm="x""#, bearer],
            vec![bearer, "Basic"],
            vec![r#"Basic realm="x", Bearer realm="https://a/""#],
        ] {
            assert!(
                matches!(read(&lines), Some(Challenge::Bearer { .. })),
                "{lines:?}"
            );
        }
        assert_eq!(
            read(&[r#"BASIC realm="Registry Realm""#]),
            Some(Challenge::Basic)
        );
    }

    #[test]
    fn what_is_not_known_or_broken_is_no_challenge() {
        for line in [
            "Negotiate",
            "Bearer",
            r#"Bearer service="x""#,
            "Bearer realm=\"",
            "=,=",
        ] {
            assert_eq!(read(&[line]), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(text in "[ -~]{0,80}") {
            let _ = read(&[&text]);
        }
    }
}
