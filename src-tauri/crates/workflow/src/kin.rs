//! Kin: which of the images that are known here are built on another one.
//!
//! An image says so itself by its base digest, in an annotation or a label; or its first layers
//! are all the layers of the other, whoever built it and whatever it says. What is built on what
//! is built on it counts too.

use crate::{
    desk::Desk,
    error::{Code, Result},
    facts::Make,
    image::{Image, PARALLEL},
    surroundings::Work,
};
use futures::{StreamExt, stream};
use hallmark_attest::predicate::BuiltOnFound;
use hallmark_image::{Digest, Repository};

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kin {
    pub(crate) found: Vec<(Repository, Digest, BuiltOnFound)>,
    /// Images that could not be read, and why, in sentences.
    pub(crate) unread: Vec<String>,
}

/// An image with what it is made of.
type Made = (Repository, Digest, Make);

impl Desk {
    /// The known images that are built on `image`.
    pub(crate) async fn built_on(&self, image: &Image, work: &Work) -> Result<Kin> {
        let marks = self.marks().await?;
        let others: Vec<(Repository, Digest)> = marks
            .images()
            .filter(|(_, digest)| digest != image.digest())
            .cloned()
            .collect();
        let total = others.len() as u64;
        let mut reading = stream::iter(others)
            .map(|(repository, digest)| async move {
                let make = self.make(&repository, &digest).await;
                (repository, digest, make)
            })
            .buffered(PARALLEL);
        let (mut made, mut kin, mut done) = (Vec::new(), Kin::default(), 0);
        while let Some((repository, digest, make)) = reading.next().await {
            done += 1;
            work.step("Looking for what is built on it", done, Some(total))?;
            match make {
                Ok(make) => made.push((repository, digest, make)),
                // What is gone from its registry runs nowhere from there.
                Err(error) if error.code == Code::NotFound => (),
                Err(error) => kin
                    .unread
                    .push(format!("{repository}@{}: {error}", digest.short())),
            }
        }
        kin.found = descendants(&image.make(), made);
        Ok(kin)
    }
}

fn descendants(of: &Make, others: Vec<Made>) -> Vec<(Repository, Digest, BuiltOnFound)> {
    let mut line = of.own.clone();
    let mut found = Vec::new();
    let mut left = others;
    loop {
        let (kin, rest): (Vec<Made>, Vec<Made>) = left
            .into_iter()
            .partition(|(_, _, make)| !make.base.is_disjoint(&line));
        left = rest;
        if kin.is_empty() {
            break;
        }
        for (repository, digest, make) in kin {
            line.extend(make.own);
            found.push((repository, digest, BuiltOnFound::BaseDigest));
        }
    }
    let layered = left
        .into_iter()
        .filter(|(_, _, make)| begins_with(make, of))
        .map(|(repository, digest, _)| (repository, digest, BuiltOnFound::Layers));
    found.extend(layered);
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    found
}

/// Whether the first layers of some platform are all the layers of one of `of`.
fn begins_with(make: &Make, of: &Make) -> bool {
    let starts = |own: &Vec<Digest>| {
        of.layers
            .iter()
            .any(|base| !base.is_empty() && own.starts_with(base))
    };
    make.layers.iter().any(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(name: &str) -> Digest {
        Digest::sha256(name)
    }

    fn make(name: &str, base: &[&str], layers: &[&str]) -> Make {
        Make {
            own: [digest(name)].into(),
            base: base.iter().map(|base| digest(base)).collect(),
            layers: vec![layers.iter().map(|layer| digest(layer)).collect()],
        }
    }

    fn found(others: &[Make]) -> Vec<(Digest, BuiltOnFound)> {
        let repository: Repository = "r.io/a".parse().unwrap();
        let made = others.iter().map(|make| {
            let own = make.own.first().unwrap().clone();
            (repository.clone(), own, make.clone())
        });
        let base = make("base", &[], &["debian", "java"]);
        let mut found: Vec<_> = descendants(&base, made.collect())
            .into_iter()
            .map(|(_, digest, how)| (digest, how))
            .collect();
        found.sort_by_key(|(digest, _)| digest.clone());
        found
    }

    #[test]
    fn what_is_built_on_what_is_built_on_it_counts_too() {
        let grandchild = make("grandchild", &["child"], &["squashed"]);
        let child = make("child", &["base"], &["debian", "java", "app"]);
        let mut expected = [
            (digest("child"), BuiltOnFound::BaseDigest),
            (digest("grandchild"), BuiltOnFound::BaseDigest),
        ];
        expected.sort_by_key(|(digest, _)| digest.clone());
        assert_eq!(found(&[grandchild, child]), expected);
    }

    #[test]
    fn an_image_that_says_nothing_is_known_by_its_first_layers() {
        let silent = make("silent", &[], &["debian", "java", "app"]);
        assert_eq!(found(&[silent]), [(digest("silent"), BuiltOnFound::Layers)]);
    }

    #[test]
    fn a_layer_in_common_is_not_enough() {
        let cousin = make("cousin", &["debian"], &["debian", "python"]);
        assert_eq!(found(&[cousin]), []);
        let of_nothing = make("scratch", &[], &[]);
        assert_eq!(found(&[of_nothing]), []);
    }
}
