//! The layers of a push or a pull, from what an engine says of them.
//!
//! An engine's words are no protocol: totals change while a layer is compressed, progress goes
//! past its total, and lines repeat. What is shown never runs backwards and never over the total.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Layers that are followed of one push or pull; no image has more.
const MOST: usize = 512;

/// How a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// It waits for its turn.
    Waiting,
    /// It moves.
    Moving,
    /// Its bytes are here and are checked or unpacked.
    Finishing,
    /// It arrived.
    Done,
    /// It was there already.
    There,
    /// The registry took it from another of its repositories.
    Mounted,
}

/// One layer on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The engine's short id of it.
    pub id: String,
    /// How it does.
    pub state: LayerState,
    /// Bytes moved; never more than `total`.
    pub done: u64,
    /// Bytes in all, where the engine said so.
    pub total: Option<u64>,
    /// The repository it was mounted from.
    pub from: Option<String>,
}

impl Layer {
    fn is_over(&self) -> bool {
        matches!(
            self.state,
            LayerState::Done | LayerState::There | LayerState::Mounted
        )
    }
}

/// One line of an engine's answer to a push or a pull.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Line {
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default, rename = "progressDetail")]
    pub(crate) detail: Option<Detail>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    #[serde(default, rename = "errorDetail")]
    pub(crate) error_detail: Option<ErrorDetail>,
    #[serde(default)]
    pub(crate) aux: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Detail {
    #[serde(default)]
    current: Option<i64>,
    #[serde(default)]
    total: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ErrorDetail {
    #[serde(default)]
    pub(crate) message: Option<String>,
}

impl Line {
    /// What went wrong, where the line says so.
    pub(crate) fn failure(&self) -> Option<&str> {
        let detail = self
            .error_detail
            .as_ref()
            .and_then(|error| error.message.as_deref());
        detail.or(self.error.as_deref())
    }
}

/// Every layer of one push or pull, in the order they were met.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    order: Vec<Layer>,
    by_id: BTreeMap<String, usize>,
}

impl Layers {
    /// The layers.
    pub fn all(&self) -> &[Layer] {
        &self.order
    }

    /// Bytes moved and to move, over the layers whose size is known and that had to move.
    pub fn sum(&self) -> (u64, u64) {
        self.order.iter().fold((0, 0), |(done, total), layer| {
            match (layer.state, layer.total) {
                (LayerState::There | LayerState::Mounted, _) | (_, None) => (done, total),
                (_, Some(size)) => (done + layer.done.min(size), total + size),
            }
        })
    }

    /// Takes in a line; whether it said anything of a layer.
    pub(crate) fn take(&mut self, line: &Line) -> bool {
        let (Some(id), Some(status)) = (line.id.as_deref(), line.status.as_deref()) else {
            return false;
        };
        let Some((state, from)) = state_of(status) else {
            return false;
        };
        let Some(layer) = self.layer(id) else {
            return false;
        };
        if layer.is_over() && state != LayerState::Done {
            return false;
        }
        let detail = line.detail.unwrap_or_default();
        let bytes = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok());
        let moves = state == LayerState::Moving;
        if let (true, Some(total)) = (moves, bytes(detail.total).filter(|total| *total > 0)) {
            layer.total = Some(layer.total.unwrap_or(0).max(total));
        }
        if let (true, Some(now)) = (moves, bytes(detail.current)) {
            layer.done = layer.done.max(now);
        }
        if let Some(total) = layer.total {
            layer.done = layer.done.min(total);
        }
        if !layer.is_over() {
            layer.state = forward(layer.state, state);
        }
        if matches!(state, LayerState::Done | LayerState::Finishing) {
            layer.done = layer.total.unwrap_or(layer.done);
        }
        if let Some(from) = from {
            layer.from = Some(from.to_owned());
        }
        true
    }

    fn layer(&mut self, id: &str) -> Option<&mut Layer> {
        if let Some(at) = self.by_id.get(id) {
            return self.order.get_mut(*at);
        }
        // A layer's id is twelve digits; what has a tag for an id is the image itself.
        let is_layer = id.len() >= 6 && id.chars().all(|c| c.is_ascii_hexdigit());
        if !is_layer || self.order.len() >= MOST {
            return None;
        }
        self.by_id.insert(id.to_owned(), self.order.len());
        self.order.push(Layer {
            id: id.to_owned(),
            state: LayerState::Waiting,
            done: 0,
            total: None,
            from: None,
        });
        self.order.last_mut()
    }
}

