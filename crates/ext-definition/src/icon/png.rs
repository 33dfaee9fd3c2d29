//! PNG: the header and the frame of chunks (PNG specification, third edition, sections 5 and
//! 11.2.1). Pixels are not decoded.

pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Widest and highest picture.
const MAX_SIDE: u32 = 1024;

/// Whether this is a whole picture of a sane size.
pub fn check(content: &[u8]) -> Result<(), String> {
    let damaged = || "it starts as a PNG picture and is none: it is damaged".to_owned();
    let mut rest = content.strip_prefix(SIGNATURE).ok_or_else(damaged)?;
    let mut first = true;
    loop {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (kind, behind) = behind.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (data, behind) = behind.split_at_checked(length).ok_or_else(damaged)?;
        // The checksum of the chunk.
        let (_, behind) = behind.split_first_chunk::<4>().ok_or_else(damaged)?;
        if first {
            header(kind, data)?;
            first = false;
        }
        if kind == b"IEND" {
            return if behind.is_empty() { Ok(()) } else { Err(damaged()) };
        }
        rest = behind;
    }
}

fn header(kind: &[u8; 4], data: &[u8]) -> Result<(), String> {
    let damaged = || "its PNG header is damaged".to_owned();
    let data: &[u8; 13] = data.try_into().map_err(|_| damaged())?;
    let [w0, w1, w2, w3, h0, h1, h2, h3, depth, color, 0, 0, 0 | 1] = *data else {
        return Err(damaged());
    };
    let known = match color {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        _ => false,
    };
    if kind != b"IHDR" || !known {
        return Err(damaged());
    }
    let (width, height) =
        (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    match (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) {
        true => Ok(()),
        false => Err(format!("it has {width}×{height} pixels, and an icon 1 to {MAX_SIDE} a side")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), &kind[..], data, &[0; 4]].concat()
    }

    fn picture(width: u32, color: u8) -> Vec<u8> {
        let header =
            [&width.to_be_bytes()[..], &32_u32.to_be_bytes(), &[8, color, 0, 0, 0]].concat();
        let parts = [
            SIGNATURE.to_vec(),
            chunk(b"IHDR", &header),
            chunk(b"IDAT", &[1, 2]),
            chunk(b"IEND", &[]),
        ];
        parts.concat()
    }

    #[test]
    fn pictures() {
        assert_eq!(check(&picture(32, 6)), Ok(()));
        assert!(check(&picture(0, 6)).unwrap_err().contains("0×32"));
        assert!(check(&picture(1025, 6)).is_err());
        assert!(check(&picture(32, 5)).is_err());
        let good = picture(32, 6);
        for length in 0..good.len() {
            assert!(check(&good[..length]).is_err(), "{length}");
        }
        assert!(check(&[&good[..], b"<script>"].concat()).is_err());
    }
}
