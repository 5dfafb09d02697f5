//! The whole story by the command alone, against Debian's `docker-registry` (distribution 2.8)
//! with htpasswd and TLS of a private CA, and a real Secret Service; `skopeo` is the witness.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    canary::{Canaries, Watch},
    certificates::Authority,
    distribution::Distribution,
    ground::{Ground, word},
    images::Candidate,
    person::Person,
    said::Said,
    skopeo::Skopeo,
    surgeon::Surgeon,
};
use hallmark_image::Digest;
use serde_json::{Value, json};

const PASSWORD: &str = "canary-Zx81-registry-password";

/// A registry as a company has one, and the person who signs off.
struct Company {
    ground: Ground,
    registry: Distribution,
    authority: Authority,
    ca: String,
    skopeo: Skopeo,
    ines: Person,
}

impl Company {
    fn open() -> Self {
        let ground = Ground::new();
        let authority = Authority::new("Payments internal CA");
        let folder = ground.servers();
        let certificate = authority.certify();
        let registry = Distribution::guarded(&folder, &certificate, &[("ines", PASSWORD)]);
        let skopeo = Skopeo::new(&folder, &registry, "ines", PASSWORD, &authority.pem);
        Self {
            ca: word(&ground.file("ca.pem", &authority.pem)),
            ines: ground.person("ines"),
            ground,
            registry,
            authority,
            skopeo,
        }
    }

    fn logged_in() -> Self {
        let company = Self::open();
        company.login(&company.ines).answer(0);
        company
    }

    fn login(&self, person: &Person) -> Said {
        person.login(&self.registry.host, PASSWORD, &["--ca", &self.ca])
    }

    /// A candidate that skopeo copied in.
    fn candidate(&self, hours_ago: i64) -> Candidate {
        let candidate = Candidate::new(&self.registry.host, hours_ago);
        self.skopeo.push(&candidate);
        candidate
    }

    fn golden(&self, candidate: &Candidate) -> Digest {
        self.skopeo.digest(&candidate.repository(), "golden")
    }

    /// From reports to the golden tag.
    fn promoted(&self, hours_ago: i64) -> Candidate {
        let candidate = self.candidate(hours_ago);
        self.ines.prepare(&candidate, &self.ground.files());
        let done = self.ines.promote(&candidate.exact());
        assert_eq!(done["outcome"], "promoted", "{done:#}");
        assert_eq!(self.golden(&candidate), *candidate.digest());
        candidate
    }

    fn surgeon(&self) -> Surgeon {
        Surgeon::login(
            &self.registry.host,
            "ines",
            PASSWORD,
            Some(&self.authority.pem),
        )
    }

    /// The public key of who signs off, in a file.
    fn public_key(&self) -> String {
        let said = self.ines.run(&["key", "export"]);
        assert_eq!(said.code, Some(0), "{}", said.whole());
        word(&self.ground.file("pub.pem", said.out))
    }
}

#[test]
fn a_login_is_tried_before_it_is_kept_in_the_secret_service() {
    let company = Company::open();
    let (ines, host) = (&company.ines, company.registry.host.as_str());
    let said = ines.login(host, PASSWORD, &[]);
    said.fails(3, "plain-http", &["speaks https", "--ca"]);
    let other = word(
        &company
            .ground
            .file("other.pem", Authority::new("Somebody").pem),
    );
    let said = ines.login(host, PASSWORD, &["--ca", &other]);
    said.fails(3, "tls-untrusted", &["is not trusted", "--ca FILE"]);
    let said = ines.login(host, "canary-wrong-password", &["--ca", &company.ca]);
    said.fails(3, "wrong-password", &["“ines”", "log in again"]);
    assert_eq!(
        ines.ok(&["registries"]),
        json!([]),
        "nothing of that was kept"
    );
    let said = ines.json(&["images", host]);
    assert_eq!(said.code, Some(3), "{}", said.whole());

    let done = company.login(ines).answer(0);
    assert_eq!(done["username"], "ines");
    assert!(
        done["secret_place"].to_string().contains("Secret Service"),
        "{done:#}"
    );
    ines.ok(&["registries", "test", host]);
    ines.ok(&["images", host]);

    ines.ok(&["logout", host]);
    assert_eq!(ines.ok(&["registries"]), json!([]));
    company.ines.json(&["images", host]).failure(3);
}

