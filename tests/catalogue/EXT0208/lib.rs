use ext_runtime::prelude::*;

/// In itself.
#[derive(ExtStructure)]
pub struct Node {
    /// What is below.
    pub children: Vec<Node>, //~ EXT0208
}

/// Takes it.
#[ext_action]
pub fn take(node: Node) {
    drop(node);
}
