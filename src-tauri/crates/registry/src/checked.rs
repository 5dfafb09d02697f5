//! Bytes on their way through, hashed as they pass.
//!
//! The last piece is held back until the whole is known to be what its descriptor names, so
//! that whoever the bytes are passed on to can never complete something else.

use crate::Error;
use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use hallmark_image::{Descriptor, Digest, Hasher};

/// A blob, piece by piece.
pub(crate) type Pieces = BoxStream<'static, Result<Bytes, Error>>;

struct Passing<W> {
    pieces: Pieces,
    /// None once the digest was compared.
    hasher: Option<Hasher>,
    digest: Digest,
    left: u64,
    size: u64,
    wrong: W,
}

/// `pieces`, and an error in place of the last one where together they are not `blob`;
/// `wrong` words it, from what the bytes have instead.
pub(crate) fn checked(
    pieces: Pieces,
    blob: &Descriptor,
    wrong: impl Fn(&str) -> Error + Send + 'static,
) -> Pieces {
    let passing = Passing {
        pieces,
        hasher: Some(Hasher::new(blob.digest.algorithm())),
        digest: blob.digest.clone(),
        left: blob.size,
        size: blob.size,
        wrong,
    };
    stream::try_unfold(passing, |mut passing| async move {
        let piece = passing.next().await?;
        Ok(piece.map(|piece| (piece, passing)))
    })
    .boxed()
}

impl<W: Fn(&str) -> Error> Passing<W> {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if self.left == 0 {
            // What was compared ends here; an empty blob has not been yet.
            return self.end().await.map(|()| None);
        }
        let Some(piece) = self.pieces.next().await.transpose()? else {
            return Err(self.short());
        };
        let length = piece.len() as u64;
        if length > self.left {
            return Err((self.wrong)(&format!("more than {} bytes", self.size)));
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&piece);
        }
        self.left -= length;
        if self.left == 0 {
            self.end().await?;
        }
        Ok(Some(piece))
    }

    /// Nothing follows, and the digest is right.
    async fn end(&mut self) -> Result<(), Error> {
        let Some(hasher) = self.hasher.take() else {
            return Ok(());
        };
        while let Some(more) = self.pieces.next().await.transpose()? {
            if !more.is_empty() {
                return Err((self.wrong)(&format!("more than {} bytes", self.size)));
            }
        }
        let found = hasher.finish();
        if found == self.digest {
            return Ok(());
        }
        Err((self.wrong)(&format!("digest {found}")))
    }

    /// A connection may have been cut: it is worth another try.
    fn short(&self) -> Error {
        let came = self.size - self.left;
        (self.wrong)(&format!("{came} bytes, not {}", self.size)).passing(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use hallmark_image::Host;
    use proptest::prelude::*;

    fn wrong(found: &str) -> Error {
        Error::new(ErrorKind::DigestMismatch, &Host::docker_hub(), found, "")
    }

    /// What comes out, piece by piece, and the error at its end.
    async fn passed(pieces: &[&[u8]], blob: &Descriptor) -> (Vec<Bytes>, Option<String>) {
        let pieces: Vec<Result<Bytes, Error>> = pieces
            .iter()
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let mut out = Vec::new();
        let mut stream = checked(stream::iter(pieces).boxed(), blob, wrong);
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => out.push(piece),
                Err(error) => return (out, Some(error.message().to_owned())),
            }
        }
        (out, None)
    }

    #[tokio::test]
    async fn the_last_piece_of_other_bytes_is_never_handed_on() {
        let blob = Descriptor::of("a/b", b"right bytes");
        let (out, error) = passed(&[b"right ", b"bytez"], &blob).await;
        assert_eq!(out, [Bytes::from("right ")]);
        assert!(error.unwrap().starts_with("digest sha256:"));
    }

    #[tokio::test]
    async fn bytes_beyond_the_end_are_refused_before_the_end_is_handed_on() {
        let blob = Descriptor::of("a/b", b"right");
        let (out, error) = passed(&[b"right", b"!"], &blob).await;
        assert!(out.is_empty());
        assert_eq!(error.unwrap(), "more than 5 bytes");
    }

    #[tokio::test]
    async fn a_short_body_is_told_with_what_came() {
        let blob = Descriptor::of("a/b", b"right");
        let (_, error) = passed(&[b"rig"], &blob).await;
        assert_eq!(error.unwrap(), "3 bytes, not 5");
    }

    #[tokio::test]
    async fn an_empty_blob_passes_and_is_compared_too() {
        let empty = Descriptor::of("a/b", b"");
        assert_eq!(passed(&[], &empty).await, (Vec::new(), None));
        let lie = Descriptor::new("a/b", Digest::sha256("x"), 0);
        assert!(passed(&[], &lie).await.1.is_some());
    }

    proptest! {
        #[test]
        fn however_it_is_cut_it_passes_whole(bytes in prop::collection::vec(any::<u8>(), 1..200), cut in 1_usize..50) {
            let blob = Descriptor::of("a/b", &bytes);
            let pieces: Vec<&[u8]> = bytes.chunks(cut).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (out, error) = runtime.block_on(passed(&pieces, &blob));
            prop_assert_eq!(error, None);
            prop_assert_eq!(out.concat(), bytes);
        }
    }
}
