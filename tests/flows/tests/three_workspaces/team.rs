//! The team: one registry, three people.

use hallmark_flows::{
    ground::{Ground, copy_folder, word},
    images::Candidate,
    person::Person,
    shelf::Shelf,
    surgeon::Surgeon,
};
use hallmark_image::Digest;
use hallmark_practice::{Access, Config, User};
use std::fs;

/// Everybody's password begins like this.
pub const PASSWORD: &str = "canary-Qv55-team-password";

/// One registry, three people.
pub struct Team {
    pub ground: Ground,
    pub shelf: Shelf,
    pub ines: Person,
    pub mara: Person,
    pub lena: Person,
}

impl Team {
    /// Ines makes the workspace; Mara and Lena are members, and Mara has joined.
    pub fn meet(referrers: bool) -> Self {
        let ground = Ground::new();
        let user = |name: &str| User::new(name, PASSWORD);
        let users = vec![
            user("ines"),
            user("mara"),
            user("jonas"),
            user("lena").read_only(),
        ];
        let config = Config {
            access: Access::bearer(users),
            referrers,
            ..Config::default()
        };
        let shelf = Shelf::open(&ground, config);
        let [ines, mara, lena] = ["ines", "mara", "lena"].map(|name| ground.person(name));
        let team = Self {
            ground,
            shelf,
            ines,
            mara,
            lena,
        };
        for person in [&team.ines, &team.mara, &team.lena] {
            person.login(&team.shelf.host(), PASSWORD, &[]).answer(0);
        }
        let repository = team.repository();
        team.ines
            .ok(&["workspace", "init", &repository, "--name", "payments"]);
        team.admit(&team.mara, "requester");
        team.admit(&team.lena, "auditor");
        team.mara.ok(&["workspace", "join", &repository]);
        team
    }

    /// Somebody else with a login.
    pub fn somebody(&self, name: &str) -> Person {
        let person = self.ground.person(name);
        person.login(&self.shelf.host(), PASSWORD, &[]).answer(0);
        person
    }

    /// Ines makes somebody a member.
    pub fn admit(&self, person: &Person, role: &str) {
        let key = person.run(&["key", "export"]);
        assert_eq!(key.code, Some(0), "{}", key.whole());
        let file = self.ground.file(&format!("{}.pem", person.name), key.out);
        let words = [
            "member",
            "add",
            &person.name,
            "--key",
            &word(&file),
            "--role",
            role,
        ];
        self.ines.ok(&words);
    }

    /// The workspace's repository.
    pub fn repository(&self) -> String {
        format!("{}/payments/hallmark", self.shelf.host())
    }

    /// Somebody with a login who is no friend.
    pub fn surgeon(&self) -> Surgeon {
        Surgeon::login(&self.shelf.host(), "ines", PASSWORD, None)
    }

    /// A candidate that somebody pushed.
    pub fn candidate(&self, hours_ago: i64) -> Candidate {
        let candidate = Candidate::new(self.shelf.host(), hours_ago);
        self.surgeon().push(&candidate);
        candidate
    }

    pub fn shelf_names(&self, candidate: &Candidate, tag: &str) -> Option<Digest> {
        self.surgeon().names(&candidate.repository(), tag)
    }

    /// Ines sees that it waits, who asked, and why.
    pub fn found_in_the_queue(&self, candidate: &Candidate) {
        let queue = self.ines.ok(&["queue"]);
        let waiting = queue["waiting"].as_array().unwrap();
        assert_eq!(waiting.len(), 1, "{queue:#}");
        assert_eq!(waiting[0]["digest"], candidate.digest().to_string());
        assert_eq!(waiting[0]["requester"]["name"], "mara", "{queue:#}");
        assert_eq!(waiting[0]["message"], "goes out on Monday");
    }

    /// From reports to the golden tag, each by who does it.
    pub fn promoted(&self, hours_ago: i64) -> Candidate {
        let candidate = self.candidate(hours_ago);
        self.mara.attach(&candidate, &self.ground.files());
        self.mara.request(&candidate.exact());
        self.ines.approve(&candidate.exact());
        self.ines.promote(&candidate.exact());
        candidate
    }

    /// Keeps everything as it is now.
    pub fn keep(&mut self, name: &str) {
        self.shelf.keep(name);
        copy_folder(
            &self.ground.homes(),
            &self.ground.servers().join(format!("homes-{name}")),
        );
    }

    /// Puts everything back.
    pub fn put_back(&mut self, name: &str) {
        self.shelf.put_back(name);
        fs::remove_dir_all(self.ground.homes()).unwrap();
        copy_folder(
            &self.ground.servers().join(format!("homes-{name}")),
            &self.ground.homes(),
        );
    }
}
