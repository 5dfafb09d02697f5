//! SLSA provenance, of version 0.2 and 1, as builders and BuildKit write it.

use super::{Digests, unknown};
use crate::{
    Kind, Material, Provenance, Report,
    error::Problem,
    json::{List, Nested, Text},
    place,
    shared::Pool,
    time,
};
use serde::Deserialize;

/// Version 0.2 (slsa.dev/spec/v0.2/provenance), and 0.1, which has the same members.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Version0<'a> {
    #[serde(borrow)]
    builder: Nested<Builder<'a>>,
    #[serde(borrow)]
    build_type: Text<'a>,
    #[serde(borrow)]
    invocation: Nested<Invocation<'a>>,
    #[serde(borrow)]
    metadata: Nested<Metadata<'a>>,
    #[serde(borrow)]
    materials: List<Resource<'a>>,
}

/// Version 1 (slsa.dev/spec/v1.0/provenance).
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Version1<'a> {
    #[serde(borrow)]
    build_definition: Nested<Definition<'a>>,
    #[serde(borrow)]
    run_details: Nested<Details<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Definition<'a> {
    #[serde(borrow)]
    build_type: Text<'a>,
    #[serde(borrow)]
    external_parameters: Nested<Parameters<'a>>,
    #[serde(borrow)]
    resolved_dependencies: List<Resource<'a>>,
}

/// What GitHub's and BuildKit's builders are told from outside.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Parameters<'a> {
    #[serde(borrow)]
    workflow: Nested<Workflow<'a>>,
    #[serde(borrow)]
    config_source: Nested<Resource<'a>>,
    #[serde(borrow)]
    source: Nested<Resource<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Workflow<'a> {
    #[serde(borrow)]
    repository: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details<'a> {
    #[serde(borrow)]
    builder: Nested<Builder<'a>>,
    #[serde(borrow)]
    metadata: Nested<Metadata<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Builder<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Invocation<'a> {
    #[serde(borrow)]
    config_source: Nested<Resource<'a>>,
}

/// The times of a run, and what BuildKit adds to them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(
        borrow,
        rename = "invocationId",
        alias = "buildInvocationId",
        alias = "buildInvocationID"
    )]
    invocation: Text<'a>,
    #[serde(borrow, rename = "startedOn", alias = "buildStartedOn")]
    started: Text<'a>,
    #[serde(borrow, rename = "finishedOn", alias = "buildFinishedOn")]
    finished: Text<'a>,
    #[serde(
        borrow,
        rename = "https://mobyproject.org/buildkit@v1#metadata",
        alias = "buildkit_metadata"
    )]
    buildkit: Nested<BuildKit<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BuildKit<'a> {
    #[serde(borrow)]
    vcs: Nested<Vcs<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vcs<'a> {
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    revision: Text<'a>,
}

/// A thing by its name and its digests.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow)]
    uri: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    digest: Nested<Digests<'a>>,
    #[serde(borrow, alias = "path")]
    entry_point: Text<'a>,
}

/// Reads the predicate of version 0.
pub(super) fn read_v0(text: &str) -> Result<Report, Problem> {
    let raw: Version0<'_> = of(text)?;
    let config: &Resource<'_> = &raw.invocation.config_source;
    let sources = [config];
    let found = found(&sources, &raw.metadata, &raw.materials.0);
    Ok(report(Provenance {
        builder: Pool::once(raw.builder.id.as_str()),
        build_type: Pool::once(raw.build_type.as_str()),
        entry_point: Pool::once(config.entry_point.as_str()),
        ..found
    }))
}

/// Reads the predicate of version 1.
pub(super) fn read_v1(text: &str) -> Result<Report, Problem> {
    let raw: Version1<'_> = of(text)?;
    let definition = &raw.build_definition;
    let outside = &definition.external_parameters;
    let workflow = Resource {
        uri: Text::borrowed(outside.workflow.repository.as_str()),
        ..Resource::default()
    };
    let sources = [&*outside.config_source, &*outside.source, &workflow];
    let run = &raw.run_details;
    let found = found(&sources, &run.metadata, &definition.resolved_dependencies.0);
    let entry = outside.workflow.path.get();
    let entry = entry.or(outside.config_source.entry_point.get());
    Ok(report(Provenance {
        builder: Pool::once(run.builder.id.as_str()),
        build_type: Pool::once(definition.build_type.as_str()),
        entry_point: entry.and_then(Pool::once),
        ..found
    }))
}

fn of<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| place::json_problem(text, &error))
}

fn report(provenance: Provenance) -> Report {
    Report {
        kind: Kind::Provenance,
        produced_at: provenance.finished_at.or(provenance.started_at),
        provenance: Some(provenance),
        ..unknown()
    }
}

/// The repository and its commit, wherever a builder names them, the times and the materials.
fn found(sources: &[&Resource<'_>], run: &Metadata<'_>, materials: &[Resource<'_>]) -> Provenance {
    let vcs = &run.buildkit.vcs;
    let named = sources.iter().find(|one| !one.uri.is_empty());
    let git = || materials.iter().find(|one| one.is_git());
    let source = named.and_then(|one| one.uri.get()).or(vcs.source.get());
    let source = source.or_else(|| git()?.uri.get());
    let commit = named
        .and_then(|one| one.digest.commit())
        .or(vcs.revision.get());
    let commit = commit.or_else(|| git()?.digest.commit());
    Provenance {
        source: source.and_then(Pool::once),
        commit: commit.and_then(Pool::once),
        invocation: Pool::once(run.invocation.as_str()),
        started_at: time::timestamp(run.started.as_str()),
        finished_at: time::timestamp(run.finished.as_str()),
        materials: materials.iter().filter_map(Resource::material).collect(),
        ..Provenance::default()
    }
}

impl Resource<'_> {
    fn is_git(&self) -> bool {
        let uri = self.uri.as_str();
        uri.starts_with("git") || uri.ends_with(".git") || self.digest.commit().is_some()
    }

    fn material(&self) -> Option<Material> {
        let uri = self.uri.get().or(self.name.get())?;
        let images = ["pkg:docker/", "pkg:oci/", "docker://", "oci://"];
        Some(Material {
            uri: Pool::once(uri)?,
            digest: self.digest.digest(),
            is_image: images.iter().any(|sort| uri.starts_with(sort)),
        })
    }
}
