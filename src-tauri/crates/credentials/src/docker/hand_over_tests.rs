use super::*;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

/// Keeps what it is given in files, as a keyring would.
const KEEPER: &str = r#"#!/bin/sh
PATH=/bin:/usr/bin
folder=$(dirname "$0")
case "$1" in
store) cat > "$folder/kept" ;;
get) cat > "$folder/asked"; [ -f "$folder/kept" ] && cat "$folder/kept" || { echo "credentials not found in native keychain"; exit 1; } ;;
esac
"#;

struct Desk {
    folder: TempDir,
    logins: DockerLogins,
}

impl Desk {
    fn with(helpers: &[(&str, &str)], config: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, script) in helpers {
            let file = path(&format!("docker-credential-{name}"));
            fs::write(&file, script).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        if let Some(config) = config {
            fs::create_dir(path("docker")).unwrap();
            fs::write(path("docker/config.json"), config).unwrap();
        }
        // Nothing of this machine's: it may have a helper of its own.
        let search = folder.path().display().to_string();
        let docker = path("docker").display().to_string();
        let env = move |name: &str| match name {
            "DOCKER_CONFIG" => Some(docker.clone()),
            "PATH" => Some(search.clone()),
            _ => None,
        };
        let logins = DockerLogins::from_env(&env);
        Self { folder, logins }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    async fn hand_over(&self, host: &str, plain: bool) -> Result<HandedOver, DockerError> {
        let login = Login::Password {
            username: "ada".into(),
            password: SecretString::new("canary\"word".into()),
        };
        self.logins
            .hand_over(&host.parse().unwrap(), &login, plain)
            .await
    }
}

fn helper(name: &str, set: bool) -> Destination {
    let name = name.to_owned();
    Destination::Helper { name, set }
}

#[tokio::test]
async fn the_helper_that_docker_is_set_to_gets_it_and_the_file_stays_as_it_is() {
    let config = "{ \"credsStore\":\"own\",\"x\":1 }";
    let desk = Desk::with(&[("own", KEEPER), ("secretservice", KEEPER)], Some(config));
    let over = desk.hand_over("r.io:5000", false).await.unwrap();
    assert_eq!(over.destination, helper("own", true));
    assert_eq!(desk.read("docker/config.json"), config);
    assert_eq!(
        desk.read("kept"),
        r#"{"ServerURL":"r.io:5000","Username":"ada","Secret":"canary\"word"}"#
    );
}

#[tokio::test]
async fn without_one_docker_is_set_to_an_installed_helper_for_that_registry_alone() {
    let desk = Desk::with(&[("secretservice", KEEPER)], Some("{\n\t\"x\": 1\n}\n"));
    let over = desk.hand_over("docker.io", false).await.unwrap();
    assert_eq!(over.destination, helper("secretservice", false));
    assert_eq!(
        desk.read("docker/config.json"),
        "{\n\t\"credHelpers\": {\n\t\t\"https://index.docker.io/v1/\": \"secretservice\"\n\t},\n\t\"x\": 1\n}\n"
    );
}

#[tokio::test]
async fn without_any_helper_nothing_is_written_in_plain_sight_unasked() {
    let desk = Desk::with(&[], None);
    let refused = desk.hand_over("r.io", false).await.unwrap_err();
    assert_eq!(refused, DockerError::NowhereToHandOver);
    assert_eq!(desk.read("docker/config.json"), "");
    let over = desk.hand_over("r.io", true).await.unwrap();
    assert_eq!(over.destination, Destination::File);
    // What Docker writes, and what it reads again.
    let found = desk.logins.login(&"r.io".parse().unwrap()).await.unwrap();
    assert_eq!(found.unwrap().0.username(), "ada");
    let about = fs::metadata(&over.file).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_helper_that_fails_leaves_dockers_file_as_it_was() {
    for script in ["#!/bin/sh\necho no; exit 1\n", "#!/bin/sh\ntrue\n"] {
        let desk = Desk::with(&[("secretservice", script)], Some("{}"));
        let failed = desk.hand_over("r.io", true).await.unwrap_err();
        assert!(!failed.to_string().contains("canary"), "{failed}");
        assert_eq!(desk.read("docker/config.json"), "{}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_configuration_is_not_touched() {
    let desk = Desk::with(&[("secretservice", KEEPER)], Some("[1]"));
    assert!(desk.hand_over("r.io", true).await.is_err());
    assert_eq!(desk.read("docker/config.json"), "[1]");
}
