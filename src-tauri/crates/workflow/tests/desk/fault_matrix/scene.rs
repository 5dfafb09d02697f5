//! Where a promotion is about to happen, and how it is set up again for every case.

use super::ways::Way;
use crate::{
    ground::{Ground, Pushed, ask_promote, decide},
    person::{Person, stage},
};
use hallmark_credentials::Memory;
use hallmark_image::{Digest, Repository};
use hallmark_practice::{Config, Registry, Running, Snapshot};
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
    /// Where golden is, where that is another registry.
    prod: Option<Running>,
    around: Surroundings,
    home: TempDir,
    /// The approved image, where it is promoted from.
    image: String,
    golden: Repository,
    old: Digest,
    new: Digest,
    shelves: Vec<Snapshot>,
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
    pub async fn in_one_repository() -> Self {
        let ground = Ground::new().await;
        let ines = ines(&ground).await;
        let old = image(&ground, &ines, "1.0").await;
        ines.make_golden(&ground, &old).await;
        let new = image(&ground, &ines, "2.0").await;
        ines.approve(&new).await.unwrap();
        let golden = new.repository.clone();
        let exact = new.exact();
        Self::of(ground, None, ines, (&old, &new), exact, golden)
    }

    /// From dev to qa in one registry, and from there to golden in another, with all that is
    /// attached.
    pub async fn over_two_registries() -> Self {
        let ground = Ground::new().await;
        let prod = Registry::start(Config::default()).await.unwrap();
        let (host, other) = (ground.registry.host(), prod.host());
        let stages = vec![
            stage("dev", None, &["dev"]),
            stage("qa", Some(format!("{host}/qa/{{name}}")), &["qa"]),
            stage(
                "golden",
                Some(format!("{other}/golden/{{name}}")),
                &["golden"],
            ),
        ];
        let ines = ines(&ground).await;
        ines.policy_text("version = 1\n[stage.dev]\napprovals = 0\n[stage.qa]\napprovals = 0\n[stage.golden]\napprovals = 1\n");
        let ines = ines.with_stages(&format!("{host}/shop/*"), stages).await;
        let old = image(&ground, &ines, "1.0").await;
        let was = at_qa(&ground, &ines, &old).await;
        promoted(&ines, &was, "golden").await;
        ground.tick();
        let new = image(&ground, &ines, "2.0").await;
        let exact = at_qa(&ground, &ines, &new).await;
        let golden = format!("{other}/golden/api").parse().unwrap();
        Self::of(ground, Some(prod), ines, (&old, &new), exact, golden)
    }

    fn of(
        ground: Ground,
        prod: Option<Running>,
        ines: Person,
        (old, new): (&Pushed, &Pushed),
        image: String,
        golden: Repository,
    ) -> Self {
        ground.tick();
        let around = Surroundings {
            patience: PATIENCE,
            ..ines.surroundings()
        };
        let registries = std::iter::once(&ground.registry).chain(&prod);
        Self {
            shelves: registries.map(Running::snapshot).collect(),
            home: ines.leaves(),
            at: ground.now(),
            old: old.digest().clone(),
            new: new.digest().clone(),
            ground,
            prod,
            around,
            image,
            golden,
        }
    }

    fn registries(&self) -> Vec<&Running> {
        std::iter::once(&self.ground.registry)
            .chain(&self.prod)
            .collect()
    }

    /// How many requests the promotion makes at each registry where nothing fails.
    pub async fn requests(&self) -> Vec<usize> {
        let home = self.set_again();
        let registries = self.registries();
        registries.iter().for_each(|one| one.forget_requests());
        let promotion = self.promote(home.path()).await.unwrap();
        assert_eq!(
            promotion.outcome,
            Outcome::Promoted,
            "{}",
            promotion.message
        );
        registries.iter().map(|one| one.requests().len()).collect()
    }

    /// Lets request number `nth` at one registry fail, settles at a fresh desk what was left
    /// open, and looks whether registry and history agree.
    pub async fn case(
        &self,
        registry: usize,
        nth: usize,
        way: Way,
    ) -> std::result::Result<End, String> {
        let home = self.set_again();
        let registry = self.registries()[registry];
        way.strike(registry, nth);
        let said = self.promote(home.path()).await;
        registry.behave();
        registry.come_back().await;
        let tag = self.tag().await;
        let end = self.end(tag.as_ref())?;
        agrees(&said, end)?;
        self.settles(home.path(), end).await?;
        if self.tag().await != tag {
            return Err("settling moved the tag".to_owned());
        }
        Ok(end)
    }

    fn set_again(&self) -> TempDir {
        for (registry, shelves) in self.registries().iter().zip(&self.shelves) {
            registry.restore(shelves);
        }
        self.ground.clock.set(self.at);
        let home = tempfile::tempdir().unwrap();
        copy_folder(self.home.path(), home.path());
        home
    }

    async fn promote(&self, home: &Path) -> Result<Promotion> {
        let desk = Desk::open(home, self.around.clone()).await?;
        let ask = ask_promote(&self.image, "golden");
        desk.promote(ask, &Work::quiet()).await
    }

    async fn tag(&self) -> Option<Digest> {
        let golden = "golden".parse().unwrap();
        let found = self.ground.client.resolve_tag(&self.golden, &golden).await;
        found.unwrap().map(|found| found.digest)
    }

    fn end(&self, tag: Option<&Digest>) -> std::result::Result<End, String> {
        match tag {
            Some(digest) if *digest == self.new => Ok(End::Promoted),
            Some(digest) if *digest == self.old => Ok(End::AsBefore),
            other => Err(format!("golden names {other:?}")),
        }
    }

    /// At a fresh desk everything is settled, and the history says what the tag says.
    async fn settles(&self, home: &Path, end: End) -> std::result::Result<(), String> {
        let in_words = |error: hallmark_workflow::error::Error| error.to_string();
        // Nothing fails any more, and a busy machine may take its time.
        let around = Surroundings {
            patience: Patience::default(),
            ..self.around.clone()
        };
        let desk = Desk::open(home, around).await.map_err(in_words)?;
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
        let (new, golden) = (self.new.to_string(), self.golden.to_string());
        let promotions = page
            .entries
            .iter()
            .filter(|entry| {
                entry.kind == "promotion"
                    && entry.digest.as_ref() == Some(&new)
                    && entry.repository.as_ref() == Some(&golden)
            })
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

async fn ines(ground: &Ground) -> Person {
    let folder = tempfile::tempdir().unwrap();
    Person::sit(ground, "ines", folder, Arc::new(Memory::new())).await
}

/// An image of this version, with its reports.
async fn image(ground: &Ground, ines: &Person, version: &str) -> Pushed {
    let image = ground.push("shop/api", version).await;
    ines.evidence(&image).await;
    ground.tick();
    image
}

/// The image at qa, approved for golden.
async fn at_qa(ground: &Ground, ines: &Person, image: &Pushed) -> String {
    promoted(ines, &image.exact(), "qa").await;
    ground.tick();
    let there = ground.repository("qa/api").at(image.digest().clone());
    let there = there.to_string();
    let work = Work::quiet();
    let approved = ines.desk.approve(decide(&there, false), &work);
    approved.await.unwrap();
    ground.tick();
    there
}

async fn promoted(ines: &Person, image: &str, stage: &str) {
    let work = Work::quiet();
    let promotion = ines.desk.promote(ask_promote(image, stage), &work);
    let promotion = promotion.await.unwrap();
    assert_eq!(
        promotion.outcome,
        Outcome::Promoted,
        "{}",
        promotion.message
    );
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
