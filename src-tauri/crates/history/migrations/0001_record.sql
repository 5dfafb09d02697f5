-- The record, what is derived from it, and this machine's open work.

PRAGMA application_id = 0x484c4d4b; -- "HLMK": so that no other program's file is taken for ours

-- Every act, as the exact UTF-8 JSON that was written, with its RFC 6962 leaf hash.
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;

CREATE TRIGGER entries_only_grow BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'the record only grows at its end'); END;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END;

CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'the record is never shortened'); END;

-- Derived from the bytes, for filters. Narrow, so that a scan never touches an envelope.
CREATE TABLE facets (
    seq INTEGER PRIMARY KEY REFERENCES entries (seq),
    time INTEGER NOT NULL, -- microseconds since 1970
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    key_id TEXT,
    repository TEXT,
    tag TEXT,
    digest TEXT,
    statement TEXT
) STRICT;

-- Each walks newest first without sorting, and carries what is most often asked for beside
-- it, so that the entries passed over cost no look into the table.
CREATE INDEX facets_time ON facets (time);
CREATE INDEX facets_kind ON facets (kind, seq, time);
CREATE INDEX facets_actor ON facets (actor, seq, kind, time);
CREATE INDEX facets_repository ON facets (repository, seq, kind, time);
CREATE INDEX facets_repository_tag ON facets (repository, tag, seq, kind, time);
CREATE INDEX facets_tag ON facets (tag, seq, kind, time);
CREATE INDEX facets_digest ON facets (digest);
CREATE INDEX facets_signer ON facets (key_id) WHERE statement IS NOT NULL;
CREATE UNIQUE INDEX facets_statement ON facets (statement) WHERE statement IS NOT NULL;

-- Derived from the bytes, for search by words; keeps its own copy of the text, so that
-- PRAGMA integrity_check compares the two.
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');

-- Size and RFC 6962 root of the whole record, the hashes needed to append to it, and the
-- last seal. `log` names this record among all others.
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    frontier BLOB NOT NULL,
    seal_size INTEGER,
    seal_checkpoint TEXT,
    seal TEXT
) STRICT;

INSERT INTO head (id, log, size, root, frontier) VALUES (
    1, lower(hex(randomblob(16))), 0,
    x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x''
);

-- Promotions that were begun; a lock file beside the database says whether the owner lives.
CREATE TABLE intents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: lock files are named by it
    kind TEXT NOT NULL,
    repository TEXT NOT NULL,
    stage TEXT NOT NULL,
    tags TEXT NOT NULL,   -- JSON
    detail TEXT NOT NULL, -- JSON
    progress TEXT,        -- JSON
    outcome TEXT
) STRICT;

CREATE INDEX intents_open ON intents (id) WHERE outcome IS NULL;

-- Small facts of this machine; no part of the record.
CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
