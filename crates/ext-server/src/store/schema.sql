-- Instants are microseconds since 1970; versions and digests are text.
CREATE TABLE deployments (
    package    TEXT NOT NULL,
    version    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    component  TEXT NOT NULL,
    settings   TEXT NOT NULL,
    at         INTEGER NOT NULL,
    by         TEXT NOT NULL,
    -- The highest of a package is the active one.
    activation INTEGER,
    PRIMARY KEY (package, version)
) STRICT;

CREATE TABLE grants (
    package TEXT PRIMARY KEY,
    -- A list in JSON.
    granted TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_subject ON events (subject, id);

CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE,
    -- A list in JSON.
    scopes  TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) STRICT;

CREATE TABLE calls (
    serial   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    at       INTEGER NOT NULL,
    micros   INTEGER NOT NULL,
    package  TEXT NOT NULL,
    version  TEXT NOT NULL,
    action   TEXT NOT NULL,
    consumer TEXT NOT NULL,
    surface  TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    code     TEXT,
    detail   TEXT NOT NULL,
    log      TEXT NOT NULL,
    trace    TEXT NOT NULL
) STRICT;
CREATE INDEX calls_by_instant ON calls (at);
CREATE INDEX calls_by_package ON calls (package, at);
CREATE INDEX calls_by_id ON calls (id);
