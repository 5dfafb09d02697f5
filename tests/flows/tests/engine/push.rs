//! Push and pull, against registries with a login and TLS.

use crate::Bench;
use hallmark_engine::{EngineLogin, ErrorKind, Layer, LayerState};
use hallmark_flows::{
    certificates::Authority, distribution::Distribution, dockerd::Make, surgeon::Surgeon,
};
use std::fs;

on_each!(twenty_layers_are_followed_each_and_the_digest_is_the_registrys);

const USERS: [(&str, &str); 1] = [("ines", "a password")];

fn guarded(bench: &Bench, authority: &Authority) -> Distribution {
    let folder = bench.folder.path().join("registry");
    fs::create_dir(&folder).unwrap();
    Distribution::guarded(&folder, &authority.certify(), &USERS)
}

/// What the registry has under that tag. Its client has a runtime of its own, so it is asked from
/// a thread of its own.
fn named(repository: &str, login: Option<&str>) -> Option<String> {
    let (host, _) = repository.split_once('/').unwrap();
    let ask = || {
        let inspector = match login {
            None => Surgeon::anonymous(host),
            Some(ca) => Surgeon::login(host, "ines", "a password", Some(ca)),
        };
        inspector
            .names(repository, "1")
            .map(|digest| digest.to_string())
    };
    std::thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

/// A Dockerfile of so many layers, each with a file of its own.
fn layered(bench: &Bench, name: &str, count: usize) {
    let mut text = String::from("FROM scratch\n");
    let mut files = Vec::new();
    for at in 0..count {
        text.push_str(&format!("COPY f{at} /f{at}\n"));
        files.push((format!("f{at}"), format!("{at}").repeat(70_000)));
    }
    files.push(("Dockerfile".to_owned(), text));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let folder = bench.folder("layered", &files);
    let env = [("DOCKER_BUILDKIT".to_owned(), "0".to_owned())];
    let words = ["build", "-q", "-t", name, folder.to_str().unwrap()];
    let built = bench.docker.docker(&env, &words, b"");
    assert_eq!(built.code, Some(0), "{}", built.whole());
}

#[allow(clippy::too_many_lines, reason = "one image goes the whole way")]
async fn twenty_layers_are_followed_each_and_the_digest_is_the_registrys(bench: Bench) {
    let engine = bench.engine().await;
    let authority = Authority::new("engine");
    let registry = guarded(&bench, &authority);
    let repository = format!("{}/shop/cart", registry.host);
    layered(&bench, &format!("{repository}:1"), 20);

    bench.docker.trust(&registry.host, &authority.pem);
    let nobody = engine
        .push(&repository, "1", None, false, |_| ())
        .await
        .unwrap_err();
    let host = Some(registry.host.clone());
    assert_eq!(*nobody.kind(), ErrorKind::LoginNeeded { host }, "{nobody}");
    let wrong = EngineLogin::password(&registry.host, "ines", "wrong");
    let wrong = engine
        .push(&repository, "1", Some(&wrong), false, |_| ())
        .await
        .unwrap_err();
    assert!(
        matches!(wrong.kind(), ErrorKind::LoginNeeded { .. }),
        "{wrong}"
    );

    let login = EngineLogin::password(&registry.host, "ines", "a password");
    let mut seen: Vec<Vec<Layer>> = Vec::new();
    let pushed = engine
        .push(&repository, "1", Some(&login), false, |layers| {
            seen.push(layers.all().to_vec());
        })
        .await
        .unwrap();
    assert_eq!(
        pushed.digest,
        named(&repository, Some(&authority.pem)).unwrap()
    );
    // Podman 4.3 says nothing of them.
    let silent = bench.docker.make == Make::Podman && seen.is_empty();
    let nothing = Vec::new();
    let last = seen.last().unwrap_or(&nothing);
    assert!(silent || last.len() == 20, "{last:?}");
    assert!(
        last.iter().all(|layer| layer.state == LayerState::Done),
        "{last:?}"
    );
    let moved = |layers: &[Layer]| -> u64 { layers.iter().map(|layer| layer.done).sum() };
    for pair in seen.windows(2) {
        assert!(moved(&pair[0]) <= moved(&pair[1]));
    }
    for layers in &seen {
        for layer in layers {
            assert!(
                layer.total.is_none_or(|total| layer.done <= total),
                "{layer:?}"
            );
        }
    }

    // What is there already is not sent again, under another tag neither.
    engine
        .tag(&format!("{repository}:1"), &repository, "2")
        .await
        .unwrap();
    let mut last = Vec::new();
    let again = engine
        .push(&repository, "2", Some(&login), false, |layers| {
            last = layers.all().to_vec();
        })
        .await
        .unwrap();
    assert_eq!(again.digest, pushed.digest);
    assert!(
        last.iter().all(|layer| layer.state == LayerState::There),
        "{last:?}"
    );

    // And it comes back by its digest.
    engine
        .remove(&format!("{repository}:1"), false)
        .await
        .unwrap();
    engine
        .remove(&format!("{repository}:2"), false)
        .await
        .unwrap();
    let pulled = engine
        .pull(&repository, &pushed.digest, None, Some(&login), |_| ())
        .await
        .unwrap();
    assert_eq!(pulled.digest.as_deref(), Some(pushed.digest.as_str()));
    let name = format!("{repository}@{}", pushed.digest);
    assert_eq!(engine.image(&name).await.unwrap().digests, [name]);
}

/// With Docker's engine alone: Podman says nothing before it is done, so there is no middle to stop
/// it in.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_is_stopped_or_cut_leaves_no_tag() {
    let mut bench = Bench::new();
    let engine = bench.engine().await;
    let folder = bench.folder.path().join("open");
    fs::create_dir(&folder).unwrap();
    let registry = Distribution::open(&folder);
    let repository = format!("{}/shop/cart", registry.host);
    let large = bench.folder(
        "large",
        &[("Dockerfile", "FROM scratch\nCOPY a /a\nCOPY b /b\n")],
    );
    for name in ["a", "b"] {
        // What does not compress takes its time.
        let noise: Vec<u8> = (0u64..12 << 20)
            .map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect();
        fs::write(large.join(name), noise).unwrap();
    }
    let name = format!("{repository}:1");
    let words = ["build", "-q", "-t", &name, large.to_str().unwrap()];
    let env = [("DOCKER_BUILDKIT".to_owned(), "0".to_owned())];
    let built = bench.docker.docker(&env, &words, b"");
    assert_eq!(built.code, Some(0), "{}", built.whole());

    let (begun, began) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let push = engine.push(&repository, "1", None, true, |layers| {
        if layers.sum().0 > 0 {
            let _ = begun.take().map(|begun| begun.send(()));
        }
    });
    let stop = async {
        let _ = began.await;
    };
    let stopped = hallmark_engine::Engine::until(push, stop)
        .await
        .unwrap_err();
    assert_eq!(*stopped.kind(), ErrorKind::Cancelled);
    assert_eq!(named(&repository, None), None);

    let (begun, began) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let push = engine.push(&repository, "1", None, true, |layers| {
        if layers.sum().0 > 0 {
            let _ = begun.take().map(|begun| begun.send(()));
        }
    });
    let kill = async {
        let _ = began.await;
        bench.docker.kill();
        std::time::Instant::now()
    };
    let (cut, killed) = tokio::join!(push, kill);
    assert_eq!(*cut.unwrap_err().kind(), ErrorKind::Lost);
    assert!(killed.elapsed().as_secs() < 2, "{:?}", killed.elapsed());
    assert_eq!(named(&repository, None), None);
}
