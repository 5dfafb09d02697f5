//! Programs that run beside a test and end with it, whatever becomes of the test: they are
//! killed with their whole group when dropped, and by the kernel where the test dies first.

use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const STEP: Duration = Duration::from_millis(10);

/// A program beside the test.
#[derive(Debug)]
pub struct Beside {
    name: String,
    child: Child,
}

impl Beside {
    /// Starts `command` in a process group of its own.
    ///
    /// # Errors
    /// Where there is no such program.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn()?;
        Ok(Self { name, child })
    }

    /// The process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, where it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// How the program ended, where it ended first.
    pub fn until(&mut self, what: &str, ready: impl Fn() -> bool) -> Result<(), ExitStatus> {
        let began = Instant::now();
        while !ready() {
            if let Some(status) = self.ended() {
                return Err(status);
            }
            let late = began.elapsed() > PATIENCE;
            assert!(!late, "{} is not ready in time: {what}", self.name);
            thread::sleep(STEP);
        }
        Ok(())
    }

    /// SIGKILL, to it and to all it started.
    pub fn kill(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may be gone already; then there is nothing to end.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server's command: it dies with the thread that starts it, should that be killed.
pub fn server(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

/// Fails the test where `program` is not installed, and says how to install it.
pub fn installed(program: &str, package: &str) {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let here = std::env::split_paths(&folders).any(|folder| folder.join(program).is_file());
    let system = Path::new("/usr/sbin").join(program).is_file();
    assert!(
        here || system,
        "{program} is missing, and this test is nothing without it. Install it: sudo apt-get install {package}"
    );
}

/// A port on 127.0.0.1 that nobody has right now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Whether somebody listens there.
pub fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
