use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<u32>,
}

#[ext_action]
fn pages() -> Page<std::time::Duration> {
    Page { items: vec![], next: None }
}

fn main() {}
