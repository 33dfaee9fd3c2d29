-- Calls counted by when they began, while they are written down: statistics read these, and not
-- each call.
CREATE TABLE counts (
    -- How long the span is, in minutes.
    length    INTEGER NOT NULL,
    -- When it began, in minutes since 1970.
    start     INTEGER NOT NULL,
    package   TEXT NOT NULL,
    version   TEXT NOT NULL,
    action    TEXT NOT NULL,
    -- How many ended so.
    ok        INTEGER NOT NULL,
    error     INTEGER NOT NULL,
    arguments INTEGER NOT NULL,
    trap      INTEGER NOT NULL,
    "limit"   INTEGER NOT NULL,
    shed      INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    -- How long those took together that ran.
    micros    INTEGER NOT NULL,
    -- How long each of those took: see histogram.rs.
    durations BLOB NOT NULL,
    PRIMARY KEY (length, start, package, version, action)
) STRICT, WITHOUT ROWID;
