//! The text of every mistake that the macros or rustc report, pinned. `TRYBUILD=overwrite`
//! writes them anew.

#[test]
fn mistakes_and_what_is_none() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
