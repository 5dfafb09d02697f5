//! What happens at an engine, as it happens: so that lists are fresh without asking again.

use crate::{
    engine::Engine,
    error::{Error, ErrorKind, Result},
};
use bollard::{models::EventMessageTypeEnum, query_parameters::EventsOptionsBuilder};
use futures::{Stream, StreamExt};
use std::collections::HashMap;

/// What something happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An image: built, pulled, tagged, untagged, removed.
    Image,
    /// A container: made, started, ended, removed.
    Container,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// To what.
    pub subject: Subject,
    /// What: `tag`, `delete`, `die`.
    pub action: String,
    /// Its id, or name.
    pub id: String,
}

impl Engine {
    /// What happens to images and containers from now on. Ends with an error once the engine goes
    /// away: nothing else tells that sooner.
    pub fn events(&self) -> impl Stream<Item = Result<Event>> + use<> {
        let filters = HashMap::from([("type", vec!["image", "container"])]);
        let options = EventsOptionsBuilder::new().filters(&filters).build();
        let told = self.docker().events(Some(options));
        let told = told.filter_map(|message| async {
            let message = match message {
                Ok(message) => message,
                Err(error) => return Some(Err(Error::from(error))),
            };
            let subject = match message.typ {
                Some(EventMessageTypeEnum::IMAGE) => Subject::Image,
                Some(EventMessageTypeEnum::CONTAINER) => Subject::Container,
                _ => return None,
            };
            Some(Ok(Event {
                subject,
                action: message.action.unwrap_or_default(),
                id: message.actor.and_then(|actor| actor.id).unwrap_or_default(),
            }))
        });
        let gone = futures::stream::once(async {
            Err(Error::new(
                ErrorKind::Lost,
                "the engine went away",
                "Hallmark goes on when it is back.",
            ))
        });
        told.chain(gone)
    }
}
