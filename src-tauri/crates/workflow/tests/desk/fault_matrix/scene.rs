//! Where a promotion is about to happen, and how it is set up again for every case.

use super::ways::Way;
use crate::{
    ground::{Ground, Pushed, ask_promote},
    person::Person,
};
use hallmark_credentials::Memory;
use hallmark_image::Digest;
use hallmark_practice::Snapshot;
use hallmark_workflow::{
    Desk, Patience, Surroundings, Work,
    dto::{Outcome, Promotion},
    error::Result,
};
use jiff::Timestamp;
use std::{fs, path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

/// Registries that answer at once are not waited for long.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    progress: Duration::from_millis(150),
    backoff: Duration::from_millis(1),
    retry_after: Duration::from_secs(30),
};

/// The moment before a promotion: one image is golden, another is approved to follow it.
pub struct Scene {
    ground: Ground,
    around: Surroundings,
    home: TempDir,
    old: Pushed,
    new: Pushed,
    registry: Snapshot,
    at: Timestamp,
}

/// Where a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Golden names the approved image, and the history has the promotion.
    Promoted,
    /// Golden names what it named before, and the history has no promotion.
    AsBefore,
}

impl Scene {
    /// One repository of one registry.
    pub async fn set() -> Self {
        let ground = Ground::new().await;
        let keyring = Arc::new(Memory::new());
        let folder = tempfile::tempdir().unwrap();
        let ines = Person::sit(&ground, "ines", folder, keyring.clone()).await;
        let old = ground.push("shop/api", "1.0").await;
        ines.evidence(&old).await;
        ines.make_golden(&ground, &old).await;
        let new = ground.push("shop/api", "2.0").await;
        ines.evidence(&new).await;
        ground.tick();
        ines.approve(&new).await.unwrap();
        ground.tick();
        let around = Surroundings {
            patience: PATIENCE,
            ..ines.surroundings()
        };
        let (registry, at) = (ground.registry.snapshot(), ground.now());
        Self {
            home: ines.leaves(),
            ground,
            around,
            old,
            new,
            registry,
            at,
        }
    }

    /// How many requests the promotion makes where nothing fails.
    pub async fn requests(&self) -> usize {
        let home = self.set_again();
        self.ground.registry.forget_requests();
        let promotion = self.promote(home.path()).await.unwrap();
        assert_eq!(
            promotion.outcome,
            Outcome::Promoted,
            "{}",
            promotion.message
        );
        self.ground.registry.requests().len()
    }

    /// Lets request number `nth` fail, settles at a fresh desk what was left open, and looks
    /// whether registry and history agree.
    pub async fn case(&self, nth: usize, way: Way) -> std::result::Result<End, String> {
        let home = self.set_again();
        way.strike(&self.ground.registry, nth);
        let said = self.promote(home.path()).await;
        self.ground.registry.behave();
        self.ground.registry.come_back().await;
        let tag = self.golden().await;
        let end = self.end(&tag)?;
        agrees(&said, end)?;
        self.settles(home.path(), end).await?;
        if self.golden().await != tag {
            return Err("settling moved the tag".to_owned());
        }
        Ok(end)
    }

    fn set_again(&self) -> TempDir {
        self.ground.registry.restore(&self.registry);
        self.ground.clock.set(self.at);
        let home = tempfile::tempdir().unwrap();
        copy_folder(self.home.path(), home.path());
        home
    }

    async fn promote(&self, home: &Path) -> Result<Promotion> {
        let desk = Desk::open(home, self.around.clone()).await?;
        let ask = ask_promote(&self.new.exact(), "golden");
        desk.promote(ask, &Work::quiet()).await
    }

    async fn golden(&self) -> Option<Digest> {
        self.ground.at("shop/api", "golden").await
    }

    fn end(&self, tag: &Option<Digest>) -> std::result::Result<End, String> {
        match tag {
            Some(digest) if digest == self.new.digest() => Ok(End::Promoted),
            Some(digest) if digest == self.old.digest() => Ok(End::AsBefore),
            other => Err(format!("golden names {other:?}")),
        }
    }

    /// At a fresh desk everything is settled, and the history says what the tag says.
    async fn settles(&self, home: &Path, end: End) -> std::result::Result<(), String> {
        let in_words = |error: hallmark_workflow::error::Error| error.to_string();
        let desk = Desk::open(home, self.around.clone())
            .await
            .map_err(in_words)?;
        let settled = desk.settle(&Work::quiet()).await.map_err(in_words)?;
        let left = desk.status().await.map_err(in_words)?.open_intents;
        if left > 0 {
            return Err(format!("{left} intents are open after {settled:?}"));
        }
        let verified = desk
            .history_verify(&Work::quiet())
            .await
            .map_err(in_words)?;
        if !verified.ok {
            return Err(format!("the history is broken: {verified:?}"));
        }
        let page = desk
            .history_page(Default::default())
            .await
            .map_err(in_words)?;
        let new = self.new.digest().to_string();
        let promotions = page
            .entries
            .iter()
            .filter(|entry| entry.kind == "promotion" && entry.digest.as_ref() == Some(&new))
            .count();
        if promotions != usize::from(end == End::Promoted) {
            let kinds: Vec<&str> = page
                .entries
                .iter()
                .map(|entry| entry.kind.as_str())
                .collect();
            return Err(format!(
                "{end:?}, and the history has {promotions} promotions: {kinds:?}; {settled:?}"
            ));
        }
        Ok(())
    }
}

/// What the promotion said must be so.
fn agrees(said: &Result<Promotion>, end: End) -> std::result::Result<(), String> {
    let Ok(promotion) = said else {
        return Ok(());
    };
    let promoted = matches!(promotion.outcome, Outcome::Promoted | Outcome::Already);
    if promoted == (end == End::Promoted) {
        return Ok(());
    }
    Err(format!(
        "it said {:?} ({}), and the tag is {end:?}",
        promotion.outcome, promotion.message
    ))
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, kind) = {
            let entry = entry.unwrap();
            (entry.path(), entry.file_type().unwrap())
        };
        let target = to.join(path.file_name().unwrap());
        if kind.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
