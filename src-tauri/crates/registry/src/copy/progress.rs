//! How far a copy has got: counted where bytes move, told to the caller now and then.
//!
//! Counting is cheap and telling is rare: at most once in a tenth of a second, and only where
//! something changed.

use hallmark_image::Digest;
use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// How often the caller is told at most.
const EVERY: Duration = Duration::from_millis(100);

/// Is told how far a copy has got.
pub trait CopyProgress: Send + Sync {
    /// The state as it is now; called from the copy itself, so it must not block.
    fn copying(&self, state: &CopyState);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl CopyProgress for Quiet {
    fn copying(&self, _: &CopyState) {}
}

/// What a copy is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyPhase {
    /// Reading what the image is made of, and what of it is there.
    #[default]
    Reading,
    /// Moving blobs and manifests.
    Moving,
    /// Moving what is attached.
    Attached,
    /// Placing tags, and looking whether they are right.
    Placing,
}

/// How far a copy has got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyState {
    /// What it is doing.
    pub phase: CopyPhase,
    /// Bytes that are at the target, by whichever way; never more than `total`.
    pub done: u64,
    /// Bytes of all blobs that are known so far.
    pub total: u64,
    /// Blobs that are at the target.
    pub blobs_done: u64,
    /// Blobs that are known so far.
    pub blobs: u64,
    /// Those on their way, by digest.
    pub moving: Vec<MovingBlob>,
}

/// A blob on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovingBlob {
    /// Which.
    pub digest: Digest,
    /// Bytes sent; never more than `size`.
    pub done: u64,
    /// Its size, bytes.
    pub size: u64,
}

/// Counts.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    phase: CopyPhase,
    finished: u64,
    total: u64,
    blobs_done: u64,
    blobs: u64,
    moving: BTreeMap<Digest, (u64, Arc<AtomicU64>)>,
}

impl Meter {
    pub(super) fn enter(&self, phase: CopyPhase) {
        self.counted().phase = phase;
    }

    /// A blob of `size` bytes is to be at the target.
    pub(super) fn expect(&self, size: u64) {
        let mut counted = self.counted();
        counted.total = counted.total.saturating_add(size);
        counted.blobs += 1;
    }

    /// A blob begins to move, perhaps anew; what counts its bytes is returned.
    pub(super) fn begin(&self, digest: &Digest, size: u64) -> Arc<AtomicU64> {
        let sent = Arc::new(AtomicU64::new(0));
        let moving = (size, Arc::clone(&sent));
        self.counted().moving.insert(digest.clone(), moving);
        sent
    }

    /// A blob of `size` bytes is there, or is given up.
    pub(super) fn end(&self, digest: &Digest, size: u64) {
        let mut counted = self.counted();
        counted.moving.remove(digest);
        counted.finished = counted.finished.saturating_add(size);
        counted.blobs_done += 1;
    }

    pub(super) fn state(&self) -> CopyState {
        let counted = self.counted();
        let moving: Vec<MovingBlob> = counted
            .moving
            .iter()
            .map(|(digest, (size, sent))| MovingBlob {
                digest: digest.clone(),
                done: sent.load(Ordering::Relaxed).min(*size),
                size: *size,
            })
            .collect();
        let under_way: u64 = moving.iter().map(|blob| blob.done).sum();
        CopyState {
            phase: counted.phase,
            done: counted
                .finished
                .saturating_add(under_way)
                .min(counted.total),
            total: counted.total,
            blobs_done: counted.blobs_done,
            blobs: counted.blobs,
            moving,
        }
    }

    /// Runs `work`, and tells `progress` of it on the way and at its end.
    pub(super) async fn watched<T>(
        &self,
        progress: &dyn CopyProgress,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = CopyState::default();
        loop {
            let outcome = tokio::select! {
                biased;
                outcome = &mut work => Some(outcome),
                _ = tick.tick() => None,
            };
            let state = self.state();
            if state != told {
                progress.copying(&state);
                told = state;
            }
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told(Mutex<Vec<CopyState>>);

    impl CopyProgress for Told {
        fn copying(&self, state: &CopyState) {
            self.0.lock().unwrap().push(state.clone());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_steps_in_a_second_are_told_ten_times_or_so() {
        let (meter, told) = (Meter::default(), Told::default());
        let digest = Digest::sha256("blob");
        let work = async {
            meter.expect(1000);
            let sent = meter.begin(&digest, 1000);
            for _ in 0..1000 {
                sent.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            meter.end(&digest, 1000);
        };
        meter.watched(&told, work).await;
        let told = told.0.into_inner().unwrap();
        assert!((5..=15).contains(&told.len()), "{}", told.len());
        assert_eq!(told.last().unwrap().done, 1000);
        assert!(told.windows(2).all(|two| two[0].done <= two[1].done));
    }

    #[test]
    fn it_is_never_over_its_whole() {
        let meter = Meter::default();
        let digest = Digest::sha256("blob");
        meter.expect(10);
        meter.begin(&digest, 10).fetch_add(25, Ordering::Relaxed);
        let state = meter.state();
        assert_eq!((state.done, state.moving[0].done), (10, 10));
        // A second try begins at nothing.
        meter.begin(&digest, 10);
        assert_eq!(meter.state().done, 0);
    }
}
