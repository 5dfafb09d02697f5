//! The use cases: evidence, review, decision, promotion, rollback, audit.
