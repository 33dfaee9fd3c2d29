use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Job {
    pub name: String,
    pub limit: std::time::Duration,
}

fn main() {}
