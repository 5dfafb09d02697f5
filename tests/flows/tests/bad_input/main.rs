//! Bad input through the command: each gets its own sentence with what to do and the right exit
//! code, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod database;
mod keyring;
mod registry;
mod reports;
mod statements;

use hallmark_flows::{ground::Ground, images::Candidate, person::Person, said::Said, shelf::Shelf};
use hallmark_practice::{Config, Tls};

/// One registry and one person, with a candidate that came in under a tag.
struct Desk {
    ground: Ground,
    shelf: Shelf,
    ines: Person,
    candidate: Candidate,
}

impl Desk {
    fn open() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        let desk = Self::unstocked(config);
        desk.shelf.surgeon().push(&desk.candidate);
        desk.ines.ok(&["key", "show"]);
        desk
    }

    /// A registry that only speaks TLS.
    fn guarded(tls: Tls) -> Self {
        Self::unstocked(Config {
            tls: Some(tls),
            ..Config::default()
        })
    }

    fn host(&self) -> String {
        self.shelf.host()
    }

    /// The same, with nothing in the registry.
    fn unstocked(config: Config) -> Self {
        let ground = Ground::new();
        let shelf = Shelf::open(&ground, config);
        let ines = ground.person("ines");
        let candidate = Candidate::new(shelf.host(), 0);
        Self {
            ground,
            shelf,
            ines,
            candidate,
        }
    }

    /// With an approval, ready to be promoted.
    fn approved() -> Self {
        let desk = Self::open();
        desk.ines.prepare(&desk.candidate, &desk.ground.files());
        desk
    }

    fn promote(&self) -> Said {
        let words = ["promote", &self.candidate.exact(), "--stage", "golden"];
        self.ines.json(&words)
    }

    /// Does what fails, and finds everything as it was.
    #[track_caller]
    fn loses_nothing(&self, act: impl Fn(&Person)) {
        let before = self.ines.holdings();
        let hung = self.shelf.surgeon().hanging(&self.candidate).len();
        act(&self.ines);
        self.shelf.running().behave();
        assert_eq!(self.ines.holdings(), before);
        assert_eq!(self.shelf.surgeon().hanging(&self.candidate).len(), hung);
        assert_eq!(self.ines.ok(&["history", "verify"])["ok"], true);
    }
}
