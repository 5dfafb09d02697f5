//! Canaries: secrets that are searched for, in every form they could have leaked in, wherever
//! something could have been written or shown.

use crate::said::Said;
use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark_attest::SigningKey;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Between two looks at all processes; a command takes much longer.
const PAUSE: Duration = Duration::from_millis(2);

/// Secrets, each in every form that is searched for.
#[derive(Clone, Debug, Default)]
pub struct Canaries(Vec<(String, Vec<u8>)>);

impl Canaries {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also a password: as it is, in base64 (alone, and after `user:`), in hexadecimal.
    #[must_use]
    pub fn password(self, what: &str, password: &str) -> Self {
        self.bytes(what, password.as_bytes())
    }

    /// Also a private key: its PEM, its DER, its bare number, and all their encodings.
    #[must_use]
    pub fn key(mut self, what: &str, pem: &str) -> Self {
        let key = SigningKey::from_pem(pem).unwrap();
        let der = key.to_pkcs8_der();
        let line = pem.lines().nth(1).unwrap();
        self.add(&format!("{what}, a line of its PEM"), line.as_bytes());
        self.bytes(&format!("{what}, the number"), number(&der))
    }

    fn bytes(mut self, what: &str, secret: &[u8]) -> Self {
        self.add(what, secret);
        for (at, form) in in_base64(secret).into_iter().enumerate() {
            self.add(
                &format!("{what}, in base64 from byte {at}"),
                form.as_bytes(),
            );
        }
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(&format!("{what}, in hexadecimal"), hex.as_bytes());
        self
    }

    fn add(&mut self, what: &str, bytes: &[u8]) {
        assert!(bytes.len() >= 8, "{what} is too short to be found for sure");
        self.0.push((what.to_owned(), bytes.to_vec()));
    }

    /// The secrets that are in `bytes`.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<String> {
        let found = self.0.iter().filter(|(_, secret)| contains(bytes, secret));
        found.map(|(what, _)| what.clone()).collect()
    }

    /// The secrets that are in any file below these folders, or in a name of one.
    pub fn in_folders(&self, folders: &[PathBuf]) -> Vec<String> {
        let mut found = Vec::new();
        for path in folders.iter().flat_map(|folder| files(folder)) {
            let bytes = fs::read(&path).unwrap();
            let name = path.display().to_string();
            let both = [self.in_bytes(&bytes), self.in_bytes(name.as_bytes())].concat();
            found.extend(both.into_iter().map(|what| format!("{what}: in {name}")));
        }
        found
    }

    /// The secrets that commands said, or were told in arguments.
    pub fn in_words(&self, heard: &[Said]) -> Vec<String> {
        let look = |said: &Said| {
            let arguments = said.words.join("\0");
            let all = [arguments.as_bytes(), &said.out, &said.err].join(&b'\n');
            let found = self.in_bytes(&all).into_iter();
            let command = said.words.first().cloned().unwrap_or_default();
            found
                .map(move |what| format!("{what}: said by {command}"))
                .collect::<Vec<_>>()
        };
        heard.iter().flat_map(look).collect()
    }
}

/// Base64 of `secret` wherever in a longer text it begins, without the letters at both ends that
/// its neighbours have a part in.
fn in_base64(secret: &[u8]) -> [String; 3] {
    [0_usize, 1, 2].map(|before| {
        let padded = [&vec![0; before][..], secret].concat();
        let text = STANDARD.encode(&padded);
        let whole = padded.len() / 3 * 4;
        text[[0, 4, 4][before]..whole].to_owned()
    })
}

/// The private number of a P-256 key: PKCS#8 wraps an `ECPrivateKey` (RFC 5915), whose 32 bytes
/// follow the version.
fn number(der: &[u8]) -> &[u8] {
    let head = [0x02, 0x01, 0x01, 0x04, 0x20];
    let at = der.windows(head.len()).position(|window| window == head);
    let at = at.expect("a P-256 key in PKCS#8") + head.len();
    &der[at..at + 32]
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let first = part[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Every regular file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// Looks at the arguments of every process again and again.
#[derive(Debug)]
pub struct Watch {
    over: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
    watching: JoinHandle<(Vec<String>, u64)>,
}

impl Watch {
    /// Begins to look for `canaries`; programs whose arguments contain `marker` are counted, so
    /// that a test can tell that it was looked at all.
    pub fn begin(canaries: &Canaries, marker: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let rounds = Arc::new(AtomicUsize::new(0));
        let (end, round) = (over.clone(), rounds.clone());
        let (canaries, marker) = (canaries.clone(), marker.to_owned());
        let watching = thread::spawn(move || {
            let (mut found, mut seen) = (Vec::new(), 0);
            while !end.load(Ordering::Relaxed) {
                for arguments in all_arguments() {
                    seen += u64::from(contains(&arguments, marker.as_bytes()));
                    found.extend(canaries.in_bytes(&arguments));
                }
                round.fetch_add(1, Ordering::Relaxed);
                thread::sleep(PAUSE);
            }
            (found, seen)
        });
        Self {
            over,
            rounds,
            watching,
        }
    }

    /// Waits until it has looked at everything that runs now.
    #[must_use]
    pub fn looked(self) -> Self {
        let now = self.rounds.load(Ordering::Relaxed);
        // One round may be half over.
        while self.rounds.load(Ordering::Relaxed) < now + 2 {
            thread::sleep(PAUSE);
        }
        self
    }

    /// Ends it: the secrets that were seen, and how often the marker was.
    pub fn end(self) -> (Vec<String>, u64) {
        self.over.store(true, Ordering::Relaxed);
        self.watching.join().unwrap()
    }
}

fn all_arguments() -> Vec<Vec<u8>> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    // A process may end while it is looked at.
    processes
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "a-canary-in-the-mine";

    #[test]
    fn a_password_is_found_in_every_form() {
        let canaries = Canaries::new().password("password", PASSWORD);
        let hex: String = PASSWORD.bytes().map(|byte| format!("{byte:02x}")).collect();
        for around in ["", "a", "ab", "user:"] {
            let text = format!("{around}{PASSWORD}{around}");
            let encoded = STANDARD.encode(&text);
            for leaked in [text, format!("x {encoded} y"), hex.clone()] {
                assert!(!canaries.in_bytes(leaked.as_bytes()).is_empty(), "{leaked}");
            }
        }
        assert!(canaries.in_bytes(b"a-canary-in-the-sky").is_empty());
    }

    #[test]
    fn a_key_is_found_in_its_pem_and_in_its_der() {
        let pem = crate::surgeon::new_key();
        let canaries = Canaries::new().key("key", &pem);
        let der = SigningKey::from_pem(&pem).unwrap().to_pkcs8_der();
        let leaks = [
            pem.clone().into_bytes(),
            der.to_vec(),
            STANDARD.encode(&*der).into_bytes(),
        ];
        for leaked in leaks {
            assert!(!canaries.in_bytes(&leaked).is_empty());
        }
        let public = SigningKey::from_pem(&pem).unwrap().public().to_pem();
        assert!(canaries.in_bytes(public.as_bytes()).is_empty());
    }
}
