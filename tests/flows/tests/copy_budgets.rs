//! How many requests a copy costs, exactly, asked of Debian's `docker-registry` by a client that
//! knows nothing yet, and counted by a proxy before it. The image is an index of four platforms:
//! 5 manifests and 24 blobs. Beside each number stands what it is made of, and the most that it
//! may ever be.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    distribution::Distribution,
    multi::{Sample, multi},
    surgeon::Surgeon,
};
use hallmark_image::{Reference, Repository};
use hallmark_registry::CopyJob;
use std::{fs, path::Path};
use tempfile::TempDir;

const USER: (&str, &str) = ("ines", "a password");

/// How registries are entered: by anybody, or by real tokens. Those cost each registry two
/// requests more: the first, which is refused, and the token, for all that is done there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Anybody,
    Tokens,
}

const ENTRIES: [Entry; 2] = [Entry::Anybody, Entry::Tokens];

/// Two registries, the image in one of them.
struct Ground {
    from: Distribution,
    to: Distribution,
    sample: Sample,
    entry: Entry,
    _folder: TempDir,
}

/// What a copy cost each of two registries, and both together.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    from: String,
    to: String,
    all: usize,
}

impl Ground {
    fn new(entry: Entry) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ground = Self {
            from: registry(entry, &folder.path().join("from")),
            to: registry(entry, &folder.path().join("to")),
            sample: multi(1, 1000),
            entry,
            _folder: folder,
        };
        let client = ground.client(&ground.from);
        client.stock(&ground.dev(), "v1", &ground.sample);
        ground
    }

    /// Where the image is.
    fn dev(&self) -> String {
        format!("{}/team/dev", self.from.host)
    }

    /// A client that was asked nothing yet.
    fn client(&self, at: &Distribution) -> Surgeon {
        match self.entry {
            Entry::Anybody => Surgeon::anonymous(&at.host),
            Entry::Tokens => Surgeon::login(&at.host, USER.0, USER.1, None),
        }
    }

    /// Copies the image there, looks whether the tags name it then, and says what it cost.
    fn copy(&self, to: &Distribution, repository: &str, tags: &[&str]) -> Cost {
        let place = format!("{}/{repository}", to.host);
        let source: Reference = format!("{}:v1", self.dev()).parse().unwrap();
        let target: Repository = place.parse().unwrap();
        let tags = tags
            .iter()
            .map(|tag| tag.parse().unwrap())
            .collect::<Vec<_>>();
        let fronts = [self.from.front(), self.to.front()];
        fronts.iter().for_each(|front| front.forget());
        let job = CopyJob::new(source, target).tagged(tags.clone());
        let copied = self.client(to).copy(&job);
        let cost = Cost {
            from: self.from.front().tally(),
            to: self.to.front().tally(),
            all: fronts.iter().map(|front| front.asked().len()).sum(),
        };
        assert_eq!(copied.requests, cost.all as u64, "what it says itself");
        let digest = self.sample.manifest.digest();
        assert_eq!(copied.digest, *digest);
        for tag in tags {
            let named = self.client(to).names(&place, tag.as_str());
            assert_eq!(named.as_ref(), Some(digest), "{tag}");
        }
        cost
    }

    /// Within the first registry.
    fn within(&self, repository: &str, tags: &[&str]) -> Cost {
        self.copy(&self.from, repository, tags)
    }
}

fn registry(entry: Entry, folder: &Path) -> Distribution {
    fs::create_dir(folder).unwrap();
    match entry {
        Entry::Anybody => Distribution::open(folder),
        Entry::Tokens => Distribution::with_tokens(folder, &[USER]),
    }
}

/// Lines of a tally, and their sum.
fn tally(lines: &[(usize, &str)]) -> String {
    let mut text: String = lines
        .iter()
        .map(|(n, what)| format!("{n} {what}\n"))
        .collect();
    text += &format!("{} in all", lines.iter().map(|(n, _)| n).sum::<usize>());
    text
}

