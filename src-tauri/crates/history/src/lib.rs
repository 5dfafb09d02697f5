//! The append-only record of every act, and its proofs.
