//! rustfmt, for text that is new.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proc_macro2::{TokenStream, TokenTree};

/// Formats whole items as rustfmt does in this folder; as they are where there is no
/// rustfmt, or where it gives up.
pub fn items(text: &str, folder: &Path, edition: &str) -> String {
    run(text, folder, edition).unwrap_or_else(|| text.to_owned())
}

fn run(text: &str, folder: &Path, edition: &str) -> Option<String> {
    let rustfmt = std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into());
    let mut child = Command::new(rustfmt)
        .args(["--emit", "stdout", "--quiet", "--edition", edition])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let bytes = text.as_bytes().to_vec();
    // It may answer before it has read everything.
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then_some(text)
}

/// A signature, which is no whole item: it gets a body for the time. Nothing where there is no
/// rustfmt, or where it gives up.
pub fn signature(text: &str, folder: &Path, edition: &str) -> Option<String> {
    let whole = format!("{} {{}}\n", text.trim_end());
    let formatted = run(&whole, folder, edition)?;
    // Behind several lines the braces stand on two.
    let signature = formatted.trim_end().strip_suffix('}')?.trim_end().strip_suffix('{')?;
    Some(signature.trim_end().to_owned())
}

/// Whether a literal goes over several lines, which nobody may move.
pub fn has_long_literal(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_long_literal(group.stream()),
        TokenTree::Literal(literal) => literal.to_string().contains('\n'),
        _ => false,
    })
}

/// Text with every line but the empty ones moved to the right.
pub fn indented(text: &str, indentation: &str) -> String {
    if indentation.is_empty() {
        return text.to_owned();
    }
    let lines: Vec<String> =
        text.split('\n')
            .map(|line| {
                if line.trim().is_empty() {
                    line.to_owned()
                } else {
                    format!("{indentation}{line}")
                }
            })
            .collect();
    lines.join("\n")
}
