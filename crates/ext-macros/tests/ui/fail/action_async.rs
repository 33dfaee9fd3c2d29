use ext_runtime::prelude::*;

#[ext_action]
async fn fetch(url: String) -> String {
    url
}

fn main() {}
