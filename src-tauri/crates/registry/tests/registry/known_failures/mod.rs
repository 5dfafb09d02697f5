//! What others got wrong, and the test that keeps Hallmark from it.
//!
//! The table names for each known failure the tests that fail once its guard is taken out; that
//! they are there is a test of its own. What had no test elsewhere is in the modules below.

mod answers;
mod copies;

use std::{fs, path::Path};

/// The failure, and its tests as `file: name`; files are named from `src-tauri/crates`.
const KNOWN: [(&str, &[&str]); 26] = [
    (
        "CVE-2020-15157, go-containerregistry#2293: a foreign layer's address is followed",
        &[
            "registry/tests/registry/credentials.rs: urls_inside_a_descriptor_are_never_followed",
            "registry/tests/registry/known_failures/copies.rs: the_address_that_a_foreign_layer_names_is_not_followed",
        ],
    ),
    (
        "CVE-2026-48978: a realm over plain http, a realm in a private network",
        &[
            "registry/tests/registry/tls.rs: an_https_registry_may_not_send_its_logins_to_plain_http",
            "registry/tests/registry/addresses.rs: a_name_for_an_inner_address_is_refused_even_as_a_confirmed_token_server",
        ],
    ),
    (
        "GHSA-vh4v-2xq2-g5cg: a login follows a redirect or an upload's Location",
        &[
            "registry/tests/registry/credentials.rs: an_upload_that_goes_on_at_another_host_goes_on_without_the_login",
            "registry/tests/registry/credentials.rs: a_redirect_to_another_host_is_followed_without_the_login",
        ],
    ),
    (
        "go-containerregistry#2243: any realm is believed",
        &[
            "registry/tests/registry/credentials.rs: a_token_server_on_another_host_gets_nothing_until_it_is_confirmed",
        ],
    ),
    (
        "go-containerregistry#2285: 0.0.0.0 and :: pass for public",
        &["registry/src/guard_tests.rs: an_inner_address_written_out_is_refused"],
    ),
    (
        "go-containerregistry#2292: a token server's redirect is followed",
        &["registry/tests/registry/credentials.rs: a_token_server_that_redirects_is_not_followed"],
    ),
    (
        "go-containerregistry#2295: an upload's Location leads into a private network",
        &["registry/tests/registry/addresses.rs: an_upload_to_an_inner_address_is_refused"],
    ),
    (
        "go-containerregistry#2296, #2328: a body without an end is read to its end",
        &[
            "registry/tests/registry/limits.rs: a_token_answer_of_more_than_64_kib_is_not_read",
            "registry/tests/registry/known_failures/answers.rs: of_an_error_no_more_than_8_kib_are_read",
            "registry/tests/registry/limits.rs: a_body_that_makes_no_progress_is_given_up",
        ],
    ),
    (
        "go-containerregistry#2349: a bearer token is shown after a redirect",
        &[
            "registry/tests/registry/known_failures/answers.rs: a_bearer_token_does_not_leave_with_a_redirect_and_is_not_had_for_who_asks_there",
        ],
    ),
    (
        "go-containerregistry#2440: a name stands for a private address",
        &["registry/src/guard_tests.rs: a_name_that_stands_for_an_inner_address_is_refused"],
    ),
    (
        "CVE-2026-33990: the guard covers neither a pull nor a second challenge",
        &[
            "registry/tests/registry/known_failures/answers.rs: a_later_challenge_is_looked_at_like_the_first",
        ],
    ),
    (
        "CVE-2021-41092: another registry's login is shown where a helper fails",
        &[
            "credentials/src/docker/helper_tests.rs: no_failure_of_a_helper_leads_to_another_login",
            "registry/tests/registry/credentials.rs: a_keyring_that_fails_stops_the_request_and_tries_no_other_login",
        ],
    ),
    (
        "CVE-2025-24882: a header beats the digest that was asked for",
        &[
            "registry/tests/registry/manifests.rs: other_bytes_than_the_digest_names_are_refused_whatever_the_header_says",
            "registry/tests/registry/manifests.rs: resolving_a_digest_gives_that_digest_or_an_error",
        ],
    ),
    (
        "CVE-2024-3727: a digest is used as a path before it is looked at",
        &["registry/tests/registry/manifests.rs: a_digest_in_a_header_is_never_taken_for_a_path"],
    ),
    (
        "CVE-2020-1702: a manifest of any size is read into memory",
        &["registry/tests/registry/limits.rs: a_manifest_of_more_than_four_mib_is_not_read"],
    ),
    (
        "CVE-2021-41190: a manifest that is two images, or another than its Content-Type",
        &[
            "registry/tests/registry/manifests.rs: a_manifest_that_could_be_two_images_is_refused",
            "registry/tests/registry/manifests.rs: a_manifest_that_is_something_else_than_its_content_type_is_refused",
        ],
    ),
    (
        "CVE-2026-5530: what is listed twice is not verified",
        &[
            "registry/tests/registry/known_failures/copies.rs: a_layer_that_is_listed_twice_is_verified_all_the_same",
        ],
    ),
    (
        "CVE-2026-22703: a log entry of something else is believed",
        &["attest/src/bundle.rs: a_log_entry_of_something_else_vouches_for_nothing"],
    ),
    (
        "CVE-2026-53488: a label does more than be shown",
        &["cli/src/text.rs: characters_that_a_terminal_obeys_are_shown_instead"],
    ),
    (
        "goharbor/harbor#16375: an index arrives, the signatures of its children do not",
        &[
            "registry/tests/registry/known_failures/copies.rs: what_is_attached_to_a_child_arrives_with_the_index",
        ],
    ),
    (
        "goharbor/harbor#23531: a signature that is copied together with its image is lost",
        &[
            "registry/tests/registry/known_failures/copies.rs: what_is_attached_is_placed_after_its_image_and_before_the_tag",
        ],
    ),
    (
        "docker/buildx#2481: a copy changes the digest",
        &[
            "registry/tests/registry/known_failures/copies.rs: bytes_of_an_unusual_form_arrive_as_they_are",
        ],
    ),
    (
        "project-zot/zot#4444: the old digest is gone once its tag has moved",
        &[
            "workflow/tests/desk/promotion.rs: the_old_image_stays_on_a_registry_that_forgets_what_has_no_tag",
        ],
    ),
    (
        "containers/skopeo#1994: a copy leaves the referrers behind",
        &[
            "registry/tests/registry/known_failures/copies.rs: what_is_attached_to_a_child_arrives_with_the_index",
        ],
    ),
    (
        "containers/skopeo#2227: a copy leaves cosign's tags behind",
        &["registry/tests/registry/known_failures/copies.rs: cosigns_tags_arrive_with_the_image"],
    ),
    (
        "go-containerregistry#1434: a copy cannot be asked for what is attached",
        &[
            "registry/tests/registry/known_failures/copies.rs: what_is_attached_to_a_child_arrives_with_the_index",
        ],
    ),
];

#[test]
fn every_known_failure_has_the_tests_that_the_table_names() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (failure, tests) in KNOWN {
        for test in tests {
            let (file, name) = test.split_once(": ").unwrap();
            let text = fs::read_to_string(crates.join(file)).unwrap();
            let there = text.contains(&format!("fn {name}()"));
            assert!(there, "{failure}: {file} has no test {name}");
        }
    }
}
