//! Every format keeps its digest: Docker schema 2 and its lists, OCI, an artifact, an image
//! with BuildKit's attestations. `skopeo` reads the same bytes at both ends, and a folder that
//! either of the two wrote is read by the other.

use crate::hands::{Hands, Place, layout_name, place, raw, skopeo_copy, tag};
use bytes::Bytes;
use hallmark_flows::multi::noise;
use hallmark_image::{Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_registry::{CopyJob, LayoutImage};
use serde_json::{Value, json};
use std::fs;

const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// An image, what it is made of first.
struct Format {
    name: &'static str,
    blobs: Vec<Bytes>,
    children: Vec<Manifest>,
    root: Manifest,
}

fn manifest(value: &Value) -> Manifest {
    // With blanks, so that whoever serialises it anew changes its digest.
    Manifest::parse(serde_json::to_vec_pretty(value).unwrap(), None).unwrap()
}

fn config(architecture: &str, seed: u64) -> Bytes {
    let diff = Digest::sha256(seed.to_string());
    let config = json!({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff]},
    });
    Bytes::from(config.to_string())
}

fn image(docker: bool, architecture: &str, seed: u64) -> (Manifest, Vec<Bytes>) {
    let (kind, of_config, of_layer) = match docker {
        true => (
            media_type::DOCKER_MANIFEST,
            media_type::DOCKER_CONFIG,
            DOCKER_LAYER,
        ),
        false => (
            media_type::OCI_MANIFEST,
            media_type::OCI_CONFIG,
            media_type::OCI_LAYER_GZIP,
        ),
    };
    let (config, layer) = (config(architecture, seed), noise(seed, 3000));
    let root = manifest(&json!({
        "schemaVersion": 2, "mediaType": kind,
        "config": Descriptor::of(of_config, &config),
        "layers": [Descriptor::of(of_layer, &layer)],
    }));
    (root, vec![config, layer])
}

fn single(name: &'static str, docker: bool) -> Format {
    let (root, blobs) = image(docker, "amd64", 11);
    Format {
        name,
        blobs,
        children: Vec::new(),
        root,
    }
}

fn several(name: &'static str, docker: bool) -> Format {
    let kind = match docker {
        true => media_type::DOCKER_LIST,
        false => media_type::OCI_INDEX,
    };
    let (mut blobs, mut children, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    for (architecture, seed) in [("amd64", 21), ("arm64", 22)] {
        let (child, own) = image(docker, architecture, seed);
        listed.push(
            child
                .descriptor()
                .on(format!("linux/{architecture}").parse().unwrap()),
        );
        children.push(child);
        blobs.extend(own);
    }
    let root = manifest(&json!({"schemaVersion": 2, "mediaType": kind, "manifests": listed}));
    Format {
        name,
        blobs,
        children,
        root,
    }
}

/// As `docker buildx build --provenance` writes it.
fn attested() -> Format {
    let (child, mut blobs) = image(false, "amd64", 31);
    let statement = Bytes::from(r#"{"_type":"https://in-toto.io/Statement/v0.1"}"#);
    let own = config("unknown", 32);
    let mut layer = Descriptor::of(media_type::IN_TOTO, &statement);
    layer.annotations.insert(
        "in-toto.io/predicate-type".into(),
        "https://slsa.dev/provenance/v0.2".into(),
    );
    let attestation = manifest(&json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::of(media_type::OCI_CONFIG, &own),
        "layers": [layer],
    }));
    let mut of_it = attestation
        .descriptor()
        .on("unknown/unknown".parse().unwrap());
    of_it.annotations.extend([
        (
            "vnd.docker.reference.type".to_owned(),
            "attestation-manifest".to_owned(),
        ),
        (
            "vnd.docker.reference.digest".to_owned(),
            child.digest().to_string(),
        ),
    ]);
    let of_image = child.descriptor().on("linux/amd64".parse().unwrap());
    let root = manifest(&json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [of_image, of_it],
    }));
    blobs.extend([statement, own]);
    Format {
        name: "attested",
        blobs,
        children: vec![child, attestation],
        root,
    }
}

