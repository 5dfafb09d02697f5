//! What is attached to an image arrives with it, or is named.

use crate::{
    copy_images::{
        Multi, attach, attached, copy, image_with, index_of, multi, put, registry, repository, tag,
    },
    setting::{client, nobody},
};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, Repository};
use hallmark_practice::{
    Access, Running,
    faults::{Effect, Fault},
};
use hallmark_registry::{Client, Copied, CopyJob, Target};

/// An image with everything that can hang on it, at `team/dev:v1`.
struct Dressed {
    image: Multi,
    /// On the index, on that, on a child.
    report: Manifest,
    signature: Manifest,
    of_a_child: Manifest,
    cosign: Manifest,
}

impl Dressed {
    async fn on(client: &Client, at: &Repository) -> Self {
        let image = multi();
        image.push(client, at, "v1").await;
        let report = attach(client, at, &image.index, "report").await;
        let signature = attach(client, at, &report, "signature of the report").await;
        let of_a_child = attach(client, at, &image.children[1], "report of a child").await;
        let cosign = side(client, at, image.index.digest(), "sig", &["one"]).await;
        Self {
            image,
            report,
            signature,
            of_a_child,
            cosign,
        }
    }

    /// What should be listed, and is not, at `there`.
    async fn lacking(&self, there: &Repository) -> Vec<&str> {
        let client = client(nobody());
        let mut lacking = Vec::new();
        for (name, subject, manifest) in [
            ("report", &self.image.index, &self.report),
            ("signature", &self.report, &self.signature),
            ("of a child", &self.image.children[1], &self.of_a_child),
        ] {
            let listed = attached(&client, there, subject.digest()).await;
            if listed != [manifest.digest().clone()] {
                lacking.push(name);
            }
        }
        let cosign = side_tag(self.image.index.digest(), "sig");
        let found = client.resolve_tag(there, &cosign).await.unwrap();
        if found.is_none_or(|found| found.digest != *self.cosign.digest()) {
            lacking.push("cosign");
        }
        lacking
    }
}

fn side_tag(subject: &Digest, suffix: &str) -> hallmark_image::Tag {
    tag(&format!("sha256-{}.{suffix}", subject.hex()))
}

/// One of cosign's tags on `subject`, with these layers.
async fn side(
    client: &Client,
    at: &Repository,
    subject: &Digest,
    suffix: &str,
    layers: &[&str],
) -> Manifest {
    let config = Bytes::from_static(b"{}");
    client.push_blob(at, config.clone()).await.unwrap();
    let mut listed = Vec::new();
    for layer in layers {
        let bytes = Bytes::from((*layer).to_owned());
        listed.push(Descriptor::of("text/plain", &bytes));
        client.push_blob(at, bytes).await.unwrap();
    }
    let manifest = image_with(&config, &listed);
    let tag = side_tag(subject, suffix);
    client
        .put_manifest(at, Target::Tag(&tag), &manifest)
        .await
        .unwrap();
    manifest
}

async fn carried(source: &Repository, target: &Repository) -> Copied {
    let job = CopyJob::new(source.tagged(tag("v1")), target.clone())
        .tagged([tag("golden")])
        .with_attached();
    copy(&client(nobody()), &job).await.unwrap()
}

async fn pair(api: [bool; 2]) -> (Running, Running, Repository, Repository) {
    let from = registry(Access::Open, api[0]).await;
    let to = registry(Access::Open, api[1]).await;
    let source = repository(&from.host(), "team/dev");
    let target = repository(&to.host(), "team/prod");
    (from, to, source, target)
}

#[tokio::test]
async fn everything_attached_arrives_with_and_without_the_referrers_api() {
    for api in [[true, true], [true, false], [false, true], [false, false]] {
        let (_from, _to, source, target) = pair(api).await;
        let dressed = Dressed::on(&client(nobody()), &source).await;
        let copied = carried(&source, &target).await;
        assert_eq!(copied.missing, [], "{api:?}");
        assert_eq!(
            dressed.lacking(&target).await,
            Vec::<&str>::new(),
            "{api:?}"
        );
        let again = carried(&source, &target).await;
        assert_eq!((again.bytes, again.missing), (0, vec![]), "{api:?}");
    }
}

