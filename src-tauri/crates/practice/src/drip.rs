//! Bodies that come slowly.

use crate::habits::Drip;
use axum::{
    body::{Body, BodyDataStream},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};

/// The same answer, its body in pieces with a pause before each.
pub(crate) fn slowly(response: Response, drip: Drip) -> Response {
    response.map(|body| Body::from_stream(pieces(body.into_data_stream(), drip)))
}

fn pieces(
    body: BodyDataStream,
    drip: Drip,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    let start = (body, Bytes::new());
    stream::try_unfold(start, move |(mut body, mut held)| async move {
        while held.is_empty() {
            match body.next().await {
                Some(next) => held = next?,
                None => return Ok(None),
            }
        }
        tokio::time::sleep(drip.pause).await;
        let piece = held.split_to(drip.piece.clamp(1, held.len()));
        Ok(Some((piece, (body, held))))
    })
}
