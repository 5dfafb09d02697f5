//! An image with two levels of referrers, on it and on its children, and with cosign's tags,
//! from a registry of either kind to one of either kind.

use crate::hands::{Hands, Place, place, tag};
use hallmark_flows::multi::{Sample, multi};
use hallmark_image::{Descriptor, Digest, Manifest, Repository};
use hallmark_practice::faults::{Effect, Fault};
use hallmark_registry::{Copied, CopyJob, ReferrersSource};

struct Dressed {
    sample: Sample,
    report: Manifest,
    signature: Manifest,
    of_a_child: Manifest,
    signed: Manifest,
}

impl Dressed {
    fn at(hands: &Hands, at: &Repository) -> Self {
        let sample = multi(7, 1000);
        hands.push(at, &sample.blobs);
        for child in &sample.children {
            hands.put(at, None, child);
        }
        hands.put(at, Some("v1"), &sample.manifest);
        let report = hands.attach(at, &sample.manifest, "a report");
        let signature = hands.attach(at, &report, "who vouches for it");
        let of_a_child = hands.attach(at, &sample.children[2], "a report of one platform");
        let config = sample.children[0].config().unwrap().clone();
        let layers: Vec<Descriptor> = sample.children[0].layers()[..1].to_vec();
        let signed = hallmark_flows::multi::image(&config, &layers);
        hands.put(at, Some(&cosign(sample.manifest.digest())), &signed);
        Self {
            sample,
            report,
            signature,
            of_a_child,
            signed,
        }
    }

    /// Each subject with what hangs on it.
    fn pairs(&self) -> [(&Manifest, &Manifest); 3] {
        [
            (&self.sample.manifest, &self.report),
            (&self.report, &self.signature),
            (&self.sample.children[2], &self.of_a_child),
        ]
    }

    fn is_whole(&self, there: &Repository, source: ReferrersSource) {
        let hands = Hands::new();
        for (subject, hanging) in self.pairs() {
            let wanted = (vec![hanging.digest().clone()], source);
            assert_eq!(hands.attached(there, subject), wanted);
        }
        let signed = hands.named(there, &cosign(self.sample.manifest.digest()));
        assert_eq!(signed.as_ref(), Some(self.signed.digest()));
        let golden = hands.named(there, "golden");
        assert_eq!(golden.as_ref(), Some(self.sample.manifest.digest()));
    }
}

fn cosign(subject: &Digest) -> String {
    format!("sha256-{}.sig", subject.hex())
}

fn carry(from: &Repository, to: &Repository) -> Copied {
    let job = CopyJob::new(from.tagged(tag("v1")), to.clone())
        .tagged([tag("golden")])
        .with_attached();
    Hands::new().copy(&job)
}

#[test]
fn everything_attached_arrives_on_both_kinds_of_registry_and_once_is_enough() {
    let ground = Place::open();
    let other = ground.other();
    let (real, practice) = (ground.real.host.clone(), ground.practice.host());
    let first = place(&real, "team/dev");
    let dressed = Dressed::at(&Hands::new(), &first);
    // Fallback tags to the API, from there to fallback tags, and from those to those.
    let second = place(&practice, "team/qa");
    let third = place(&other.host, "team/prod");
    let fourth = place(&real, "team/prod");
    let fifth = place(&practice, "team/prod");
    let hops = [
        (&first, &second, ReferrersSource::Api),
        (&second, &third, ReferrersSource::FallbackTag),
        (&third, &fourth, ReferrersSource::FallbackTag),
        (&second, &fifth, ReferrersSource::Api),
    ];
    for (from, to, source) in hops {
        let from = match from == &first {
            true => from.clone(),
            false => retag(from),
        };
        let copied = carry(&from, to);
        assert_eq!(copied.missing, [], "{to}");
        dressed.is_whole(to, source);
        let again = carry(&from, to);
        assert_eq!((again.bytes, again.missing), (0, vec![]), "{to}");
    }
}

/// The image under the tag that copies begin from.
fn retag(at: &Repository) -> Repository {
    let job = CopyJob::new(at.tagged(tag("golden")), at.clone()).tagged([tag("v1")]);
    Hands::new().copy(&job);
    at.clone()
}

#[test]
fn one_that_is_taken_away_on_the_way_is_noticed_and_named() {
    let ground = Place::open();
    let from = place(&ground.practice.host(), "team/dev");
    let to = place(&ground.real.host, "team/prod");
    let dressed = Dressed::at(&Hands::new(), &from);
    let gone = dressed.signature.digest();
    let fault = Fault::on("GET", &format!("manifests/{gone}"), Effect::status(404));
    ground.practice.fault(fault);
    let copied = carry(&from, &to);
    let [missing] = copied.missing.as_slice() else {
        panic!("{:?}", copied.missing)
    };
    assert_eq!(missing.digest.as_ref(), Some(gone));
    assert_eq!(missing.subject, *dressed.report.digest());
    assert!(missing.why.contains("does not have"), "{}", missing.why);
    // The rest is there, and the next copy brings what lacked.
    ground.practice.running().behave();
    assert_eq!(carry(&from, &to).missing, []);
    dressed.is_whole(&to, ReferrersSource::FallbackTag);
}