#[tokio::test]
async fn everything_attached_arrives_in_another_repository_of_the_same_registry() {
    for api in [true, false] {
        let home = registry(Access::Open, api).await;
        let source = repository(&home.host(), "team/dev");
        let target = repository(&home.host(), "team/prod");
        let dressed = Dressed::on(&client(nobody()), &source).await;
        let copied = carried(&source, &target).await;
        assert_eq!(copied.missing, []);
        assert_eq!(dressed.lacking(&target).await, Vec::<&str>::new(), "{api}");
    }
}

#[tokio::test]
async fn without_being_asked_nothing_attached_is_looked_for() {
    let (from, _to, source, target) = pair([true, true]).await;
    Dressed::on(&client(nobody()), &source).await;
    from.forget_requests();
    let job = CopyJob::new(source.tagged(tag("v1")), target).tagged([tag("golden")]);
    copy(&client(nobody()), &job).await.unwrap();
    assert!(
        !from
            .requests()
            .iter()
            .any(|seen| seen.path.contains("referrers"))
    );
}

#[tokio::test]
async fn one_that_cannot_be_had_is_named_and_stops_no_other() {
    let (from, _to, source, target) = pair([true, true]).await;
    let dressed = Dressed::on(&client(nobody()), &source).await;
    let gone = format!("manifests/{}", dressed.report.digest());
    from.inject(Fault::on("GET", &gone, Effect::status(404)));
    let copied = carried(&source, &target).await;
    let [missing] = copied.missing.as_slice() else {
        panic!("{:?}", copied.missing)
    };
    assert_eq!(missing.digest.as_ref(), Some(dressed.report.digest()));
    assert_eq!(missing.subject, *dressed.image.index.digest());
    assert!(missing.why.contains("does not have"), "{}", missing.why);
    // Its own signature arrives all the same.
    assert_eq!(dressed.lacking(&target).await, ["report"]);
}

