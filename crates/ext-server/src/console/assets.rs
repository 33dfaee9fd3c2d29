//! The style and the script: one file each, named by its content, so that browsers keep it.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ext_definition::code;
use ext_registry::Digest;

use crate::problem::Problem;

const STYLE: &str = include_str!("../../assets/console.css");
const SCRIPT: &str = include_str!("../../assets/console.js");
const ICON: &str = include_str!("../../assets/icon.svg");

static NAMES: LazyLock<[String; 3]> = LazyLock::new(|| {
    let name = |text: &str, end: &str| {
        format!("console-{}.{end}", &Digest::of(text.as_bytes()).hex()[..16])
    };
    [name(STYLE, "css"), name(SCRIPT, "js"), name(ICON, "svg")]
});

/// The name of the style.
pub fn style() -> &'static str {
    &NAMES[0]
}

/// The name of the script.
pub fn script() -> &'static str {
    &NAMES[1]
}

/// The name of the picture in the browser's tab.
pub fn icon() -> &'static str {
    &NAMES[2]
}

/// `GET /assets/FILE`.
pub async fn serve(Path(file): Path<String>) -> Result<Response, Problem> {
    let files = [
        (style(), "text/css; charset=utf-8", STYLE),
        (script(), "text/javascript; charset=utf-8", SCRIPT),
        (icon(), "image/svg+xml", ICON),
    ];
    let Some((_, media_type, content)) = files.into_iter().find(|it| it.0 == file) else {
        return Err(Problem::new(code::NO_PAGE, "nothing is at this address"));
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, content).into_response())
}
