//! Misbehaviour on demand, so that a client can be watched against every registry's worst day.
//! Only tests switch this on; nothing here waits by the clock: what is held is let go by hand.

use crate::habits::Drip;
use bytes::Bytes;
use hallmark_image::Digest;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// One misbehaviour: when, and what.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Method it is for, such as `PUT`; every one where none is given.
    pub method: Option<String>,
    /// What the path, with its query, has to contain.
    pub contains: String,
    /// How many matching requests pass unharmed first.
    pub skip: usize,
    /// How many it then strikes; all where none is given.
    pub times: Option<usize>,
    /// What happens.
    pub effect: Effect,
}

impl Fault {
    /// `effect` on every request of `method` whose path and query contain `contains`.
    pub fn on(method: &str, contains: &str, effect: Effect) -> Self {
        Self {
            method: Some(method.to_owned()),
            contains: contains.to_owned(),
            skip: 0,
            times: None,
            effect,
        }
    }

    /// `effect` on every request whose path and query contain `contains`.
    pub fn anywhere(contains: &str, effect: Effect) -> Self {
        Self {
            method: None,
            ..Self::on("", contains, effect)
        }
    }

    /// Lets the first `count` matching requests pass.
    #[must_use]
    pub fn skip(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// Strikes `count` requests and is then spent.
    #[must_use]
    pub fn times(mut self, count: usize) -> Self {
        self.times = Some(count);
        self
    }

    /// Strikes one request and is then spent.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }
}

/// What a fault does. Where nothing else is said, the request is carried out first, and its
/// answer is what suffers.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Answers this instead; the request is not carried out.
    Status {
        /// Status code.
        status: u16,
        /// Headers, by name.
        headers: Vec<(String, String)>,
        /// Body.
        body: Bytes,
    },
    /// Carries the request out, and then answers this status all the same.
    StatusAfterwards(u16),
    /// Closes the connection without any answer; the request is not carried out.
    CloseUnanswered,
    /// Carries the request out, and closes the connection without any answer.
    LoseAnswer,
    /// Answers this request and then takes no more: connections are refused until
    /// [`Running::come_back`](crate::Running::come_back).
    Leave,
    /// Sends the head of the answer and closes the connection.
    CloseBeforeBody,
    /// Sends half of the body and closes the connection.
    TruncateBody,
    /// Sends half of the body, and the rest when it is let go.
    StallBody(Hold),
    /// Sends a body of the same length with its last byte flipped.
    WrongBytes,
    /// Sends this body under the same headers.
    OtherBody(Bytes),
    /// Sends this many blanks without saying how many they will be.
    Oversized(u64),
    /// Names another digest in `Docker-Content-Digest`.
    DigestLie(Digest),
    /// Leaves this header out.
    DropHeader(String),
    /// Sets this header.
    SetHeader(String, String),
    /// Keeps the request waiting, before it is carried out, until it is let go.
    Hold(Hold),
    /// Honours `?tag=` on a manifest's PUT, and echoes each in `OCI-Tag`.
    EchoOciTag,
    /// Answers a mount with 202 and an upload session.
    Mount202,
    /// Sends the body of a GET in small pieces.
    Drip(Drip),
    /// Moves the answer's `Location` to this origin, such as `http://127.0.0.1:9`.
    ForeignLocation(String),
}

impl Effect {
    /// This status with no headers and no body.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A redirect to `location`.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::Status {
            status,
            headers: vec![("Location".into(), location.into())],
            body: Bytes::new(),
        }
    }
}

/// A hand on a request: says when it arrived, and lets it go.
#[derive(Clone, Debug)]
pub struct Hold(Arc<Gate>);

#[derive(Debug)]
struct Gate {
    arrived: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

impl Default for Hold {
    fn default() -> Self {
        Self::new()
    }
}

impl Hold {
    /// A closed gate.
    pub fn new() -> Self {
        Self(Arc::new(Gate {
            arrived: watch::Sender::new(0),
            open: watch::Sender::new(false),
        }))
    }

    /// Waits until a request stands at the gate (or has passed it).
    pub async fn arrived(&self) {
        self.arrived_times(1).await;
    }

    /// Waits until `count` requests have come to the gate.
    pub async fn arrived_times(&self, count: usize) {
        // The sender lives as long as the gate, so this only ends by the condition.
        let _ = self.0.arrived.subscribe().wait_for(|n| *n >= count).await;
    }

    /// Opens the gate, for those who wait and for those to come.
    pub fn release(&self) {
        self.0.open.send_replace(true);
    }

    pub(crate) async fn pass(&self) {
        self.0.arrived.send_modify(|n| *n += 1);
        let _ = self.0.open.subscribe().wait_for(|open| *open).await;
    }
}

/// The faults that are set, each with how often it has matched.
#[derive(Debug, Default)]
pub(crate) struct Faults(std::sync::RwLock<Vec<(Fault, AtomicUsize)>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        let mut faults = self.0.write().unwrap_or_else(|e| e.into_inner());
        faults.push((fault, AtomicUsize::new(0)));
    }

    pub(crate) fn clear(&self) {
        self.0.write().unwrap_or_else(|e| e.into_inner()).clear();
    }

    /// The effects that strike this request, in the order they were set.
    pub(crate) fn striking(&self, method: &str, path_and_query: &str) -> Vec<Effect> {
        let faults = self.0.read().unwrap_or_else(|e| e.into_inner());
        faults
            .iter()
            .filter(|(fault, _)| {
                fault.method.as_deref().is_none_or(|m| m == method)
                    && path_and_query.contains(&fault.contains)
            })
            .filter(|(fault, seen)| {
                let nth = seen.fetch_add(1, Ordering::SeqCst);
                nth >= fault.skip && fault.times.is_none_or(|times| nth - fault.skip < times)
            })
            .map(|(fault, _)| fault.effect.clone())
            .collect()
    }
}
