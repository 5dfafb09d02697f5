//! Writing statements: signed in order, each naming its author's one before.

use crate::{
    act::Signed,
    desk::Desk,
    error::{Code, Error, Result},
    home::cannot,
    trust::Trust,
};
use hallmark_attest::{Bundle, Envelope, SigningKey, Statement, Subject, predicate::Origin};
use hallmark_history::NewEntry;
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_registry::{Attachment, ErrorKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, fs::File, sync::Arc};

/// One person writing one or more statements, with nobody else of this workspace writing meanwhile.
pub(crate) struct Scribe {
    key: Arc<SigningKey>,
    trust: Trust,
    workspace: String,
    author: String,
    now: Timestamp,
    previous: Option<Digest>,
    written: Vec<Written>,
    _turn: File,
}

/// A statement that was written, and on what it is to hang, with what beside it.
struct Written {
    signed: Signed,
    hung: Vec<(Digest, Vec<Attachment>)>,
}

/// A statement that was written, as it is kept until it is recorded.
#[derive(Serialize, Deserialize)]
struct Kept {
    bundle: String,
    /// What it hangs on, each with the artifact's manifest.
    hung: Vec<(Digest, Vec<String>)>,
}

impl Written {
    fn kept(&self) -> Kept {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let attachments = self.hung.iter().flat_map(|(_, attachments)| attachments);
        let bundle = attachments.flat_map(|one| &one.blobs).next();
        let manifests = |attachments: &Vec<Attachment>| {
            let manifests = attachments.iter().map(|one| text(one.manifest.bytes()));
            manifests.collect()
        };
        Kept {
            bundle: bundle.map(|bytes| text(bytes)).unwrap_or_default(),
            hung: self
                .hung
                .iter()
                .map(|(subject, attachments)| (subject.clone(), manifests(attachments)))
                .collect(),
        }
    }
}

impl Kept {
    fn written(self, trust: &Trust) -> Result<Written> {
        let bundle = Bundle::parse(self.bundle.as_bytes()).map_err(lost)?;
        let attachment = |manifest: String| {
            Ok(Attachment {
                manifest: Manifest::parse(manifest, None).map_err(lost)?,
                blobs: vec![self.bundle.clone().into()],
            })
        };
        let hung = self.hung.into_iter().map(|(subject, manifests)| {
            let attachments = manifests.into_iter().map(attachment);
            Ok((subject, attachments.collect::<Result<Vec<_>>>()?))
        });
        Ok(Written {
            signed: Signed::from_envelope(&bundle.envelope, trust).map_err(lost)?,
            hung: hung.collect::<Result<Vec<_>>>()?,
        })
    }
}

fn lost(why: impl std::fmt::Display) -> Error {
    let message =
        format!("a statement that was cut off before it was recorded cannot be read: {why}");
    Error::new(Code::DatabaseCorrupt, message)
        .hint("Run `hallmark history verify`, and restore the history from a backup.")
}

impl Desk {
    /// Takes the pen: waits for other writers of this workspace, and reads what was written last.
    pub(crate) async fn scribe(&self) -> Result<Scribe> {
        self.scribe_in(&self.workspace_id().await?).await
    }

    /// The same, in a workspace whose document may not be there yet.
    pub(crate) async fn scribe_in(&self, workspace: &str) -> Result<Scribe> {
        let turn = self.turn().await?;
        let key = self.signing_key().await?;
        let key_id = key.public().id().to_string();
        let author = self.my_name().await?;
        Ok(Scribe {
            trust: Trust::nobody().with(&author, key.public(), &[]),
            key,
            workspace: workspace.to_owned(),
            author,
            now: self.now(),
            previous: self.history.last_statement_of(&key_id).await?,
            written: Vec::new(),
            _turn: turn,
        })
    }

    async fn turn(&self) -> Result<File> {
        let path = self.home.path().join("writing.lock");
        let lock = move || {
            let file = File::create(&path).map_err(|error| cannot("open", &path, &error))?;
            file.lock().map_err(|error| cannot("lock", &path, &error))?;
            Ok(file)
        };
        tokio::task::spawn_blocking(lock)
            .await
            .map_err(Error::internal)?
    }
}

