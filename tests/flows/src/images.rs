//! Candidates: the sample team's image for two platforms, with its reports, as it was so many
//! hours ago; another hour is another image.

use hallmark_image::{Digest, Manifest, Reference, Repository};
use hallmark_practice::samples::{SampleImage, Story, team};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// An image that may go golden, in a registry.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The image and its reports.
    pub sample: SampleImage,
    /// The registry.
    pub host: String,
}

impl Candidate {
    /// The good candidate as it was built so many hours before it would have been now.
    pub fn new(host: impl Into<String>, hours_ago: i64) -> Self {
        Self::of(host, Story::GoodCandidate, hours_ago)
    }

    /// A sample of that story.
    pub fn of(host: impl Into<String>, story: Story, hours_ago: i64) -> Self {
        let then = Timestamp::now() - SignedDuration::from_hours(hours_ago);
        let mut images = team(then).images.into_iter();
        Self {
            sample: images.find(|image| image.story == story).unwrap(),
            host: host.into(),
        }
    }

    /// `host/repository`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.host, self.sample.repository)
    }

    /// The repository.
    pub fn place(&self) -> Repository {
        self.repository().parse::<Repository>().unwrap()
    }

    /// `host/repository:tag`, another tag than every other candidate's.
    pub fn tagged(&self) -> String {
        format!("{}:{}", self.repository(), self.tag())
    }

    /// The tag it comes under.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.sample.tag, self.digest().short())
    }

    /// `host/repository@digest`.
    pub fn exact(&self) -> String {
        format!("{}@{}", self.repository(), self.digest())
    }

    /// The reference to it.
    pub fn reference(&self) -> Reference {
        self.place().at(self.digest().clone())
    }

    /// The index's digest.
    pub fn digest(&self) -> &Digest {
        self.sample.manifest.digest()
    }

    /// Writes the reports into `folder`; gives the files of each platform.
    pub fn files(&self, folder: &Path) -> Vec<(Option<String>, Vec<PathBuf>)> {
        let folder = folder.join(self.digest().short());
        fs::create_dir_all(&folder).unwrap();
        let mut by_platform: Vec<(Option<String>, Vec<PathBuf>)> = Vec::new();
        for report in &self.sample.reports {
            let file = folder.join(&report.name);
            fs::write(&file, &report.bytes).unwrap();
            let platform = report.platform.as_ref().map(ToString::to_string);
            match by_platform.iter_mut().find(|(own, _)| *own == platform) {
                Some((_, files)) => files.push(file),
                None => by_platform.push((platform, vec![file])),
            }
        }
        by_platform
    }

    /// Writes an OCI image layout (image-spec, "Image Layout"), for programs that read one.
    pub fn layout(&self, folder: &Path) -> PathBuf {
        let layout = folder.join(format!("layout-{}", self.digest().short()));
        let blobs = layout.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let keep = |bytes: &[u8]| {
            fs::write(blobs.join(Digest::sha256(bytes).hex()), bytes).unwrap();
        };
        let manifests = self.sample.children.iter().chain([&self.sample.manifest]);
        manifests.map(Manifest::bytes).for_each(|bytes| keep(bytes));
        self.sample.blobs.iter().for_each(|bytes| keep(bytes));
        let mut descriptor = self.sample.manifest.descriptor();
        let name = "org.opencontainers.image.ref.name".to_owned();
        descriptor.annotations.insert(name, self.tag());
        let index = json!({"schemaVersion": 2, "manifests": [descriptor]});
        fs::write(layout.join("index.json"), index.to_string()).unwrap();
        fs::write(
            layout.join("oci-layout"),
            r#"{"imageLayoutVersion":"1.0.0"}"#,
        )
        .unwrap();
        layout
    }
}
