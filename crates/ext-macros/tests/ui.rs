//! What users see: one file for each mistake with the exact text of its errors, and what
//! has to work.
//!
//! After a change of a text, or of the pinned rustc:
//! `TRYBUILD=overwrite cargo test -p ext-macros --test ui`, then read the difference.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
