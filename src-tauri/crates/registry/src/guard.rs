//! Where the client may be sent by somebody else: realms, redirects, upload locations.
//!
//! The registry that the user named is never looked at here. Any other server is refused if
//! its address is on this machine, in a private network or where clouds keep their metadata,
//! unless the registry itself is in such a place. The address is checked where the
//! connection is made, after DNS, so that a name cannot stand for something else later.

use crate::surroundings::Resolver;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use url::{Host as UrlHost, Url};

/// What sort of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Public,
    Private,
    Loopback,
    /// Link-local, cloud metadata, unspecified, multicast, reserved: nobody's registry.
    Special,
}

/// Addresses under which clouds hand out credentials, beyond the link-local ones.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
];

/// Why a server was not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Blocked {
    /// Its address is in a place that the registry is not.
    #[error("{0} is an address on this machine, in a private network or of a cloud's metadata")]
    Address(String),
    /// DNS knows no such host.
    #[error("there is no host named {0}")]
    NoSuchHost(String),
    /// A scheme other than http and https.
    #[error("{0} is neither http nor https")]
    Scheme(String),
    /// http, where the registry is spoken to over https.
    #[error("{0} is plain http, and the registry is not")]
    Downgrade(String),
    /// A URL with a user name in it, or without a host.
    #[error("{0} is not a plain web address")]
    Shape(String),
}

/// A URL as it may be shown: without query, fragment and user information.
pub(crate) fn shown(url: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    let path: String = url.path().chars().take(120).collect();
    format!("{origin}{path}")
}

/// Whether a server that speaks `home_is_plain` may send the client to `url`, as far as the
/// URL alone tells.
pub(crate) fn check_url(url: &Url, home_is_plain: bool) -> Result<(), Blocked> {
    match url.scheme() {
        "https" => {}
        "http" if home_is_plain => {}
        "http" => return Err(Blocked::Downgrade(shown(url))),
        other => return Err(Blocked::Scheme(other.chars().take(20).collect())),
    }
    if url.host().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::Shape(shown(url)));
    }
    Ok(())
}

/// Looks at addresses on behalf of one registry.
#[derive(Clone)]
pub(crate) struct Guard {
    home: String,
    resolver: Arc<dyn Resolver>,
}

impl Guard {
    /// For the registry whose API is served by the host `home` (no port, no brackets).
    pub(crate) fn new(home: &str, resolver: Arc<dyn Resolver>) -> Self {
        Self {
            home: home.to_owned(),
            resolver,
        }
    }

    /// Refuses a URL whose host is an address in a place it may not be. Names are looked at
    /// by [`GuardedResolver`], when the connection is made.
    pub(crate) async fn check_literal(&self, url: &Url) -> Result<(), Blocked> {
        let address = match url.host() {
            Some(UrlHost::Ipv4(address)) => IpAddr::V4(address),
            Some(UrlHost::Ipv6(address)) => IpAddr::V6(address),
            _ => return Ok(()),
        };
        let allowed = self.allowed(vec![address]).await;
        if allowed.is_empty() {
            return Err(Blocked::Address(shown(url)));
        }
        Ok(())
    }

    /// As [`check_literal`](Self::check_literal), where a proxy makes the connection: a name is
    /// looked up here as well. What DNS on this side does not know is the proxy's to find.
    pub(crate) async fn check_behind_proxy(&self, url: &Url) -> Result<(), Blocked> {
        self.check_literal(url).await?;
        let Some(UrlHost::Domain(name)) = url.host() else {
            return Ok(());
        };
        let found = self.resolver.lookup(name).await.unwrap_or_default();
        if !found.is_empty() && self.allowed(found).await.is_empty() {
            return Err(Blocked::Address(shown(url)));
        }
        Ok(())
    }

    async fn allowed(&self, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        if addresses.iter().all(|a| place_of(*a) == Place::Public) {
            return addresses;
        }
        let home = self.home_addresses().await;
        addresses
            .into_iter()
            .filter(|address| may_follow(*address, &home))
            .collect()
    }

    async fn home_addresses(&self) -> Vec<IpAddr> {
        match self.home.parse() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.lookup(&self.home).await.unwrap_or_default(),
        }
    }
}

/// Whether `address` may be used by a registry that is at `home`: private beside private,
/// loopback beside loopback, anything special only where the registry is exactly there.
fn may_follow(address: IpAddr, home: &[IpAddr]) -> bool {
    let beside = |place| home.iter().any(|h| place_of(*h) == place);
    match place_of(address) {
        Place::Public => true,
        place @ (Place::Private | Place::Loopback) => beside(place),
        Place::Special => home.contains(&address),
    }
}

fn place_of(address: IpAddr) -> Place {
    if METADATA.contains(&address) {
        return Place::Special;
    }
    match address {
        IpAddr::V4(v4) => place_of_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => place_of_v4(v4),
            None => place_of_v6(v6),
        },
    }
}

fn place_of_v4(address: Ipv4Addr) -> Place {
    let [a, b, c, _] = address.octets();
    if METADATA.contains(&IpAddr::V4(address)) {
        return Place::Special;
    }
    match (a, b, c) {
        (127, ..) => Place::Loopback,
        // Private use, carrier-grade NAT, protocol assignments, benchmarking.
        (10, ..)
        | (172, 16..=31, _)
        | (192, 168, _)
        | (100, 64..=127, _)
        | (192, 0, 0)
        | (198, 18..=19, _) => Place::Private,
        // This network, link-local (metadata among it), multicast and reserved.
        (0, ..) | (169, 254, _) | (224..=255, ..) => Place::Special,
        _ => Place::Public,
    }
}

fn place_of_v6(address: Ipv6Addr) -> Place {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Loopback,
        // Unique local, and the older site-local.
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Place::Private,
        // Global unicast, but for Teredo, which hides another address.
        [0x2001, 0, ..] => Place::Special,
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Special,
    }
}

/// The IPv4 address inside a mapped, compatible, NAT64 or 6to4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(of(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// DNS for the registry itself: no address is refused, the user named it.
pub(crate) struct OpenResolver(pub(crate) Arc<dyn Resolver>);

impl Resolve for OpenResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let found = known(resolver.lookup(name.as_str()).await, name.as_str())?;
            Ok(with_any_port(found))
        })
    }
}

/// DNS for every other server: what may not be connected to is not returned.
pub(crate) struct GuardedResolver(pub(crate) Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = known(guard.resolver.lookup(name.as_str()).await, name.as_str())?;
            let allowed = guard.allowed(found).await;
            if allowed.is_empty() {
                return Err(Blocked::Address(name.as_str().to_owned()).into());
            }
            Ok(with_any_port(allowed))
        })
    }
}

fn known(found: io::Result<Vec<IpAddr>>, name: &str) -> Result<Vec<IpAddr>, Blocked> {
    match found {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        _ => Err(Blocked::NoSuchHost(name.to_owned())),
    }
}

/// Port 0 stands for the URL's own port.
fn with_any_port(addresses: Vec<IpAddr>) -> Addrs {
    Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0)))
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