#[test]
fn an_image_goes_golden_at_the_very_digest_approved_and_a_rollback_puts_the_old_one_back() {
    let company = Company::open();
    let canaries = Canaries::new().password("the password", PASSWORD);
    let watch = Watch::begin(&canaries, "evidence\0attach");
    company.login(&company.ines).answer(0);
    let ines = &company.ines;

    let old = company.promoted(24);
    let new = company.candidate(0);
    evidence_comes_back_byte_for_byte(&company, &new);
    reviewed_and_approved(&company, &new, &old);
    let image = new.exact();
    let dry = ines.ok(&["promote", &image, "--stage", "golden", "--dry-run"]);
    assert_eq!(dry["digest"], new.digest().to_string());
    assert_eq!(
        company.golden(&new),
        *old.digest(),
        "a dry run moves nothing"
    );

    let done = ines.promote(&image);
    assert_eq!(names(&dry), names(&done), "a dry run has the same shape");
    assert_eq!(done["outcome"], "promoted");
    assert_eq!(done["previous"], old.digest().to_string());
    assert_eq!(done["missing"], json!([]));
    assert_eq!(company.golden(&new), *new.digest());

    let repository = new.repository();
    let words = [
        "rollback",
        &repository,
        "--stage",
        "golden",
        "-m",
        "refunds fail",
    ];
    let back = ines.ok(&words);
    assert_eq!(back["digest"], old.digest().to_string());
    assert_eq!(company.golden(&new), *old.digest());
    for one in [&old, &new] {
        let kept = pins(&company, one);
        assert_eq!(kept, 1, "one pin keeps {}", one.digest().short());
    }
    let verified = ines.ok(&["history", "verify"]);
    assert_eq!(verified["ok"], true, "{verified:#}");
    assert_eq!(ines.count("promotion"), 2);
    assert_eq!(ines.count("rollback"), 1);

    let (found, seen) = watch.end();
    assert!(seen > 0, "no argument was looked at");
    assert_eq!(found, [""; 0]);
    assert_eq!(canaries.in_words(&company.ground.heard()), [""; 0]);
    assert_eq!(canaries.in_folders(&company.ground.ours()), [""; 0]);
}

fn names(value: &Value) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

fn evidence_comes_back_byte_for_byte(company: &Company, new: &Candidate) {
    let ines = &company.ines;
    ines.attach(new, &company.ground.files());
    let listed = ines.ok(&["evidence", "list", &new.tagged()]);
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), new.sample.reports.len(), "{listed:#?}");
    for report in &new.sample.reports {
        let digest = Digest::sha256(&report.bytes).to_string();
        assert!(
            listed.iter().any(|own| own["digest"] == digest),
            "{listed:#?}"
        );
        let got = ines.run(&["evidence", "get", &new.tagged(), &digest]);
        assert_eq!(got.code, Some(0), "{}", got.whole());
        assert!(got.out == report.bytes, "{} came back changed", report.name);
    }
}

fn reviewed_and_approved(company: &Company, new: &Candidate, old: &Candidate) {
    let ines = &company.ines;
    ines.request(&new.tagged());
    let queue = ines.ok(&["queue"]);
    let waiting = queue["waiting"].as_array().unwrap();
    assert_eq!(waiting.len(), 1, "{queue:#}");
    assert_eq!(waiting[0]["digest"], new.digest().to_string());
    let review = ines.ok(&["review", &new.tagged()]);
    assert_eq!(review["digest"], new.digest().to_string());
    assert_eq!(review["verdict"], "pass", "{:#}", review["checks"]);
    assert_eq!(review["golden"]["digest"], old.digest().to_string());
    ines.json(&["status", &new.tagged()]).answer(1);
    let early = ines
        .json(&["promote", &new.tagged(), "--stage", "golden"])
        .answer(1);
    assert_eq!(
        early["outcome"], "refused",
        "nothing is promoted before it is approved"
    );
    ines.approve(&new.tagged());
    ines.ok(&["status", &new.tagged()]);
}

fn pins(company: &Company, of: &Candidate) -> usize {
    let end = format!("-{}", of.digest().short());
    let tags = company.surgeon().tags(&of.repository());
    let pins = tags
        .iter()
        .filter(|tag| tag.starts_with("golden-") && tag.ends_with(&end));
    pins.count()
}

