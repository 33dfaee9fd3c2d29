//! What only the callers of an extension use is in use.
#![deny(warnings)]

mod orders {
    use ext_runtime::prelude::*;

    #[derive(ExtStructure)]
    struct Line {
        quantity: u32,
        size: Size,
    }

    #[derive(ExtEnum)]
    enum Size {
        Small,
        Other { r#in: u32, of: Page<u8> },
        Pair(u8, char),
    }

    #[derive(ExtStructure)]
    struct Page<T> {
        items: Vec<T>,
    }

    #[derive(Debug, ExtError)]
    enum Failure {
        Empty,
        #[ext(message = "{0}")]
        Other(String),
    }

    #[ext_action]
    fn price(line: Line) -> Result<Vec<Line>, Failure> {
        Ok(vec![line])
    }

    // In scope together with the types above, and none of them has these functions.
    trait Storage: Sized {
        fn load() -> Option<Self>;
        fn store(self) -> u32;
        fn same(self) -> Self {
            self
        }
    }

    impl Storage for Page<u8> {
        fn load() -> Option<Self> {
            Some(Self { items: Vec::new() })
        }
        fn store(self) -> u32 {
            self.items.len() as u32
        }
    }

    #[ext_action]
    fn stored() -> u32 {
        Page::load().map_or(0, |page| page.same().store())
    }
}

fn main() {}
