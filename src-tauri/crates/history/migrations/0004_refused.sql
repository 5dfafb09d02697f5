-- Whether the receiver would not take this very message: then the ones behind it need not wait.

ALTER TABLE messages ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
