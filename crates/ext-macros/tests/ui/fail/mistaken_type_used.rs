use ext_runtime::prelude::*;

/// A mistake here is none in what uses the type.
#[derive(ExtStructure)]
pub struct Empty {}

#[derive(ExtStructure)]
pub struct Borrowed<'a, T> {
    pub text: &'a str,
    pub of: T,
}

#[derive(ExtEnum)]
pub enum Nothing {}

#[derive(Debug, ExtError)]
pub enum Failure {
    #[ext(message = "too late for {time}")]
    Late,
}

#[ext_action]
fn first(a: Empty, b: Borrowed<u32>, c: Nothing) -> Result<Vec<Empty>, Failure> {
    println!("{}", Failure::Late);
    drop((b.text, b.of, c));
    Ok(vec![a])
}

fn main() {}
