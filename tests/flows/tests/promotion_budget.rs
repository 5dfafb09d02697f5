//! What a promotion asks of the registry, exactly: of Debian's `docker-registry`, counted by a
//! proxy before it. Placing the tag is a copy within the repository; all else is what makes it
//! a promotion: the case that is judged once more, the pins, the signed statements, and the look
//! at what is attached in the end.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    asked::Asked, distribution::Distribution, ground::Ground, images::Candidate, surgeon::Surgeon,
};

/// The index and its two platforms.
const MANIFESTS: usize = 3;
/// A registry without the referrers API says so, and the fallback tag is read.
const LISTING: usize = 2;
/// Cosign's tags of attestations and of a bill of materials.
const COSIGN: usize = 2;
/// Every report and its statement, the request, and the approval's two statements.
fn attached(candidate: &Candidate) -> usize {
    candidate.sample.reports.len() * 2 + 1 + 2
}

fn count(asked: &[Asked], method: &str, kind: &str) -> usize {
    let same = |one: &&Asked| one.method == method && one.kind() == kind;
    asked.iter().filter(same).count()
}

#[test]
fn within_one_repository_each_request_of_a_promotion_has_its_reason() {
    let ground = Ground::new();
    let registry = Distribution::open(&ground.servers());
    let ines = ground.person("ines");
    let surgeon = Surgeon::anonymous(&registry.host);
    let [old, new] = [24, 0].map(|hours| Candidate::new(&registry.host, hours));
    for candidate in [&old, &new] {
        surgeon.push(candidate);
        ines.prepare(candidate, &ground.files());
        registry.front().forget();
        let done = ines.promote(&candidate.exact());
        let asked = registry.front().asked();
        assert_eq!(done["requests"], asked.len(), "what it says itself");
    }
    let asked = registry.front().asked();
    let listings = MANIFESTS * LISTING;
    // Reports that were read before are not read again; the approval's two statements are new.
    // Last is what the tag names now.
    let cosign = MANIFESTS * COSIGN;
    let judged = MANIFESTS + listings + cosign + attached(&new) + 2 + 1;
    // The list of tags, the pin that is there, the image that it keeps, and the new pin.
    let pins = 4;
    // The last look, the tag, and a look at it.
    let tag = 3;
    // Two statements, each with its bundle (looked for, begun, sent) and manifest; the empty
    // configuration is there; the fallback index is read, written and read again.
    let statements = 2 * (3 + 1) + 1 + 3;
    assert_eq!(asked.len(), judged + pins + tag + statements + listings);

    let placed: Vec<&str> = asked
        .iter()
        .filter(|one| one.method == "PUT" && one.kind() == "manifest")
        .map(|one| one.path.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(placed.len(), 5, "{placed:?}");
    assert!(
        placed[0].starts_with("golden-"),
        "the pin goes first: {placed:?}"
    );
    assert_eq!(
        placed[1], "golden",
        "the tag once, before anything tells of it"
    );
    assert_eq!(
        count(&asked, "HEAD", "blob"),
        3,
        "the image's own blobs are none of them"
    );
    assert_eq!(
        count(&asked, "GET", "referrers"),
        MANIFESTS * 2,
        "one listing, twice"
    );
}
