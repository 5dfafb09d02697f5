//! Somebody who types commands: a home, a name, and the session's keyring.

use crate::{
    ground::{Heard, word},
    images::Candidate,
    process::Beside,
    program::hallmark,
    said::Said,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::{self, JoinHandle},
};

/// Somebody who types commands.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their name.
    pub name: String,
    home: PathBuf,
    env: BTreeMap<String, String>,
    under: Vec<String>,
    heard: Heard,
}

/// A command that runs.
#[derive(Debug)]
pub struct Underway {
    words: Vec<String>,
    process: Beside,
    out: JoinHandle<Vec<u8>>,
    err: JoinHandle<Vec<u8>>,
    heard: Heard,
}

impl Person {
    pub(crate) fn new(name: &str, home: PathBuf, env: Vec<(String, String)>, heard: Heard) -> Self {
        let mut env: BTreeMap<String, String> = env.into_iter().collect();
        env.insert("HOME".into(), word(&home));
        env.insert("HALLMARK_HOME".into(), word(&home));
        env.insert("HALLMARK_NAME".into(), name.to_owned());
        Self {
            name: name.to_owned(),
            home,
            env,
            under: vec![word(hallmark())],
            heard,
        }
    }

    /// The same person whose commands run by way of these words, the last of which names the
    /// command itself.
    #[must_use]
    pub fn under(mut self, words: &[&str]) -> Self {
        self.under = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The workspace's folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The same person with this in the environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same person where no session bus is.
    #[must_use]
    pub fn without_a_bus(mut self) -> Self {
        let nowhere = format!("unix:path={}/no-bus", self.home.display());
        self.env.insert("DBUS_SESSION_BUS_ADDRESS".into(), nowhere);
        self
    }

    /// Types a command.
    pub fn run(&self, words: &[&str]) -> Said {
        self.tell(words, b"")
    }

    /// Types a command and asks for JSON.
    pub fn json(&self, words: &[&str]) -> Said {
        self.run(&[words, &["--json"]].concat())
    }

    /// Types a command that has to end with 0, and gives back what it answered.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> Value {
        self.json(words).answer(0)
    }

    /// Types a command and hands it something on standard input.
    pub fn tell(&self, words: &[&str], input: &[u8]) -> Said {
        let mut underway = self.begin(words);
        underway.hand(input);
        underway.wait()
    }

    /// Begins a command.
    pub fn begin(&self, words: &[&str]) -> Underway {
        let mut command = Command::new(&self.under[0]);
        command
            .args(&self.under[1..])
            .args(words)
            .env_clear()
            .envs(&self.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = Beside::start(&mut command).expect("hallmark starts");
        let out = read(process.child().stdout.take().unwrap());
        let err = read(process.child().stderr.take().unwrap());
        Underway {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            process,
            out,
            err,
            heard: self.heard.clone(),
        }
    }

    /// Logs in with a password, on standard input.
    #[track_caller]
    pub fn login(&self, host: &str, password: &str, more: &[&str]) -> Said {
        let words = [
            "login",
            host,
            "-u",
            &self.name,
            "--password-stdin",
            "--json",
        ];
        self.tell(&[&words, more].concat(), password.as_bytes())
    }

    /// Attaches a candidate's reports, platform by platform.
    #[track_caller]
    pub fn attach(&self, candidate: &Candidate, folder: &Path) {
        for (platform, files) in candidate.files(folder) {
            let mut words = vec!["evidence".to_owned(), "attach".into(), candidate.exact()];
            words.extend(files.iter().map(|file| word(file)));
            words.extend(platform.into_iter().flat_map(|p| ["--platform".into(), p]));
            self.ok(&words.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    /// Asks for review at the golden stage.
    #[track_caller]
    pub fn request(&self, image: &str) -> Value {
        self.ok(&[
            "request",
            image,
            "--stage",
            "golden",
            "-m",
            "goes out on Monday",
        ])
    }

    /// Approves for the golden stage.
    #[track_caller]
    pub fn approve(&self, image: &str) -> Value {
        self.ok(&[
            "approve",
            image,
            "--stage",
            "golden",
            "-m",
            "looked at all of it",
        ])
    }

    /// Promotes to the golden stage.
    #[track_caller]
    pub fn promote(&self, image: &str) -> Value {
        self.ok(&["promote", image, "--stage", "golden"])
    }

    /// Reports, request and approval: all but the promotion.
    #[track_caller]
    pub fn prepare(&self, candidate: &Candidate, folder: &Path) {
        self.attach(candidate, folder);
        self.request(&candidate.exact());
        self.approve(&candidate.exact());
    }

    /// What this person would lose: the record and the workspace's file.
    #[track_caller]
    pub fn holdings(&self) -> (Vec<String>, String) {
        let file = self.home.join("workspace.toml");
        (self.kinds(), std::fs::read_to_string(file).unwrap())
    }

    /// The kinds of this machine's entries, oldest first.
    #[track_caller]
    pub fn kinds(&self) -> Vec<String> {
        let page = self.ok(&["history", "--limit", "1000"]);
        let entries = page["entries"].as_array().unwrap().iter().rev();
        entries
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    /// How many entries of a kind there are.
    #[track_caller]
    pub fn count(&self, kind: &str) -> usize {
        self.kinds().iter().filter(|own| *own == kind).count()
    }
}

impl Underway {
    /// Hands it something on standard input, and closes that.
    pub fn hand(&mut self, input: &[u8]) {
        let mut stdin = self.process.child().stdin.take().unwrap();
        // It may have ended without reading; how it ended is what counts.
        let _ = stdin.write_all(input);
    }

    /// Its process.
    pub fn id(&mut self) -> u32 {
        self.process.child().id()
    }

    /// SIGKILL.
    pub fn kill(mut self) -> Said {
        self.process.kill();
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Said {
        drop(self.process.child().stdin.take());
        let status = self.process.child().wait().unwrap();
        let said = Said {
            words: self.words,
            code: status.code(),
            out: self.out.join().unwrap(),
            err: self.err.join().unwrap(),
        };
        self.heard.lock().unwrap().push(said.clone());
        said
    }
}

fn read(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A killed program closes its end; what came until then counts.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}
