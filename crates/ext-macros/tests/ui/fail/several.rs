use ext_runtime::prelude::*;

#[derive(ExtStructure)]
pub struct Line<'a> {
    pub sku: &'a str,
    #[ext(max_length = 40)]
    pub name: String,
    pub parent: Option<Box<Line<'a>>>,
}

#[ext_action]
async unsafe fn price<T>(&self, lines: &[Line], (a, b): (u32, u32), key: *const u8) -> impl Sized {
    a + b
}

#[ext_action]
fn wait(from: std::time::Instant, how_long: std::time::Duration) -> std::rc::Rc<u32> {
    std::rc::Rc::new(0)
}

fn main() {}
