//! `docker push` works with a login that Hallmark handed over: Docker's own command and daemon,
//! a real credential helper in a real keyring, and a registry that lets nobody else in.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

use hallmark_flows::{
    certificates::Authority, distribution::Distribution, dockerd::Dockerd, ground::Ground,
    ground::word, process::installed,
};
use std::{fs, path::PathBuf};

const PASSWORD: &str = "canary-Ko4+docker/push";
/// Written as nobody's program writes it, so that a rewriting would show.
const CONFIG: &str = "{ \"psFormat\" :\t\"table {{.ID}}\",\n   \"HttpHeaders\":{\"X-Team\":\"1e2\"} ,\"auths\":{\"other.invalid\":{ }}}\n";

struct Desk {
    ground: Ground,
    registry: Distribution,
    docker: Dockerd,
    config: PathBuf,
    ca: String,
}

impl Desk {
    fn new() -> Self {
        installed(
            "docker-credential-secretservice",
            "golang-docker-credential-helpers",
        );
        let ground = Ground::new();
        let authority = Authority::new("flows");
        let certificate = authority.certify();
        let users = [("ada", PASSWORD)];
        let registry = Distribution::guarded(&ground.servers(), &certificate, &users);
        let docker = Dockerd::start(&ground.servers().join("docker"));
        docker.trust(&registry.host, &authority.pem);
        let config = ground.homes().join("docker-config");
        fs::create_dir(&config).unwrap();
        fs::write(config.join("config.json"), CONFIG).unwrap();
        let ca = word(&ground.file("ca.pem", &authority.pem));
        Self {
            ground,
            registry,
            docker,
            config,
            ca,
        }
    }

    /// What Docker's command is told, and ours.
    fn env(&self) -> Vec<(String, String)> {
        let mut env = self.ground.session.env();
        env.push(("DOCKER_CONFIG".into(), word(&self.config)));
        env
    }

    fn push(&self, image: &str) -> hallmark_flows::said::Said {
        self.docker.docker(&self.env(), &["push", image], b"")
    }
}

#[test]
fn docker_pushes_with_the_login_that_was_handed_over_and_its_file_stays_as_it_was() {
    let desk = Desk::new();
    let ada = desk
        .env()
        .into_iter()
        .fold(desk.ground.person("ada"), |ada, (name, value)| {
            ada.with(&name, &value)
        })
        .with("PATH", &std::env::var("PATH").unwrap());
    let image = format!("{}/team/app:1.0", desk.registry.host);
    desk.docker.image(&image, "handed over");
    let refused = desk.push(&image);
    assert_ne!(refused.code, Some(0), "{}", refused.whole());

    let more = ["--ca", &desk.ca, "--repository", "team/app", "--to-docker"];
    let login = ada.login(&desk.registry.host, PASSWORD, &more).answer(0);
    assert_eq!(login["rights"]["push"], "yes", "{login}");

    let pushed = desk.push(&image);
    assert_eq!(pushed.code, Some(0), "{}", pushed.whole());
    let tags = ada.ok(&["images", &format!("{}/team/app", desk.registry.host)]);
    assert_eq!(tags["items"][0], "1.0", "{tags}");

    let text = fs::read_to_string(desk.config.join("config.json")).unwrap();
    let rest = CONFIG.strip_prefix('{').unwrap();
    assert!(text.ends_with(rest), "{text}");
    assert!(text.contains("\"secretservice\""), "{text}");
    for secret in [PASSWORD, "YWRhOmNhbmFyeS1"] {
        assert!(!text.contains(secret), "the password is in Docker's file");
    }
}