#[test]
fn an_image_is_deleted_with_its_tags_and_a_tag_alone_is_more_than_this_registry_can() {
    let company = Company::logged_in();
    let ines = &company.ines;
    let golden = company.promoted(24);
    let candidate = company.candidate(0);
    company.skopeo.tag(&candidate, "extra");
    let tagged = candidate.tagged();
    let extra = format!("{}:extra", tagged.rsplit_once(':').unwrap().0);
    let alone = ines.json(&["delete", &extra, "--yes"]);
    alone.fails(3, "registry-protocol", &["deletes only whole images"]);
    let done = ines
        .json(&["delete", &candidate.exact(), "--yes"])
        .answer(0);
    let tags: Vec<&str> = done["tags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        tags.contains(&"extra") && tags.contains(&candidate.tag().as_str()),
        "{tags:?}"
    );
    assert_eq!(
        company.surgeon().names(&candidate.repository(), "extra"),
        None
    );
    for image in [
        golden.exact(),
        golden.tagged().replace(&golden.tag(), "golden"),
    ] {
        let kept = ines.json(&["delete", &image, "--yes"]);
        kept.fails(1, "kept-for-golden", &["golden"]);
    }
    assert_eq!(company.golden(&golden), *golden.digest());
    assert_eq!(ines.count("deletion"), 1);
}

#[test]
fn a_tag_that_somebody_moved_in_between_is_a_conflict_and_stays_where_they_put_it() {
    let company = Company::logged_in();
    let first = company.promoted(24);
    let approved = company.candidate(0);
    company.ines.prepare(&approved, &company.ground.files());
    let third = company.candidate(48);
    company.skopeo.tag(&third, "golden");

    let words = ["promote", &approved.exact(), "--stage", "golden"];
    let said = company.ines.json(&words).answer(1);
    assert_eq!(said["outcome"], "conflict", "{said:#}");
    let message = said["message"].as_str().unwrap();
    for digest in [first.digest(), third.digest()] {
        assert!(message.contains(digest.short()), "{message}");
    }
    assert_eq!(
        company.golden(&approved),
        *third.digest(),
        "it is not ours to move"
    );
    let said = company.ines.json(&words).answer(1);
    assert_eq!(said["outcome"], "conflict", "asking again changes nothing");
    assert_eq!(company.golden(&approved), *third.digest());
    assert_eq!(company.ines.count("promotion"), 1);
    assert_eq!(company.ines.ok(&["history", "verify"])["ok"], true);
}

/// The same shelves without a login, so that a home can be truly empty.
struct Gate<'a> {
    company: &'a Company,
    door: Distribution,
}

impl Gate<'_> {
    /// What `verify` says in a home that nobody was in before.
    fn verify(&self, who: &str, image: &str, stage: &str, keys: &[&str]) -> Said {
        let person = self.company.ground.person(who);
        let image = image.replace(&self.company.registry.host, &self.door.host);
        let said = person.json(&[&["verify", &image, "--stage", stage], keys].concat());
        assert!(!person.home().join("ca").read_dir().unwrap().any(|_| true));
        said
    }
}

#[test]
fn an_empty_home_with_nothing_but_the_public_key_tells_the_golden_digest_from_any_other() {
    let company = Company::logged_in();
    let golden = company.promoted(24);
    let other = company.candidate(0);
    company.ines.prepare(&other, &company.ground.files());
    let key = company.public_key();
    let key = ["--key", key.as_str()];
    let gate = Gate {
        company: &company,
        door: company.registry.open_door(&company.ground.servers()),
    };
    let image = golden.exact();
    let yes = gate.verify("empty-1", &image, "golden", &key).answer(0);
    assert_eq!(yes["golden"], true, "{yes:#}");
    assert_eq!(yes["digest"], golden.digest().to_string());
    let tag = format!("{}:golden", golden.repository());
    gate.verify("empty-2", &tag, "golden", &key).answer(0);
    let no = gate.verify("empty-3", &other.exact(), "golden", &key);
    assert_eq!(no.answer(1)["golden"], false, "approved is not promoted");
    gate.verify("empty-4", &image, "golden", &[]).answer(1);
    gate.verify("empty-5", &image, "dev", &key).answer(1);
    let stranger = company.ground.person("stranger");
    let stranger = stranger.run(&["key", "export"]).out;
    let stranger = word(&company.ground.file("stranger.pem", stranger));
    let said = gate.verify("empty-6", &image, "golden", &["--key", &stranger]);
    said.answer(1);

    company.surgeon().delete_list(&golden);
    let no = gate.verify("empty-7", &image, "golden", &key).answer(1);
    assert_eq!(no["golden"], false, "its statements were taken away");
    let reason = no["reason"].as_str().unwrap();
    assert!(reason.contains("no trusted statement"), "{no:#}");
    let words = ["verify", &image, "--stage", "golden"];
    company.ines.json(&words).answer(1);
    let tag = company.golden(&golden);
    assert_eq!(tag, *golden.digest(), "the tag alone is no proof");
}
