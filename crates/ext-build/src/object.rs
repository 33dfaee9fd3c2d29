//! A WebAssembly object file that holds nothing but entries of the definition section.
//!
//! The linker joins custom sections of one name, so that the package manifest ends up
//! beside the entries of the actions without a line in the author's source. Format: the
//! tool conventions' `Linking.md` ("the `linking` custom section": version 2, and no
//! subsection needed).

const SECTION: &str = "ext-definition";

/// The bytes of an object file.
pub fn with_entries(entries: &[String]) -> Vec<u8> {
    let mut out = b"\0asm\x01\0\0\0".to_vec();
    custom_section(&mut out, "linking", &[2]);
    let mut section = Vec::new();
    for entry in entries {
        section.extend(u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes());
        section.extend(entry.as_bytes());
    }
    custom_section(&mut out, SECTION, &section);
    out
}

fn custom_section(out: &mut Vec<u8>, name: &str, data: &[u8]) {
    let mut section = Vec::new();
    leb128(&mut section, name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(data);
    out.push(0);
    leb128(out, section.len());
    out.extend_from_slice(&section);
}

fn leb128(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}
