//! The gate: yes only for what trusted keys promoted and approved, with no local history asked.

use crate::ground::{Ground, Person, Pushed};
use hallmark_attest::SigningKey;
use hallmark_workflow::dto::Verification;

async fn asked(ground: &Ground, image: &str, keys: &[&str]) -> Verification {
    let stranger = ground.person("somebody").await;
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    stranger
        .desk
        .verify(image, "golden", Some(keys))
        .await
        .unwrap()
}

/// An image approved by one person and promoted by another, each with a key of their own.
async fn promoted(ground: &Ground) -> (Person, Person, Pushed) {
    let (ines, image) = ground.solo().await;
    let olga = ground.person("olga").await;
    let approver = [(&ines, hallmark_workflow::dto::Role::Approver)];
    let olga = olga.knowing(&approver).await;
    ines.approve(&image).await.unwrap();
    ground.tick();
    olga.promote(&image).await;
    (ines, olga, image)
}

#[tokio::test]
async fn it_says_yes_to_the_keys_of_those_who_approved_and_promoted() {
    let ground = Ground::new().await;
    let (ines, olga, image) = promoted(&ground).await;
    let yes = asked(&ground, &image.exact(), &[&ines.key, &olga.key]).await;
    assert!(yes.golden, "{}", yes.reason);
    assert_eq!(yes.promoted_by.as_deref(), Some("olga"));
    assert_eq!(yes.approved_by, ["ines"]);
    let golden = image.repository.tagged("golden".parse().unwrap());
    assert!(
        asked(&ground, &golden.to_string(), &[&ines.key, &olga.key])
            .await
            .golden
    );
}

#[tokio::test]
async fn it_says_no_where_the_approval_is_signed_by_a_key_that_is_not_trusted() {
    let ground = Ground::new().await;
    let (_, olga, image) = promoted(&ground).await;
    let no = asked(&ground, &image.exact(), &[&olga.key]).await;
    assert!(!no.golden);
    assert!(
        no.reason.contains("missing or signed by nobody trusted"),
        "{}",
        no.reason
    );
}

#[tokio::test]
async fn it_says_no_where_the_promotion_is_signed_by_a_key_that_is_not_trusted() {
    let ground = Ground::new().await;
    let (ines, _, image) = promoted(&ground).await;
    let stranger = SigningKey::generate().public().to_pem();
    for keys in [vec![ines.key.as_str()], vec![&stranger], vec![]] {
        let no = asked(&ground, &image.exact(), &keys).await;
        assert!(!no.golden);
        assert!(no.reason.contains("no trusted statement"), "{}", no.reason);
        assert!(!no.distrusted.is_empty());
    }
}

#[tokio::test]
async fn it_says_no_to_any_other_image_and_stage() {
    let ground = Ground::new().await;
    let (ines, olga, image) = promoted(&ground).await;
    let other = ground.push("shop/api", "2.0").await;
    ground.place(&other, "golden").await;
    let keys = [ines.key.as_str(), olga.key.as_str()];
    assert!(
        !asked(&ground, &other.exact(), &keys).await.golden,
        "a tag proves nothing"
    );
    let child = image.repository.at(image.children[0].digest().clone());
    assert!(!asked(&ground, &child.to_string(), &keys).await.golden);
    let keys = keys.map(str::to_owned).to_vec();
    let qa = olga
        .desk
        .verify(&image.exact(), "qa", Some(keys))
        .await
        .unwrap();
    assert!(!qa.golden);
}

#[tokio::test]
async fn it_says_no_once_a_statement_was_taken_away() {
    let ground = Ground::new().await;
    let (ines, olga, image) = promoted(&ground).await;
    let listed = ground
        .client
        .referrers(&image.repository, image.digest())
        .await
        .unwrap();
    let key = "dev.sigstore.bundle.predicateType";
    let kept = hallmark_attest::predicate::DECISION;
    let decision = listed
        .descriptors
        .iter()
        .find(|d| d.annotations.get(key).is_some_and(|t| t == kept));
    let decision = decision.unwrap().digest.clone();
    ground
        .client
        .delete_manifest(&image.repository, &decision)
        .await
        .unwrap();
    let no = asked(&ground, &image.exact(), &[&ines.key, &olga.key]).await;
    assert!(!no.golden);
    assert!(no.reason.contains("missing"), "{}", no.reason);
}
