use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Node {
    pub children: Vec<Node>,
}

#[derive(ExtStructure)]
pub struct Link {
    pub next: Option<Box<Link>>,
}

#[derive(ExtStructure)]
pub struct Chain {
    pub rest: Vec<Self>,
}

#[derive(ExtEnum)]
pub enum Expression {
    Number(f64),
    Sum(Vec<Expression>),
}

fn main() {}
