//! The practice registry as a server beside the commands, with faults on demand. Its shelves can
//! be put back to how they were, at the same port, because statements name the registry.

use crate::{
    ground::{Ground, copy_folder},
    images::Candidate,
    surgeon::Surgeon,
};
use hallmark_image::Digest;
use hallmark_practice::{
    Access, Config, Registry, Running, Seen, Storage,
    faults::{Effect, Fault, Hold},
};
use std::{fs, path::PathBuf, thread};
use tokio::runtime::Runtime;

/// A practice registry that runs beside the commands.
pub struct Shelf {
    runtime: Runtime,
    running: Option<Running>,
    config: Config,
    folder: PathBuf,
}

impl Shelf {
    /// As `config` says, but for its storage, which is in the test's folder.
    pub fn open(ground: &Ground, config: Config) -> Self {
        let folder = ground.servers().join("shelf");
        let mut shelf = Self {
            runtime: Runtime::new().unwrap(),
            running: None,
            config: Config {
                storage: Storage::Folder(folder.clone()),
                ..config
            },
            folder,
        };
        shelf.start();
        shelf
    }

    fn start(&mut self) {
        let started = Registry::start(self.config.clone());
        let running = self.runtime.block_on(started).unwrap();
        self.config.port = running.host().port();
        self.running = Some(running);
    }

    /// Stops it; the port stays free for it.
    ///
    /// # Panics
    /// Where credentials came to it although it is open: they were somebody else's.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            let open = matches!(self.config.access, Access::Open);
            let mut came = running.requests().into_iter();
            let stranger = came.find(|seen| open && seen.authorization_scheme.is_some());
            assert!(thread::panicking() || stranger.is_none(), "{stranger:?}");
            self.runtime.block_on(running.stop());
        }
    }

    /// Starts it again, where it was.
    pub fn again(&mut self) {
        self.stop();
        self.start();
    }

    /// Keeps a copy of the shelves.
    pub fn keep(&mut self, name: &str) {
        self.stop();
        copy_folder(&self.folder, &self.kept(name));
        self.start();
    }

    /// Puts the shelves back to the copy.
    pub fn put_back(&mut self, name: &str) {
        self.stop();
        fs::remove_dir_all(&self.folder).unwrap();
        copy_folder(&self.kept(name), &self.folder);
        self.start();
    }

    fn kept(&self, name: &str) -> PathBuf {
        self.folder.with_file_name(format!("kept-{name}"))
    }

    /// The registry itself.
    ///
    /// # Panics
    /// While it is stopped.
    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.config.port.unwrap())
    }

    /// Somebody who changes what is on the shelves.
    pub fn surgeon(&self) -> Surgeon {
        Surgeon::anonymous(&self.host())
    }

    /// Puts a candidate on the shelves, under its own tag, by the registry's own protocol.
    pub fn stock(&self, surgeon: &Surgeon, candidate: &Candidate) {
        surgeon.push(candidate);
    }

    /// Strikes a request.
    pub fn fault(&self, fault: Fault) {
        self.running().inject(fault);
    }

    /// Holds the one request of `method` whose path contains `contains`, after `skip` others.
    pub fn hold(&self, method: &str, contains: &str, skip: usize) -> Hold {
        let hold = Hold::new();
        let fault = Fault::on(method, contains, Effect::Hold(hold.clone()));
        self.fault(fault.skip(skip).once());
        hold
    }

    /// Waits until a request stands at the gate.
    pub fn arrived(&self, hold: &Hold) {
        let patience = std::time::Duration::from_secs(60);
        let arrived = async { tokio::time::timeout(patience, hold.arrived()).await };
        self.runtime.block_on(arrived).expect("the request comes");
    }

    /// What was asked of it since it was last asked to forget.
    pub fn seen(&self) -> Vec<Seen> {
        self.running().requests()
    }

    /// What a tag names.
    pub fn names(&self, candidate: &Candidate, tag: &str) -> Option<Digest> {
        self.surgeon().names(&candidate.repository(), tag)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.stop();
    }
}