/// A layer may wait again for a retry, but on the screen it goes forward.
fn forward(now: LayerState, next: LayerState) -> LayerState {
    let rank = |state: LayerState| match state {
        LayerState::Waiting => 0,
        LayerState::Moving => 1,
        LayerState::Finishing => 2,
        LayerState::Done | LayerState::There | LayerState::Mounted => 3,
    };
    if rank(next) >= rank(now) { next } else { now }
}

/// What an engine's words mean for a layer: Docker's and Podman's.
fn state_of(status: &str) -> Option<(LayerState, Option<&str>)> {
    let state = match status {
        "Waiting" | "Preparing" | "Pulling fs layer" => LayerState::Waiting,
        "Pushing" | "Downloading" | "Copying blob" => LayerState::Moving,
        "Download complete" | "Verifying Checksum" | "Extracting" => LayerState::Finishing,
        "Pushed" | "Pull complete" | "Copying complete" => LayerState::Done,
        "Layer already exists" | "Already exists" => LayerState::There,
        other if other.starts_with("Mounted from ") => {
            return Some((LayerState::Mounted, other.strip_prefix("Mounted from ")));
        }
        other if other.starts_with("Retrying in ") => LayerState::Waiting,
        _ => return None,
    };
    Some((state, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(json: &str) -> Line {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_push_is_followed_layer_by_layer() {
        let mut layers = Layers::default();
        for json in [
            r#"{"status":"The push refers to repository [r.io/a]"}"#,
            r#"{"status":"Preparing","progressDetail":{},"id":"aaaaaaaaaaaa"}"#,
            r#"{"status":"Preparing","progressDetail":{},"id":"bbbbbbbbbbbb"}"#,
            r#"{"status":"Preparing","progressDetail":{},"id":"cccccccccccc"}"#,
            r#"{"status":"Pushing","progressDetail":{"current":512,"total":1000},"id":"aaaaaaaaaaaa"}"#,
            r#"{"status":"Layer already exists","progressDetail":{},"id":"bbbbbbbbbbbb"}"#,
            r#"{"status":"Mounted from shop/base","progressDetail":{},"id":"cccccccccccc"}"#,
            // Past its total, as tar's padding makes it.
            r#"{"status":"Pushing","progressDetail":{"current":1536,"total":1000},"id":"aaaaaaaaaaaa"}"#,
            r#"{"status":"1.5: digest: sha256:… size: 528"}"#,
        ] {
            layers.take(&line(json));
        }
        let states: Vec<LayerState> = layers.all().iter().map(|layer| layer.state).collect();
        assert_eq!(
            states,
            [LayerState::Moving, LayerState::There, LayerState::Mounted]
        );
        assert_eq!(layers.sum(), (1000, 1000));
        assert_eq!(layers.all()[2].from.as_deref(), Some("shop/base"));
        layers.take(&line(r#"{"status":"Pushed","id":"aaaaaaaaaaaa"}"#));
        assert_eq!(layers.all()[0].state, LayerState::Done);
    }

    proptest! {
        #[test]
        fn whatever_is_said_nothing_runs_over_or_backwards(
            said in prop::collection::vec(
                (0usize..3, 0usize..8, prop::option::of(any::<i64>()), prop::option::of(any::<i64>())),
                0..60,
            )
        ) {
            let words = [
                "Waiting", "Preparing", "Pushing", "Downloading", "Extracting", "Pushed",
                "Already exists", "Mounted from x",
            ];
            let ids = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "1.5"];
            let mut layers = Layers::default();
            let mut before: BTreeMap<String, u64> = BTreeMap::new();
            for (id, word, current, total) in said {
                let line = Line {
                    id: Some(ids[id].to_owned()),
                    status: Some(words[word].to_owned()),
                    detail: Some(Detail { current, total }),
                    ..Line::default()
                };
                layers.take(&line);
                for layer in layers.all() {
                    prop_assert!(layer.total.is_none_or(|total| layer.done <= total));
                    let seen = before.entry(layer.id.clone()).or_default();
                    // Where no total was known yet, the first one may cut what was guessed.
                    prop_assert!(layer.done >= *seen || layer.total == Some(layer.done));
                    *seen = layer.done;
                }
                let (done, total) = layers.sum();
                prop_assert!(done <= total);
            }
        }
    }
}
