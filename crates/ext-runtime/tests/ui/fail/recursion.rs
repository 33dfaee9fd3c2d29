use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Node {
    pub children: Vec<Node>,
}

#[derive(ExtEnum)]
pub enum Tree {
    Leaf,
    Fork(Option<Box<Tree>>, Vec<Self>),
}

fn main() {}
