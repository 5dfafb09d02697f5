//! Where an engine listens.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where an engine listens: what `DOCKER_HOST` and a Docker context say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket: `unix:///var/run/docker.sock`.
    Unix(PathBuf),
    /// A Windows named pipe: `npipe:////./pipe/docker_engine`.
    Pipe(String),
    /// TCP: `tcp://host:port`, with TLS where `tls` says so.
    Tcp {
        /// The host, without brackets.
        host: String,
        /// The port; 2375, with TLS 2376, where none is given.
        port: u16,
        /// The certificates, where TLS is spoken.
        tls: Option<Tls>,
    },
    /// SSH: `ssh://user@host:port`; runs `docker system dial-stdio` there, as Docker's command does.
    Ssh {
        /// What `ssh` is given: `user@host` or `host`.
        destination: String,
        /// The port, where it is not the one `ssh` takes by itself.
        port: Option<u16>,
        /// The socket on the other machine, where it is not its default one.
        socket: Option<String>,
    },
}

/// The files of a TLS connection, each in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The authority to trust; the system's where none is given.
    pub ca: Option<PathBuf>,
    /// The client's certificate.
    pub cert: Option<PathBuf>,
    /// The client's key.
    pub key: Option<PathBuf>,
    /// Whether the server's certificate is not checked: `tcp` with TLS but without verification.
    pub unverified: bool,
}

impl Tls {
    /// The files of a folder as Docker names them: `ca.pem`, `cert.pem`, `key.pem`.
    pub fn in_folder(folder: &Path) -> Self {
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        Self {
            ca: file("ca.pem"),
            cert: file("cert.pem"),
            key: file("key.pem"),
            unverified: false,
        }
    }
}

/// An address that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address of an engine: {why}")]
pub struct BadAddress {
    text: String,
    why: String,
}

impl FromStr for Address {
    type Err = BadAddress;

    /// Reads what `DOCKER_HOST` may hold. TCP is plain: [`Address::with_tls`] adds TLS.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = |why: &str| BadAddress {
            text: text.to_owned(),
            why: why.to_owned(),
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(bad(
                "it starts with none of unix://, tcp://, ssh://, npipe://",
            ));
        };
        match scheme {
            "unix" if !rest.is_empty() => Ok(Self::Unix(PathBuf::from(rest))),
            "npipe" if !rest.is_empty() => Ok(Self::Pipe(rest.to_owned())),
            "unix" | "npipe" => Err(bad("the path is missing")),
            "tcp" | "http" | "https" => {
                let tls = (scheme == "https").then(Tls::default);
                let port = if tls.is_some() { 2376 } else { 2375 };
                let (host, given) = host_and_port(rest, "http").ok_or_else(|| {
                    bad("it wants a host and perhaps a port, such as tcp://127.0.0.1:2375")
                })?;
                Ok(Self::Tcp {
                    host,
                    port: given.unwrap_or(port),
                    tls,
                })
            }
            "ssh" => ssh(rest).ok_or_else(|| {
                bad("it wants a host, perhaps with a user and a port, such as ssh://me@build:22")
            }),
            _ => Err(bad(
                "Hallmark reaches engines by unix, tcp, ssh and npipe only",
            )),
        }
    }
}

/// A host and its port; parsed as a URL of `scheme`, so that IPv6 and bad ports are told right.
fn host_and_port(rest: &str, scheme: &str) -> Option<(String, Option<u16>)> {
    // With a port put behind it: a URL parser forgets the one that is its scheme's own.
    let url = url::Url::parse(&format!("{scheme}://{rest}")).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let plain = url.username().is_empty() && url.query().is_none();
    let authority = rest.trim_end_matches('/');
    let port = url.port().or_else(|| {
        let (_, digits) = authority.rsplit_once(':')?;
        digits.parse().ok()
    });
    (plain && matches!(url.path(), "" | "/")).then_some((host, port))
}

fn ssh(rest: &str) -> Option<Address> {
    let url = url::Url::parse(&format!("ssh://{rest}")).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    // What begins with a dash would be an option to `ssh`.
    if host.starts_with('-') || url.username().starts_with('-') || url.password().is_some() {
        return None;
    }
    let destination = if url.username().is_empty() {
        host.to_owned()
    } else {
        format!("{}@{host}", url.username())
    };
    // It goes through the other machine's shell.
    let harmless = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    if !url.path().chars().all(harmless) {
        return None;
    }
    Some(Address::Ssh {
        destination,
        port: url.port(),
        socket: Some(url.path().to_owned()).filter(|path| path.len() > 1),
    })
}

impl Address {
    /// The same, with TLS where it is TCP.
    #[must_use]
    pub fn with_tls(self, files: Tls) -> Self {
        match self {
            Self::Tcp { host, port, .. } => Self::Tcp {
                host,
                port,
                tls: Some(files),
            },
            other => other,
        }
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) | Self::Pipe(_) => true,
            Self::Tcp { host, .. } => {
                host == "localhost"
                    || host
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|ip| ip.is_loopback())
            }
            Self::Ssh { .. } => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe://{name}"),
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(f, "tcp://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(f, "tcp://{host}:{port}"),
            Self::Ssh {
                destination,
                port,
                socket,
            } => {
                write!(f, "ssh://{destination}")?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                f.write_str(socket.as_deref().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn what_docker_host_may_hold_is_read_and_written_back() {
        for (text, again) in [
            (
                "unix:///run/user/1000/docker.sock",
                "unix:///run/user/1000/docker.sock",
            ),
            ("tcp://10.0.0.5", "tcp://10.0.0.5:2375"),
            ("tcp://10.0.0.5:80", "tcp://10.0.0.5:80"),
            ("https://build:2376", "tcp://build:2376"),
            ("https://build", "tcp://build:2376"),
            ("tcp://[::1]:4000", "tcp://[::1]:4000"),
            ("ssh://me@build", "ssh://me@build"),
            (
                "ssh://build:2222/run/podman.sock",
                "ssh://build:2222/run/podman.sock",
            ),
            (
                "npipe:////./pipe/docker_engine",
                "npipe:////./pipe/docker_engine",
            ),
        ] {
            assert_eq!(read(text).to_string(), again, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        for (text, why) in [
            ("/var/run/docker.sock", "none of unix://"),
            ("unix://", "the path is missing"),
            ("tcp://", "wants a host"),
            ("tcp://host:99999", "wants a host"),
            ("tcp://user@host:1", "wants a host"),
            ("ssh://-oProxyCommand=x", "wants a host"),
            ("ssh://me:secret@host", "wants a host"),
            ("ssh://host/run/$(x).sock", "wants a host"),
            ("ftp://host", "unix, tcp, ssh and npipe only"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn only_loopback_and_sockets_are_local() {
        assert!(read("unix:///x").is_local());
        assert!(read("tcp://127.0.0.2:1").is_local());
        assert!(read("tcp://[::1]:1").is_local());
        assert!(!read("tcp://10.0.0.5:1").is_local());
        assert!(!read("ssh://localhost").is_local());
    }
}
