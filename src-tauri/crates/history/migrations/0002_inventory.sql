-- What golden images and candidates hold, by their evidence: an index to find them by. No part
-- of the record; it can be filled again from the registries at any time.

-- Each image that was read, with what was read of it.
CREATE TABLE inventories (
    id INTEGER PRIMARY KEY,
    repository TEXT NOT NULL,
    digest TEXT NOT NULL,
    read_at INTEGER NOT NULL, -- microseconds since 1970
    sbom INTEGER NOT NULL,    -- whether a bill of materials covers every platform
    scan INTEGER NOT NULL,    -- whether a scan covers every platform
    candidate TEXT,           -- the stage it waits for
    tag TEXT,
    version TEXT,
    problem TEXT,
    evidence TEXT NOT NULL,   -- JSON: digests of the reports that count
    UNIQUE (repository, digest)
) STRICT;

-- Keys are names in small letters; `upstream` is the version without epoch and revision.
CREATE TABLE inventory_packages (
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    upstream TEXT NOT NULL,
    inventory INTEGER NOT NULL REFERENCES inventories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    ecosystem TEXT NOT NULL,
    platforms TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT;

CREATE INDEX inventory_packages_key ON inventory_packages (key, version);
CREATE INDEX inventory_packages_of ON inventory_packages (inventory, key);

CREATE TABLE inventory_findings (
    key TEXT NOT NULL,
    inventory INTEGER NOT NULL REFERENCES inventories (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    package TEXT NOT NULL,
    installed TEXT NOT NULL,
    fixed TEXT,
    severity TEXT NOT NULL,
    suppressed INTEGER NOT NULL,
    platforms TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT;

CREATE INDEX inventory_findings_key ON inventory_findings (key);
CREATE INDEX inventory_findings_of ON inventory_findings (inventory, key);
