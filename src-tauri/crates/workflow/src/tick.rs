//! Manual checks: a person ticks what they looked at, with a note and perhaps a file.
//!
//! A tick is a statement about the digest that is attached as any report is: its bytes hang on the
//! image, and the signature of whoever ticked beside it.

use crate::{
    desk::Desk,
    dto::{AskTick, Attached},
    error::{Code, Error, Result},
    home::cannot,
    image::reference,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hallmark_evidence::MANUAL_CHECK;
use hallmark_image::Digest;
use serde_json::{Value, json};
use std::{fs, path::Path};

/// The largest file that a tick carries, bytes.
const MAX_FILE: u64 = 5 * 1024 * 1024;

impl Desk {
    /// Ticks a manual check of the policy.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a check that the policy does not have at this stage, a note that
    /// says nothing, or a file that is missing or too large; whatever keeps the registry from
    /// taking it.
    pub async fn tick(&self, ask: AskTick) -> Result<Attached> {
        let named = reference(&ask.image)?;
        self.will_write(&named.repository)?;
        let stage = Self::stage_or_golden(ask.stage.clone());
        self.must_be_asked_for(&named, &stage, &ask).await?;
        let image = self.image(&named).await?;
        let note = ask.note.trim();
        if note.is_empty() {
            return Err(Error::new(Code::BadInput, "say what you looked at"));
        }
        let file = ask.file.as_deref().map(|file| embedded(Path::new(file)));
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{
                "name": image.repository.to_string(),
                "digest": { (image.digest().algorithm().name()): image.digest().hex() },
            }],
            "predicateType": MANUAL_CHECK,
            "predicate": {
                "check": ask.check,
                "note": note,
                "madeAt": self.now().to_string(),
                "file": file.transpose()?,
            },
        });
        let bytes = serde_json::to_vec_pretty(&statement).map_err(Error::internal)?;
        let name = format!("manual-{}.json", ask.check);
        self.attach_bytes(&image, name, Bytes::from(bytes)).await
    }

    async fn must_be_asked_for(
        &self,
        named: &hallmark_image::Reference,
        stage: &str,
        ask: &AskTick,
    ) -> Result<()> {
        let rules = self.rules().await?;
        let line = self.line_in(&rules.pipelines, &named.repository).await?;
        let policy = rules.policy.for_repository(&line.source.to_string());
        let checks = policy.stage(stage).more.manual;
        let Some(rule) = checks.iter().find(|rule| rule.check == ask.check) else {
            let known: Vec<&str> = checks.iter().map(|rule| rule.check.as_str()).collect();
            let message = format!("{stage} has no manual check “{}”", ask.check);
            let hint = match known.is_empty() {
                true => "The policy asks for none there.".to_owned(),
                false => format!("It has {}.", known.join(", ")),
            };
            return Err(Error::new(Code::BadInput, message).hint(hint));
        };
        match rule.file && ask.file.is_none() {
            true => Err(Error::new(
                Code::BadInput,
                format!("“{}” asks for a file", rule.title),
            )),
            false => Ok(()),
        }
    }
}

fn embedded(path: &Path) -> Result<Value> {
    let unreadable = |error: std::io::Error| Error {
        code: Code::BadInput,
        ..cannot("read", path, &error)
    };
    if fs::metadata(path).map_err(unreadable)?.len() > MAX_FILE {
        let message = format!("{} is larger than 5 MiB", path.display());
        return Err(Error::new(Code::BadInput, message));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(json!({
        "name": name.to_string_lossy(),
        "digest": Digest::sha256(&bytes).to_string(),
        "content": BASE64_STANDARD.encode(&bytes),
    }))
}