#[tokio::test]
async fn what_the_target_took_and_does_not_list_is_named() {
    let (_from, to, source, target) = pair([true, true]).await;
    let dressed = Dressed::on(&client(nobody()), &source).await;
    let empty = Effect::OtherBody(Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#));
    let subject = dressed.image.index.digest();
    to.inject(Fault::on("GET", &format!("referrers/{subject}"), empty));
    let copied = carried(&source, &target).await;
    let [missing] = copied.missing.as_slice() else {
        panic!("{:?}", copied.missing)
    };
    assert_eq!(missing.digest.as_ref(), Some(dressed.report.digest()));
    assert!(missing.why.contains("does not list it"), "{}", missing.why);
}

#[tokio::test]
async fn a_fallback_tag_beside_the_api_is_read_too() {
    let (from, _to, source, target) = pair([true, true]).await;
    let client = client(nobody());
    let image = multi();
    image.push(&client, &source, "v1").await;
    // As a registry holds it that learnt the API later: nothing of it is in the API's list.
    let report = attach(&client, &source, &image.index, "old report").await;
    let digest = report.digest().to_string();
    let index = index_of(&[report.descriptor()]);
    let fallback = tag(&format!("sha256-{}", image.index.digest().hex()));
    client
        .put_manifest(&source, Target::Tag(&fallback), &index)
        .await
        .unwrap();
    let empty = Effect::OtherBody(Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#));
    from.inject(Fault::on("GET", "/referrers/", empty));
    carried(&source, &target).await;
    let listed = attached(&client, &target, image.index.digest()).await;
    assert_eq!(
        listed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [digest]
    );
}

#[tokio::test]
async fn signatures_that_others_made_at_the_target_are_not_taken_away() {
    let (_from, _to, source, target) = pair([true, true]).await;
    let client = client(nobody());
    let image = multi();
    image.push(&client, &source, "v1").await;
    image.push(&client, &target, "golden").await;
    let subject = image.index.digest();
    side(&client, &source, subject, "sig", &["one", "two"]).await;
    let theirs = side(&client, &target, subject, "sig", &["one", "three"]).await;
    let copied = carried(&source, &target).await;
    assert!(
        copied.missing[0].why.contains("another"),
        "{:?}",
        copied.missing
    );
    let at = side_tag(subject, "sig");
    let standing = client.resolve_tag(&target, &at).await.unwrap().unwrap();
    assert_eq!(standing.digest, *theirs.digest());
    // One that only adds to what is there is placed.
    let more = side(&client, &source, subject, "sig", &["one", "two", "three"]).await;
    let copied = carried(&source, &target).await;
    assert_eq!(copied.missing, []);
    let standing = client.resolve_tag(&target, &at).await.unwrap().unwrap();
    assert_eq!(standing.digest, *more.digest());
}

#[tokio::test]
async fn a_fallback_tag_that_lists_its_own_subject_ends() {
    let (_from, _to, source, target) = pair([false, false]).await;
    let client = client(nobody());
    let image = multi();
    image.push(&client, &source, "v1").await;
    let index = index_of(&[image.children[0].descriptor()]);
    let circle = tag(&format!("sha256-{}", image.children[0].digest().hex()));
    client
        .put_manifest(&source, Target::Tag(&circle), &index)
        .await
        .unwrap();
    put(&client, &source, &image.children[0]).await;
    let copied = carried(&source, &target).await;
    assert_eq!(copied.missing, []);
}

#[tokio::test]
async fn the_tag_moves_after_everything_attached_is_there() {
    let (_from, to, source, target) = pair([true, true]).await;
    Dressed::on(&client(nobody()), &source).await;
    to.forget_requests();
    carried(&source, &target).await;
    let puts: Vec<String> = to
        .requests()
        .into_iter()
        .filter(|seen| seen.method == "PUT" && seen.path.contains("/manifests/"))
        .map(|seen| seen.path)
        .collect();
    assert!(
        puts.last().unwrap().ends_with("/manifests/golden"),
        "{puts:?}"
    );
}

#[tokio::test]
async fn where_there_are_too_many_tags_to_read_each_is_asked_for_by_its_name() {
    let (from, _to, source, target) = pair([false, true]).await;
    let dressed = Dressed::on(&client(nobody()), &source).await;
    let page = Effect::SetHeader("Link".into(), "</v2/x/tags/list?n=1>; rel=\"next\"".into());
    from.inject(Fault::on("GET", "tags/list", page));
    let copied = carried(&source, &target).await;
    assert_eq!(copied.missing, []);
    assert_eq!(dressed.lacking(&target).await, Vec::<&str>::new());
    let lists = from
        .requests()
        .into_iter()
        .filter(|seen| seen.path.ends_with("tags/list"));
    assert_eq!(lists.count(), 1);
}

#[tokio::test]
async fn a_registry_that_stops_listing_midway_is_an_error_and_no_empty_list() {
    let (from, to, source, target) = pair([true, true]).await;
    let dressed = Dressed::on(&client(nobody()), &source).await;
    let child = dressed.image.children[1].digest();
    from.inject(Fault::on(
        "GET",
        &format!("referrers/{child}"),
        Effect::status(404),
    ));
    let job = CopyJob::new(source.tagged(tag("v1")), target)
        .tagged([tag("golden")])
        .with_attached();
    let error = copy(&client(nobody()), &job).await.unwrap_err();
    assert!(error.message().contains("would not for"), "{error}");
    assert!(
        !to.requests()
            .iter()
            .any(|seen| seen.path.ends_with("manifests/golden") && seen.method == "PUT")
    );
}
