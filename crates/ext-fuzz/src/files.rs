//! What ships with an extension: the section of files, and icons.

use ext_definition::files::{self, Files};
use ext_definition::icon::{self, Form};
use ext_definition::package::File;

/// The table of a section, as JSON on a line, then the section. With an empty first line the
/// rest is lines of contents, which must come back: digests are nothing that a fuzzer guesses.
pub fn files(bytes: &[u8]) {
    files::uses(bytes);
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (table, section) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if table.is_empty() {
        return written(section);
    }
    let Ok(table) = serde_json::from_slice::<Vec<File>>(table) else { return };
    let Ok(files) = Files::new(section.into(), &table) else { return };
    for (file, found) in table.iter().zip(files.contents()) {
        let Ok((named, content)) = found else { continue };
        assert_eq!(named, file);
        assert_eq!((content.len() as u64, &files::digest(&content)), (file.size, &file.digest));
        assert_eq!(files.content(&file.path), Some(Ok(content)));
    }
}

fn written(lines: &[u8]) {
    // Each is compressed: that takes a while.
    let contents: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').take(8).collect();
    let file = |(at, content): (usize, &&[u8])| File {
        path: at.to_string(),
        size: content.len() as u64,
        digest: files::digest(content),
        ..File::default()
    };
    let table: Vec<File> = contents.iter().enumerate().map(file).collect();
    let section = files::encode(contents.iter().copied());
    let files = Files::new(section.into(), &table).unwrap_or_else(|it| panic!("{it}"));
    let again: Vec<Vec<u8>> =
        files.contents().map(|it| it.unwrap_or_else(|it| panic!("{it}")).1).collect();
    assert_eq!(again, contents);
}

/// A picture: what is let through holds no tag that does more than draw, wherever a reader of
/// XML or of HTML sees comments end.
pub fn icon(bytes: &[u8]) {
    let Ok(form) = icon::check(bytes) else { return };
    if form == Form::Png {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { panic!("an SVG picture that is no text") };
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        shown.push_str(before);
        // HTML ends `<!-->`, `<!--->` and `--!>` as well.
        let early = comment.starts_with('>') || comment.starts_with("->");
        let Some((inside, behind)) = comment.split_once("-->").filter(|_| !early) else {
            panic!("a comment that ends elsewhere in HTML")
        };
        assert!(!inside.contains("--"), "a comment that ends elsewhere in HTML");
        rest = behind;
    }
    shown.push_str(rest);
    let shown = shown.to_ascii_lowercase();
    let does = ["<script", "<foreignobject", "<style", "<image", "<a ", "<set", "<animate", "<!"];
    for tag in does.into_iter().chain(["<?xml-", "<iframe", "<body", "<html"]) {
        assert!(!shown.contains(tag), "it has {tag}");
    }
}
