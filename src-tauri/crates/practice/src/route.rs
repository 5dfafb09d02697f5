//! Which part of the API a path means, and what a request needs to be allowed. Names, tags and
//! digests are parsed here, once; a path that is none of them gets no further.

use crate::problem::Problem;
use hallmark_image::{Digest, RepositoryName, Tag};
use http::{Method, Uri};
use url::form_urlencoded;

/// One end point of distribution-spec 1.1, "Endpoints".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Base,
    Catalog,
    Tags(RepositoryName),
    Manifest(RepositoryName, Target),
    Blob(RepositoryName, Digest),
    Uploads(RepositoryName),
    Upload(RepositoryName, String),
    Referrers(RepositoryName, Digest),
}

/// What stands after `/manifests/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Tag(Tag),
    Digest(Digest),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

impl Route {
    /// Reads a path.
    pub(crate) fn of(path: &str) -> Result<Self, Problem> {
        // A colon is the one character of these paths that clients may escape.
        let path = path.replace("%3A", ":").replace("%3a", ":");
        match path.as_str() {
            "/v2" | "/v2/" => return Ok(Self::Base),
            "/v2/_catalog" => return Ok(Self::Catalog),
            _ => {}
        }
        let rest = path.strip_prefix("/v2/").ok_or_else(Problem::not_found)?;
        let parts: Vec<&str> = rest.split('/').collect();
        match parts.as_slice() {
            [name @ .., "tags", "list"] => Ok(Self::Tags(name_of(name)?)),
            [name @ .., "manifests", target] => {
                Ok(Self::Manifest(name_of(name)?, target_of(target)?))
            }
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                Ok(Self::Uploads(name_of(name)?))
            }
            [name @ .., "blobs", "uploads", id] => {
                Ok(Self::Upload(name_of(name)?, (*id).to_owned()))
            }
            [name @ .., "blobs", digest] => Ok(Self::Blob(name_of(name)?, digest.parse()?)),
            [name @ .., "referrers", digest] => {
                Ok(Self::Referrers(name_of(name)?, digest.parse()?))
            }
            _ => Err(Problem::not_found()),
        }
    }

    /// The repository that it is about, if it is about one.
    pub(crate) fn repository(&self) -> Option<&RepositoryName> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Tags(name)
            | Self::Manifest(name, _)
            | Self::Blob(name, _)
            | Self::Uploads(name)
            | Self::Upload(name, _)
            | Self::Referrers(name, _) => Some(name),
        }
    }

    /// What a request of this method and query has to be allowed.
    pub(crate) fn needs(&self, method: &Method, query: &Query) -> Vec<Need> {
        let Some(name) = self.repository() else {
            return match self {
                Self::Catalog => vec![Need::catalog()],
                _ => Vec::new(),
            };
        };
        let actions: &[&str] = match *method {
            Method::GET | Method::HEAD if !matches!(self, Self::Upload(..)) => &["pull"],
            Method::DELETE if !matches!(self, Self::Upload(..)) => &["delete"],
            _ => &["pull", "push"],
        };
        let mut needs = vec![Need::repository(name, actions)];
        // The source of a mount is not needed: where it may not be read, there is no mount.
        if let (Self::Uploads(_), Some(from)) = (self, query.mount_source()) {
            needs.extend((from != *name).then(|| Need::repository(&from, &["pull"]).wished()));
        }
        needs
    }
}

fn name_of(parts: &[&str]) -> Result<RepositoryName, Problem> {
    parts.join("/").parse().map_err(|_| Problem::name_invalid())
}

fn target_of(text: &str) -> Result<Target, Problem> {
    if text.contains(':') {
        return Ok(Target::Digest(text.parse()?));
    }
    text.parse()
        .map(Target::Tag)
        .map_err(|_| Problem::manifest_unknown(&text))
}

/// A right that a request needs, as the token scopes of distribution name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) actions: Vec<&'static str>,
    /// Asked for in the challenge, but the request goes on without it.
    pub(crate) optional: bool,
}

impl Need {
    fn catalog() -> Self {
        Self {
            kind: "registry",
            name: "catalog".into(),
            actions: vec!["*"],
            optional: false,
        }
    }

    fn repository(name: &RepositoryName, actions: &[&'static str]) -> Self {
        Self {
            kind: "repository",
            name: name.to_string(),
            actions: actions.to_vec(),
            optional: false,
        }
    }

    fn wished(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Whether it only reads.
    pub(crate) fn is_reading(&self) -> bool {
        self.kind == "registry" || self.actions.iter().all(|action| *action == "pull")
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.kind, self.name, self.actions.join(","))
    }
}

/// A query, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    pub(crate) fn parse(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    /// The first value of that name.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every value of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The digest of that name, if there is one.
    pub(crate) fn digest(&self, name: &str) -> Result<Option<Digest>, Problem> {
        Ok(self.get(name).map(str::parse).transpose()?)
    }

    /// The repository a mount is asked from.
    pub(crate) fn mount_source(&self) -> Option<RepositoryName> {
        self.get("mount")?;
        self.get("from")?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn repositories_named_like_end_points_are_told_apart() {
        let name: RepositoryName = "tags/list/manifests".parse().unwrap();
        assert_eq!(
            Route::of("/v2/tags/list/manifests/tags/list").unwrap(),
            Route::Tags(name)
        );
        let name: RepositoryName = "a/blobs".parse().unwrap();
        assert_eq!(
            Route::of("/v2/a/blobs/blobs/uploads/").unwrap(),
            Route::Uploads(name)
        );
    }

    #[test]
    fn an_escaped_colon_is_a_colon() {
        let path = format!("/v2/a/blobs/{}", DIGEST.replace(':', "%3A"));
        assert_eq!(
            Route::of(&path).unwrap(),
            Route::Blob("a".parse().unwrap(), DIGEST.parse().unwrap())
        );
    }

    #[test]
    fn what_is_no_name_or_digest_gets_no_further() {
        for path in [
            "/",
            "/v2/a",
            "/v2/A/tags/list",
            "/v2/../etc/tags/list",
            "/v2/a/blobs/sha256:../../x",
            "/v2/a/manifests/sha256:12",
            "/v2/tags/list",
            "/v1/a/tags/list",
        ] {
            assert!(Route::of(path).is_err(), "{path} was taken");
        }
    }

    #[test]
    fn a_mount_asks_for_both_repositories() {
        let query = Query::parse(format!("mount={DIGEST}&from=b/c").as_bytes());
        let needs = Route::Uploads("a".parse().unwrap()).needs(&Method::POST, &query);
        let words: Vec<String> = needs.iter().map(Need::to_string).collect();
        assert_eq!(words, ["repository:a:pull,push", "repository:b/c:pull"]);
    }
}