#[test]
fn a_retag_is_the_manifest_the_tag_and_a_look_at_it() {
    for entry in ENTRIES {
        let cost = Ground::new(entry).within("team/dev", &["golden"]);
        let expected = match entry {
            Entry::Anybody => tally(&[
                (1, "GET manifest"),
                (1, "HEAD manifest"),
                (1, "PUT manifest"),
            ]),
            Entry::Tokens => tally(&[
                (2, "GET manifest"),
                (1, "HEAD manifest"),
                (1, "PUT manifest"),
                (1, "GET token"),
            ]),
        };
        assert_eq!(cost.from, expected);
    }
}

#[test]
fn five_tags_are_one_each_the_manifest_and_an_attempt_at_all_five_at_once() {
    for entry in ENTRIES {
        let cost = Ground::new(entry).within("team/dev", &["a", "b", "c", "d", "e"]);
        // The answer to each PUT tells the digest that the tag names now.
        let expected = match entry {
            Entry::Anybody => tally(&[(1, "GET manifest"), (6, "PUT manifest")]),
            Entry::Tokens => tally(&[(2, "GET manifest"), (6, "PUT manifest"), (1, "GET token")]),
        };
        assert_eq!(cost.from, expected);
        assert_eq!(cost.all, 5 + 2 + login(entry));
    }
}

#[test]
fn to_another_repository_every_blob_is_mounted() {
    for entry in ENTRIES {
        let cost = Ground::new(entry).within("team/api", &["v1"]);
        // What stands at the tag already, and what stands there in the end.
        let looks = 2;
        let expected = match entry {
            Entry::Anybody => tally(&[
                (5, "GET manifest"),
                (looks, "HEAD manifest"),
                (5, "PUT manifest"),
                (24, "POST mount"),
            ]),
            Entry::Tokens => tally(&[
                (6, "GET manifest"),
                (looks, "HEAD manifest"),
                (5, "PUT manifest"),
                (24, "POST mount"),
                (1, "GET token"),
            ]),
        };
        assert_eq!(cost.from, expected);
        assert_eq!(cost.all, 36 + login(entry));
        assert!(cost.all <= 40);
    }
}

#[test]
fn to_another_registry_every_blob_is_begun_and_sent_once_and_nothing_is_asked_beforehand() {
    for entry in ENTRIES {
        let ground = Ground::new(entry);
        let cost = ground.copy(&ground.to, "team/api", &["v1"]);
        let (from, to) = match entry {
            Entry::Anybody => (
                tally(&[(24, "GET blob"), (5, "GET manifest")]),
                tally(&[
                    (2, "HEAD manifest"),
                    (5, "PUT manifest"),
                    (24, "POST mount"),
                    (24, "PUT upload"),
                ]),
            ),
            Entry::Tokens => (
                tally(&[(24, "GET blob"), (6, "GET manifest"), (1, "GET token")]),
                tally(&[
                    (3, "HEAD manifest"),
                    (5, "PUT manifest"),
                    (24, "POST mount"),
                    (1, "GET token"),
                    (24, "PUT upload"),
                ]),
            ),
        };
        assert_eq!((cost.from, cost.to), (from, to));
        assert_eq!(cost.all, 84 + 2 * login(entry));
        assert!(cost.all <= 108);
    }
}

#[test]
fn the_same_again_is_a_look_at_both_ends_and_at_no_blob() {
    for entry in ENTRIES {
        let ground = Ground::new(entry);
        ground.copy(&ground.to, "team/api", &["v1"]);
        let again = ground.copy(&ground.to, "team/api", &["v1"]);
        let (from, to) = match entry {
            Entry::Anybody => (
                tally(&[(1, "GET manifest")]),
                tally(&[(1, "HEAD manifest")]),
            ),
            Entry::Tokens => (
                tally(&[(2, "GET manifest"), (1, "GET token")]),
                tally(&[(2, "HEAD manifest"), (1, "GET token")]),
            ),
        };
        assert_eq!((again.from, again.to), (from, to));

        ground.within("team/api", &["v1"]);
        let again = ground.within("team/api", &["v1"]);
        assert_eq!(again.all, 2 + login(entry));
    }
}

/// Requests that a token costs each registry.
fn login(entry: Entry) -> usize {
    match entry {
        Entry::Anybody => 0,
        Entry::Tokens => 2,
    }
}
