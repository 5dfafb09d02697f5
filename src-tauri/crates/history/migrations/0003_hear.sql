-- What this person was told of others' acts, and what waits to be told to other programs. No part
-- of the record: each row names the statement or the entry that is.

CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL UNIQUE, -- what it tells of: told once
    heard_at INTEGER NOT NULL,  -- microseconds since 1970
    seen INTEGER NOT NULL,
    body TEXT NOT NULL          -- JSON
) STRICT;

CREATE INDEX notices_unseen ON notices (seen, id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    delivered_at INTEGER,
    given_up_at INTEGER,
    UNIQUE (hook, event)
) STRICT;

CREATE INDEX messages_open ON messages (hook, id) WHERE delivered_at IS NULL AND given_up_at IS NULL;
