use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Folder {
    pub entries: Vec<Entry>,
}

#[derive(ExtStructure)]
pub struct Entry {
    pub name: String,
    pub folder: Option<Box<Folder>>,
}

#[ext_action]
fn list() -> Vec<Folder> {
    Vec::new()
}

fn main() {}
