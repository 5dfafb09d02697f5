//! Tags that do not move, refused in the words of those who have them.

use crate::{habits::Immutable, problem::Problem, store::Shelf};
use hallmark_image::{Digest, RepositoryName, Tag};
use http::StatusCode;

/// Refuses what would move one of `tags`.
pub(super) fn check(
    habit: Immutable,
    shelf: &Shelf,
    name: &RepositoryName,
    tags: &[Tag],
    digest: &Digest,
) -> Result<(), Problem> {
    let taken = |tag: &&Tag| match shelf.tags.get(*tag) {
        Some(there) => there != digest || habit == Immutable::Ecr,
        None => false,
    };
    match tags.iter().find(taken) {
        Some(tag) => Err(refusal(habit, name, tag)),
        None => Ok(()),
    }
}

fn refusal(habit: Immutable, name: &RepositoryName, tag: &Tag) -> Problem {
    match habit {
        Immutable::Ecr => Problem::new(
            StatusCode::BAD_REQUEST,
            "TAG_INVALID",
            format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            ),
        ),
        Immutable::Harbor => Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "PRECONDITION",
            format!("Failed to process request due to '{name}:{tag}' configured as immutable."),
        ),
        Immutable::Acr => Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "REGISTRY_DISALLOWED_OPERATION",
            "The operation is disallowed on this registry, repository or image.",
        ),
        Immutable::ArtifactRegistry => Problem::new(
            StatusCode::BAD_REQUEST,
            "MANIFEST_INVALID",
            format!("cannot update tag {tag}. The repository has enabled tag immutability"),
        ),
    }
}
