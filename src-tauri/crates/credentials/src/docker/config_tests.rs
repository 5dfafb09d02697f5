use super::*;
use proptest::prelude::*;

fn config(json: &str) -> Config {
    Config::parse(json.as_bytes(), Path::new("config.json")).unwrap()
}

fn login(json: &str, host: &str) -> Option<(String, String, bool)> {
    let login = config(json).login(&host.parse().unwrap(), Path::new("config.json"));
    Some(match login.unwrap()? {
        Login::Password { username, password } => (username, password.expose().clone(), false),
        Login::IdentityToken { username, token } => (username, token.expose().clone(), true),
    })
}

fn password(username: &str, password: &str) -> Option<(String, String, bool)> {
    Some((username.into(), password.into(), false))
}

fn token(username: &str, token: &str) -> Option<(String, String, bool)> {
    Some((username.into(), token.into(), true))
}

#[test]
fn logins_are_read_in_every_form_that_docker_and_podman_write() {
    // YWRhOmE6Yg== is ada:a:b, YWRhOnB3 is ada:pw, YWRhOnB3AAA= is ada:pw and two zeros.
    for (json, expected) in [
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOnB3"}}}"#,
            password("ada", "pw"),
        ),
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOmE6Yg=="}}}"#,
            password("ada", "a:b"),
        ),
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOmE6Yg"}}}"#,
            password("ada", "a:b"),
        ),
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOnB3AAA="}}}"#,
            password("ada", "pw"),
        ),
        (
            r#"{"auths":{"r.io":{"username":"ada","password":"pw"}}}"#,
            password("ada", "pw"),
        ),
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOg==","identitytoken":"t"}}}"#,
            token("ada", "t"),
        ),
        (
            r#"{"auths":{"r.io":{"identitytoken":"t"}}}"#,
            token("", "t"),
        ),
        (
            r#"{"auths":{"r.io":{"auth":"YWRhOnB3","identitytoken":""}}}"#,
            password("ada", "pw"),
        ),
        (r#"{"auths":{"r.io":{}}}"#, None),
        (r#"{"auths":{"r.io":null}}"#, None),
        (
            r#"{"auths":null,"credHelpers":null,"credsStore":null}"#,
            None,
        ),
        (r#"{"HttpHeaders":{"X":1},"auths":{}}"#, None),
        ("\u{feff}{}", None),
        (" \n", None),
    ] {
        assert_eq!(login(json, "r.io"), expected, "{json}");
    }
}

#[test]
fn a_login_is_given_for_its_own_host_and_no_other() {
    let json = r#"{"auths":{
        "https://index.docker.io/v1/":{"auth":"aHViOmh1Yg=="},
        "https://r.io/v2/":{"auth":"YTph"},
        "r.io:5000":{"auth":"Yjpi"},
        "quay.io/team":{"auth":"Yzpj"}}}"#;
    assert_eq!(login(json, "docker.io"), password("hub", "hub"));
    assert_eq!(login(json, "r.io"), password("a", "a"));
    assert_eq!(login(json, "r.io:5000"), password("b", "b"));
    for other in ["quay.io", "r.io:443", "io", "x.r.io", "r.io.example.com"] {
        assert_eq!(login(json, other), None, "{other}");
    }
}

#[test]
fn the_plain_name_comes_before_other_spellings() {
    let json = r#"{"auths":{"http://r.io":{"auth":"YTph"},"r.io":{"auth":"Yjpi"}}}"#;
    assert_eq!(login(json, "r.io"), password("b", "b"));
}

#[test]
fn a_helper_of_its_own_comes_before_the_store() {
    let config = config(r#"{"credsStore":"pass","credHelpers":{"r.io":"ecr-login","q.io":""}}"#);
    let helper = |host: &str| config.helper(&host.parse().unwrap()).map(str::to_owned);
    assert_eq!(helper("r.io").as_deref(), Some("ecr-login"));
    assert_eq!((helper("q.io"), helper("x.io")), (None, None));
    assert_eq!(config.store(), Some("pass"));
}

#[test]
fn hosts_are_named_with_the_helper_that_holds_their_login() {
    let config = config(
        r#"{"auths":{"https://index.docker.io/v1/":{},"quay.io/team":{}},"credHelpers":{"r.io":"gcr"},"credsStore":"pass"}"#,
    );
    let hosts: Vec<_> = config.hosts().collect();
    assert_eq!(
        hosts,
        [
            (Host::docker_hub(), Some("pass".into())),
            ("r.io".parse().unwrap(), Some("gcr".into()))
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_without_quoting_it() {
    let file = Path::new("config.json");
    let host: Host = "r.io".parse().unwrap();
    for json in [
        r#"{"auths":"canary"}"#,
        r#"{"auths":{"r.io":"canary"}}"#,
        r#"{"auths":{"r.io":{"auth":["canary"]}}}"#,
        r#"{"auths":{"r.io":{"auth":"canary!"}}}"#,
        r#"{"auths":{"r.io":{"auth":"Y2FuYXJ5"}}}"#,
        r#"{"auths":{"r.io":{"auth":"canary"#,
        r#"canary"#,
    ] {
        let result = Config::parse(json.as_bytes(), file).and_then(|c| c.login(&host, file));
        let error = result.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("config.json"), "{shown}");
        assert!(!shown.to_lowercase().contains("canary"), "{shown}");
    }
}

#[test]
fn a_missing_file_is_none_and_a_folder_or_a_huge_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        Config::read(&folder.path().join("none.json"))
            .unwrap()
            .is_none()
    );
    assert!(matches!(
        Config::read(folder.path()),
        Err(DockerError::Unreadable { .. })
    ));
    let huge = folder.path().join("huge.json");
    File::create(&huge)
        .unwrap()
        .set_len(MOST_BYTES + 1)
        .unwrap();
    assert!(matches!(
        Config::read(&huge),
        Err(DockerError::Unreadable { .. })
    ));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, auth: String) {
        let file = Path::new("f");
        let _ = Config::parse(&bytes, file);
        let json = serde_json::json!({"auths": {"r.io": {"auth": auth}}}).to_string();
        let _ = config(&json).login(&"r.io".parse().unwrap(), file);
    }
}
