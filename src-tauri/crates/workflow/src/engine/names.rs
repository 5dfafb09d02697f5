//! Names as `docker build -t`, `docker tag` and `docker push` take them.

use crate::error::{Error, Result};
use hallmark_image::{Host, Reference};

/// A name for an image: where it belongs, and how the engine writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As Hallmark writes it, the registry always named.
    pub(crate) reference: Reference,
    /// The repository as the engine takes it: Docker Hub's without its host.
    pub(crate) repository: String,
    pub(crate) tag: String,
}

impl Name {
    /// Reads a name; without a tag it is `latest`, as Docker has it.
    ///
    /// # Errors
    /// [`crate::error::Code::BadInput`] for one that is none, or that names a digest.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let reference: Reference = text.trim().parse().map_err(Error::bad_input)?;
        if reference.digest.is_some() {
            return Err(Error::bad_input(format!(
                "“{text}” names a digest; a name to give is HOST/REPOSITORY:TAG"
            )));
        }
        let tag = reference.tag.as_ref().map_or("latest", |tag| tag.as_str());
        Ok(Self {
            repository: as_engine(&reference),
            tag: tag.to_owned(),
            reference,
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.reference.repository.host
    }

    /// `host/repository:tag`.
    pub(crate) fn whole(&self) -> String {
        format!("{}:{}", self.reference.repository, self.tag)
    }

    /// As the engine lists it.
    pub(crate) fn local(&self) -> String {
        format!("{}:{}", self.repository, self.tag)
    }
}

/// A repository as engines write it.
pub(crate) fn as_engine(reference: &Reference) -> String {
    let repository = &reference.repository;
    match repository.host.is_docker_hub() {
        true => {
            let name = repository.name.as_str();
            name.strip_prefix("library/").unwrap_or(name).to_owned()
        }
        false => repository.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_engine_writes_them() {
        for (text, local, whole) in [
            ("cart", "cart:latest", "docker.io/library/cart:latest"),
            ("shop/cart:1", "shop/cart:1", "docker.io/shop/cart:1"),
            (
                "r.io:5000/shop/cart:1",
                "r.io:5000/shop/cart:1",
                "r.io:5000/shop/cart:1",
            ),
        ] {
            let name = Name::read(text).unwrap();
            assert_eq!(
                (name.local().as_str(), name.whole().as_str()),
                (local, whole)
            );
        }
        for wrong in ["", "a/B", "a:b:c", &format!("a@sha256:{}", "0".repeat(64))] {
            assert!(Name::read(wrong).is_err(), "{wrong}");
        }
    }
}
