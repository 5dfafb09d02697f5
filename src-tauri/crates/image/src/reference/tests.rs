use super::*;
use proptest::prelude::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn full(text: &str) -> String {
    text.parse::<Reference>()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_string()
}

#[test]
fn short_forms_of_docker_hub_are_written_out() {
    for (short, long) in [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("grafana/grafana", "docker.io/grafana/grafana:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        (
            "registry-1.docker.io/library/nginx",
            "docker.io/library/nginx:latest",
        ),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
    ] {
        assert_eq!(full(short), long);
    }
}

#[test]
fn hosts_ports_tags_and_digests_are_told_apart() {
    for (text, long) in [
        ("localhost/api", "localhost/api:latest"),
        ("localhost:5000/api", "localhost:5000/api:latest"),
        (
            "registry.example.com:5000/a/b/c:v1",
            "registry.example.com:5000/a/b/c:v1",
        ),
        ("[::1]:5000/api:v1", "[::1]:5000/api:v1"),
        (
            "Registry.Example.COM/api",
            "registry.example.com/api:latest",
        ),
    ] {
        assert_eq!(full(text), long);
    }
    assert_eq!(
        full(&format!("r.io/a@{DIGEST}")),
        format!("r.io/a@{DIGEST}")
    );
    assert_eq!(
        full(&format!("r.io:1/a:t@{DIGEST}")),
        format!("r.io:1/a:t@{DIGEST}")
    );
}

#[test]
fn what_is_no_reference_is_refused() {
    for text in [
        "",
        "/",
        "a//b",
        "r.io/",
        "r.io/A",
        "r.io/a:",
        "r.io/a:-x",
        "r.io/a@sha256:12",
        "r.io:99999/a",
        "r.io:x/a",
        "r.io/a/../b",
        "r.io/a..b",
        "r.io/a___b",
        "r.io/.a",
        "r.io/a:t:u",
        "https://r.io/a",
        "r.io/a b",
    ] {
        assert!(
            text.parse::<Reference>().is_err(),
            "{text} was taken for a reference"
        );
    }
    assert!(
        format!("r.io/{}", "a".repeat(300))
            .parse::<Reference>()
            .is_err()
    );
}

#[test]
fn separators_in_a_repository_follow_the_specification() {
    for text in ["a__b", "a-b", "a--b", "a.b/c_d", "0"] {
        assert!(text.parse::<RepositoryName>().is_ok(), "{text}");
    }
}

#[test]
fn this_machine_is_known_by_all_its_names() {
    for text in [
        "localhost:5000",
        "127.0.0.1:5000",
        "127.1.2.3",
        "[::1]:5000",
    ] {
        assert!(text.parse::<Host>().unwrap().is_loopback(), "{text}");
    }
    assert!(!"127.example.com".parse::<Host>().unwrap().is_loopback());
}

#[test]
fn a_host_knows_its_name_and_port() {
    let host: Host = "[::1]:5000".parse().unwrap();
    assert_eq!((host.name(), host.port()), ("::1", Some(5000)));
    let host: Host = "r.example.com".parse().unwrap();
    assert_eq!((host.name(), host.port()), ("r.example.com", None));
}

proptest! {
    #[test]
    fn what_parses_prints_as_something_that_parses_the_same(text in "[a-z0-9./:@_-]{0,40}") {
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string().parse::<Reference>(), Ok(reference));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text: String) {
        let _ = text.parse::<Reference>();
    }
}
