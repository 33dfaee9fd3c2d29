use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Folder {
    pub files: Vec<File>,
}

#[derive(ExtStructure)]
pub struct File {
    pub folders: Vec<Folder>,
}

#[ext_action]
pub fn count(folder: Folder) -> u32 {
    folder.files.len() as u32
}

fn main() {}