fn artifact() -> Format {
    let chart = noise(41, 2000);
    let root = manifest(&json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
        "artifactType": "application/vnd.example.chart",
        "config": Descriptor::empty(),
        "layers": [Descriptor::of("application/vnd.example.chart.tar", &chart)],
    }));
    Format {
        name: "artifact",
        blobs: vec![Bytes::from_static(b"{}"), chart],
        children: Vec::new(),
        root,
    }
}

impl Format {
    fn all() -> [Self; 6] {
        [
            single("docker", true),
            several("docker-list", true),
            single("oci", false),
            several("oci-index", false),
            attested(),
            artifact(),
        ]
    }

    fn push(&self, at: &Repository) {
        let hands = Hands::new();
        hands.push(at, &self.blobs);
        for child in &self.children {
            hands.put(at, None, child);
        }
        hands.put(at, Some(self.name), &self.root);
    }

    /// skopeo reads the very bytes there, of the image and of each manifest in it.
    fn is_exact(&self, there: &Repository) {
        let by_tag = raw(&format!("docker://{there}:{}", self.name));
        assert_eq!(by_tag, self.root.bytes().to_vec(), "{}", self.name);
        for child in &self.children {
            let name = format!("docker://{there}@{}", child.digest());
            assert_eq!(raw(&name), child.bytes().to_vec(), "{}", self.name);
        }
    }
}

#[test]
fn every_format_keeps_every_digest_between_registries_as_skopeo_sees_it() {
    let ground = Place::open();
    let other = ground.other();
    let from = place(&ground.real.host, "team/dev");
    let [ours, theirs] = ["team/ours", "team/theirs"].map(|name| place(&other.host, name));
    for format in Format::all() {
        format.push(&from);
        let source = from.tagged(tag(format.name));
        let job = CopyJob::new(source, ours.clone()).tagged([tag(format.name)]);
        let copied = Hands::new().copy(&job);
        assert_eq!(copied.digest, *format.root.digest(), "{}", format.name);
        format.is_exact(&ours);
        // The witness's own copy has the same bytes, and ours is whole enough to be copied on.
        let name = |at: &Repository| format!("docker://{at}:{}", format.name);
        if format.name != "artifact" {
            skopeo_copy(&name(&ours), &name(&theirs));
            format.is_exact(&theirs);
        }
    }
}

#[test]
fn a_folder_that_we_write_is_read_by_skopeo_and_one_that_it_writes_by_us() {
    let ground = Place::open();
    let from = place(&ground.real.host, "team/dev");
    for format in [single("oci", false), several("oci-index", false)] {
        format.push(&from);
        let name = format!("docker://{from}:{}", format.name);
        let ours = ground.ground.files().join(format!("ours-{}", format.name));
        let job = CopyJob::new(from.tagged(tag(format.name)), ours.clone());
        Hands::new().copy(&job.tagged([tag(format.name)]));
        let there = place(&ground.real.host, "team/from-ours");
        let in_ours = layout_name(&ours, format.name);
        skopeo_copy(&in_ours, &format!("docker://{there}:{}", format.name));
        format.is_exact(&there);

        let theirs = ground
            .ground
            .files()
            .join(format!("theirs-{}", format.name));
        fs::create_dir_all(&theirs).unwrap();
        skopeo_copy(&name, &layout_name(&theirs, format.name));
        let image = LayoutImage {
            folder: theirs,
            tag: Some(format.name.to_owned()),
            digest: None,
        };
        let there = place(&ground.real.host, "team/from-theirs");
        let job = CopyJob::new(image, there.clone()).tagged([tag(format.name)]);
        let copied = Hands::new().copy(&job);
        assert_eq!(copied.digest, *format.root.digest());
        format.is_exact(&there);
    }
}