impl Scribe {
    /// When this is written.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Whose act the next statement is.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            workspace: self.workspace.clone(),
            author: self.author.clone(),
            time: self.now,
            previous: self.previous.clone(),
        }
    }

    /// Signs one statement about `subject` in `repository`.
    pub(crate) fn write<P: Serialize>(
        &mut self,
        repository: &Repository,
        subject: &Descriptor,
        predicate_type: &str,
        predicate: impl FnOnce(Origin) -> P,
    ) -> Result<Digest> {
        self.write_about(repository, &[subject], predicate_type, predicate)
    }

    /// Signs one statement about several images; it hangs on each of them.
    pub(crate) fn write_about<P: Serialize>(
        &mut self,
        repository: &Repository,
        subjects: &[&Descriptor],
        predicate_type: &str,
        predicate: impl FnOnce(Origin) -> P,
    ) -> Result<Digest> {
        let named = subjects
            .iter()
            .map(|subject| Subject::new(Some(repository.to_string()), &subject.digest))
            .collect();
        let envelope = self.sign(named, predicate_type, &predicate(self.origin()))?;
        let signed = Signed::from_envelope(&envelope, &self.trust)
            .map_err(|why| Error::new(Code::Internal, why))?;
        let bundle = Bundle::write(&envelope, &self.key.public());
        let mut hung = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let attachment = bundle_attachment(&bundle, subject, predicate_type, self.now)?;
            hung.push((subject.digest.clone(), vec![attachment]));
        }
        let digest = signed.digest.clone();
        self.previous = Some(digest.clone());
        self.written.push(Written { signed, hung });
        Ok(digest)
    }

    /// Signs one statement that hangs on nothing: whoever calls puts it where it is found.
    pub(crate) fn write_apart<P: Serialize>(
        &mut self,
        subjects: Vec<Subject>,
        predicate_type: &str,
        predicate: &P,
    ) -> Result<(Signed, Envelope)> {
        let envelope = self.sign(subjects, predicate_type, predicate)?;
        let signed = Signed::from_envelope(&envelope, &self.trust)
            .map_err(|why| Error::new(Code::Internal, why))?;
        self.previous = Some(signed.digest.clone());
        Ok((signed, envelope))
    }

    /// Signs a statement that is no part of the author's chain and is attached to nothing.
    pub(crate) fn envelope<P: Serialize>(
        &self,
        name: &str,
        subject: &Digest,
        predicate_type: &str,
        predicate: &P,
    ) -> Result<Envelope> {
        let subject = Subject::new(Some(name.to_owned()), subject);
        self.sign(vec![subject], predicate_type, predicate)
    }

    fn sign<P: Serialize>(
        &self,
        subjects: Vec<Subject>,
        predicate_type: &str,
        predicate: &P,
    ) -> Result<Envelope> {
        Statement::about(subjects, predicate_type, predicate)
            .sign(&self.key)
            .map_err(Error::internal)
    }

    /// Hangs something else beside the statement written last.
    pub(crate) fn beside(&mut self, attachment: Attachment) {
        let last = self
            .written
            .last_mut()
            .and_then(|written| written.hung.first_mut());
        if let Some((_, attachments)) = last {
            attachments.push(attachment);
        }
    }

    /// Attaches everything that was written; one update of the list of referrers for each subject.
    pub(crate) async fn attach(&self, desk: &Desk, repository: &Repository) -> Result<()> {
        let client = desk.client();
        for (subject, attachments) in &self.by_subject() {
            client.attach(repository, subject, attachments).await?;
        }
        Ok(())
    }

    /// Attaches what was written to those images of it that `repository` has.
    pub(crate) async fn attach_where_known(
        &self,
        desk: &Desk,
        repository: &Repository,
    ) -> Result<()> {
        let client = desk.client();
        for (subject, attachments) in &self.by_subject() {
            match client.resolve(&repository.at(subject.clone())).await {
                Ok(_) => client.attach(repository, subject, attachments).await?,
                Err(error) if *error.kind() == ErrorKind::NotFound => (),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn by_subject(&self) -> BTreeMap<Digest, Vec<Attachment>> {
        let mut by_subject: BTreeMap<Digest, Vec<Attachment>> = BTreeMap::new();
        for (subject, attachments) in self.written.iter().flat_map(|written| &written.hung) {
            let list = by_subject.entry(subject.clone()).or_default();
            list.extend(attachments.iter().cloned());
        }
        by_subject
    }

    /// What was written, to be kept until it is recorded.
    pub(crate) fn kept(&self) -> Result<Value> {
        let kept: Vec<Kept> = self.written.iter().map(Written::kept).collect();
        serde_json::to_value(kept).map_err(Error::internal)
    }

    /// Takes up what was kept, byte for byte: attached again, nothing hangs there twice.
    pub(crate) fn resume(&mut self, kept: &Value) -> Result<Digest> {
        let kept: Vec<Kept> = Deserialize::deserialize(kept).map_err(lost)?;
        for one in kept {
            self.written.push(one.written(&self.trust)?);
        }
        let last = self.written.last().map(|one| one.signed.digest.clone());
        last.ok_or_else(|| lost("nothing was kept"))
    }

    /// The statements that were written.
    pub(crate) fn signed(&self) -> Vec<Signed> {
        let signed = self.written.iter().map(|written| &written.signed);
        signed.cloned().collect()
    }

    /// The entries the history keeps of what was written.
    pub(crate) fn entries(&self, repository: &Repository) -> Vec<NewEntry> {
        self.written
            .iter()
            .filter_map(|written| {
                let (subject, _) = written.hung.first()?;
                written.signed.entry_in(subject, repository)
            })
            .collect()
    }

    /// Attaches what was written and records it.
    pub(crate) async fn publish(self, desk: &Desk, repository: &Repository) -> Result<()> {
        self.attach(desk, repository).await?;
        desk.record(self.entries(repository)).await
    }
}

/// A bundle as a referrer, with the annotations cosign reads.
fn bundle_attachment(
    bundle: &[u8],
    subject: &Descriptor,
    predicate_type: &str,
    now: Timestamp,
) -> Result<Attachment> {
    let layer = Descriptor::of(media_type::SIGSTORE_BUNDLE, bundle);
    let manifest = Artifact::new(media_type::SIGSTORE_BUNDLE, vec![layer])
        .about(subject)
        .annotated("dev.sigstore.bundle.content", "dsse-envelope")
        .annotated("dev.sigstore.bundle.predicateType", predicate_type)
        .annotated("org.opencontainers.image.created", now.to_string())
        .build()
        .map_err(Error::internal)?;
    Ok(Attachment {
        manifest,
        blobs: vec![bundle.to_vec().into()],
    })
}
