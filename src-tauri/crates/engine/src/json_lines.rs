//! The stream of JSON values that an engine answers long work with, one a line.

use crate::error::{Error, ErrorKind, Result, broken};
use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use serde::de::DeserializeOwned;

/// The longest line: a build's trace may hold a step's whole output of a moment.
const LONGEST: usize = 16 << 20;

/// Reads values from a body as they arrive, and holds one line at most.
pub(crate) struct JsonLines<B = Incoming> {
    body: B,
    held: BytesMut,
    /// How far the line was searched for its end.
    searched: usize,
    ended: bool,
}

impl<B> JsonLines<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    pub(crate) fn of(body: B) -> Self {
        Self {
            body,
            held: BytesMut::new(),
            searched: 0,
            ended: false,
        }
    }

    /// The next value; nothing at the end.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        while let Some(line) = self.line().await? {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return serde_json::from_slice(&line).map(Some).map_err(|error| {
                let shown: String = String::from_utf8_lossy(&line).chars().take(200).collect();
                Error::new(
                    ErrorKind::Protocol,
                    format!("the engine's answer cannot be read ({error}): {shown}"),
                    "Update the engine, or look whether something between answers for it.",
                )
            });
        }
        Ok(None)
    }

    async fn line(&mut self) -> Result<Option<Bytes>> {
        loop {
            let end = self.held[self.searched..]
                .iter()
                .position(|byte| *byte == b'\n');
            if let Some(at) = end {
                let line = self.held.split_to(self.searched + at).freeze();
                self.held.advance(1);
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.held.len();
            if self.ended {
                let rest = self.held.split().freeze();
                self.searched = 0;
                return Ok((!rest.is_empty()).then_some(rest));
            }
            if self.held.len() > LONGEST {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    format!("the engine sent a line of more than {} MB", LONGEST >> 20),
                    "Report this with the engine's version.",
                ));
            }
            match self.body.frame().await {
                None => self.ended = true,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.held.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Err(broken(&error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use proptest::prelude::*;

    fn read(parts: Vec<Vec<u8>>) -> Result<Vec<serde_json::Value>> {
        let frames = parts
            .into_iter()
            .map(|part| Ok::<_, std::io::Error>(Frame::data(Bytes::from(part))));
        let mut lines = JsonLines::of(StreamBody::new(stream::iter(frames)));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut all = Vec::new();
            while let Some(value) = lines.next().await? {
                all.push(value);
            }
            Ok(all)
        })
    }

    #[test]
    fn what_is_no_json_is_told_with_what_it_was() {
        let error = read(vec![b"{\"a\":1}\n<html>".to_vec()]).unwrap_err();
        assert!(error.message().contains("<html>"), "{error}");
    }

    proptest! {
        #[test]
        fn values_are_the_same_however_they_are_cut(cuts in prop::collection::vec(0usize..60, 0..8)) {
            let text = "{\"status\":\"a\"}\r\n\n{\"status\":\"b\\n\"}\n{\"status\":\"c\"}";
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(text.len())).collect();
            cuts.sort_unstable();
            let mut parts = Vec::new();
            let mut from = 0;
            for at in cuts.into_iter().chain([text.len()]) {
                parts.push(text.as_bytes()[from..at].to_vec());
                from = at;
            }
            let read = read(parts).unwrap();
            let words: Vec<&str> = read.iter().map(|v| v["status"].as_str().unwrap()).collect();
            prop_assert_eq!(words, ["a", "b\n", "c"]);
        }
    }
}
