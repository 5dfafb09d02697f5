use super::*;

fn child() -> String {
    format!(
        r#"{{"mediaType":"{}","digest":"{}","size":2}}"#,
        media_type::OCI_CONFIG,
        Digest::sha256("{}")
    )
}

fn image() -> String {
    format!(
        "{{ \"schemaVersion\": 2,\n  \"mediaType\":\"{}\", \"config\":{}, \"layers\":[],\"x-own\":1}}",
        media_type::OCI_MANIFEST,
        child()
    )
}

#[test]
fn the_bytes_stay_as_they_came() {
    let manifest = Manifest::parse(image(), Some(media_type::OCI_MANIFEST)).unwrap();
    assert_eq!(manifest.bytes(), image().as_bytes());
    assert_eq!(manifest.digest(), &Digest::sha256(image()));
}

#[test]
fn a_manifest_that_could_be_two_images_is_refused() {
    let both = format!(
        r#"{{"schemaVersion":2,"config":{0},"layers":[],"manifests":[{0}]}}"#,
        child()
    );
    assert_eq!(
        Manifest::parse(both, None).unwrap_err(),
        ManifestError::Ambiguous
    );
}

#[test]
fn a_content_type_that_differs_from_the_bytes_is_refused() {
    let error = Manifest::parse(image(), Some(media_type::DOCKER_MANIFEST)).unwrap_err();
    assert!(
        matches!(error, ManifestError::MediaTypeDiffers { .. }),
        "{error}"
    );
}

#[test]
fn a_content_type_with_parameters_is_the_same_type() {
    let header = format!("{}; charset=utf-8", media_type::OCI_MANIFEST);
    assert!(Manifest::parse(image(), Some(&header)).is_ok());
}

#[test]
fn bytes_other_than_those_asked_for_are_refused() {
    let other = Digest::sha256("other");
    let error = Manifest::parse_exact(image(), None, &other).unwrap_err();
    assert!(
        matches!(error, ManifestError::DigestDiffers { .. }),
        "{error}"
    );
}

#[test]
fn a_sha512_name_is_kept_as_the_name() {
    let name = Digest::of(crate::Algorithm::Sha512, image());
    assert_eq!(
        Manifest::parse_exact(image(), None, &name)
            .unwrap()
            .digest(),
        &name
    );
}

#[test]
fn too_long_a_manifest_is_refused_before_it_is_read() {
    let long = vec![b' '; MAX_MANIFEST_BYTES + 1];
    assert!(matches!(
        Manifest::parse(long, None),
        Err(ManifestError::TooLarge(_))
    ));
}

#[test]
fn a_digest_with_a_path_in_it_is_refused() {
    let hostile = image().replace(Digest::sha256("{}").hex(), "../../../etc/passwd");
    assert!(matches!(
        Manifest::parse(hostile, None),
        Err(ManifestError::Json(_))
    ));
}

#[test]
fn attestations_of_buildkit_are_no_images() {
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{},{}]}}"#,
        media_type::OCI_INDEX,
        child().replace('}', r#","platform":{"os":"linux","architecture":"amd64"}}"#),
        child().replace(
            '}',
            r#","platform":{"os":"unknown","architecture":"unknown"}}"#
        ),
    );
    let index = Manifest::parse(index, None).unwrap();
    assert_eq!((index.children().len(), index.images().count()), (2, 1));
}

#[test]
fn an_artifact_names_what_it_is_attached_to() {
    let subject = Manifest::parse(image(), None).unwrap().descriptor();
    let artifact = Artifact::new("application/junit+xml", vec![Descriptor::empty()])
        .about(&subject)
        .annotated("org.opencontainers.image.title", "unit.xml")
        .build()
        .unwrap();
    assert_eq!(artifact.subject().unwrap().digest, subject.digest);
    assert_eq!(artifact.artifact_type(), Some("application/junit+xml"));
}
