//! The kitchen sink, called in every way: what comes back equals what went in, and what
//! goes wrong goes wrong as it should.

mod roundtrip {
    mod arguments;
    mod echo;
    mod futures;
    mod grants;
    mod lies;
    mod limits;
    mod logging;
    mod memory;
    mod outcomes;
    mod requests;
    mod resources;
    mod room;
    mod rules;
    mod sandbox;
    mod sharing;
    mod sink;
    mod traps;
    mod typed;
    mod values;
}
