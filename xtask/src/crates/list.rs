//! The crates that `cargo xtask crates` tries.

/// A crate that an extension may want, with an action that uses it.
pub struct Works {
    /// What it is for: the heading that it stands under.
    pub purpose: &'static str,
    /// Its dependency lines in Cargo.toml.
    pub dependencies: &'static str,
    /// The body of an action that returns a `String`.
    pub body: &'static str,
    /// What the action returns.
    pub result: &'static str,
}

/// Crates that build and run in an extension.
pub const WORKS: &[Works] = &[
    Works {
        purpose: "Serialisation",
        dependencies: "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"",
        body: "#[derive(serde::Serialize)] struct A { b: u8 } serde_json::to_string(&A { b: 1 }).unwrap()",
        result: "{\"b\":1}",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "toml = \"1\"",
        body: "\"a = 1\".parse::<toml::Table>().unwrap()[\"a\"].to_string()",
        result: "1",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "serde_yaml_ng = \"0.10\"",
        body: "serde_yaml_ng::from_str::<serde_yaml_ng::Value>(\"a: 1\").unwrap()[\"a\"].as_u64().unwrap().to_string()",
        result: "1",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "csv = \"1\"",
        body: "csv::Reader::from_reader(\"a,b\\n1,2\".as_bytes()).records().next().unwrap().unwrap()[1].to_owned()",
        result: "2",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "quick-xml = \"0.41\"",
        body: "let mut reader = quick_xml::Reader::from_str(\"<a/>\"); format!(\"{:?}\", reader.read_event().unwrap()).chars().take(5).collect()",
        result: "Empty",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "ciborium = \"0.2\"",
        body: "let mut bytes = Vec::new(); ciborium::into_writer(&1u8, &mut bytes).unwrap(); format!(\"{bytes:?}\")",
        result: "[1]",
    },
    Works {
        purpose: "Serialisation",
        dependencies: "prost = \"0.14\"",
        body: "use prost::Message; format!(\"{:?}\", 5u32.encode_to_vec())",
        result: "[8, 5]",
    },
    Works {
        purpose: "Text",
        dependencies: "regex = \"1\"",
        body: "regex::Regex::new(r\"\\d+\").unwrap().find(\"ab12\").unwrap().as_str().to_owned()",
        result: "12",
    },
    Works {
        purpose: "Text",
        dependencies: "fancy-regex = \"0.17\"",
        body: "fancy_regex::Regex::new(r\"(a)\\1\").unwrap().is_match(\"aa\").unwrap().to_string()",
        result: "true",
    },
    Works {
        purpose: "Text",
        dependencies: "unicode-normalization = \"0.1\"",
        body: "use unicode_normalization::UnicodeNormalization; \"a\\u{308}\".nfc().collect()",
        result: "ä",
    },
    Works {
        purpose: "Text",
        dependencies: "minijinja = \"2\"",
        body: "minijinja::Environment::new().render_str(\"{{ 1 + 1 }}\", ()).unwrap()",
        result: "2",
    },
    Works {
        purpose: "Text",
        dependencies: "pulldown-cmark = { version = \"0.13\", default-features = false, features = [\"html\"] }",
        body: "let mut html = String::new(); pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(\"*a*\")); html.trim().to_owned()",
        result: "<p><em>a</em></p>",
    },
    Works {
        purpose: "Text",
        dependencies: "encoding_rs = \"0.8\"",
        body: "encoding_rs::WINDOWS_1252.decode(&[0x80]).0.into_owned()",
        result: "€",
    },
    Works {
        purpose: "Text",
        dependencies: "winnow = \"1\"",
        body: "use winnow::{Parser, ascii::dec_uint}; let mut input = \"12a\"; let n: u32 = dec_uint::<_, _, winnow::error::ContextError>.parse_next(&mut input).unwrap(); n.to_string()",
        result: "12",
    },
    Works {
        purpose: "Text",
        dependencies: "strsim = \"0.11\"",
        body: "strsim::levenshtein(\"ab\", \"ac\").to_string()",
        result: "1",
    },
    Works {
        purpose: "Numbers",
        dependencies: "rust_decimal = \"1\"",
        body: "(rust_decimal::Decimal::new(1, 1) + rust_decimal::Decimal::new(2, 1)).to_string()",
        result: "0.3",
    },
    Works {
        purpose: "Numbers",
        dependencies: "num-bigint = \"0.4\"",
        body: "num_bigint::BigUint::from(2u8).pow(70).to_string()",
        result: "1180591620717411303424",
    },
    Works {
        purpose: "Numbers",
        dependencies: "nalgebra = \"0.34\"",
        body: "nalgebra::Matrix2::new(1.0, 2.0, 3.0, 4.0).determinant().to_string()",
        result: "-2",
    },
    Works {
        purpose: "Numbers",
        dependencies: "ndarray = \"0.17\"",
        body: "ndarray::arr1(&[1, 2, 3]).sum().to_string()",
        result: "6",
    },
    Works {
        purpose: "Numbers",
        dependencies: "statrs = { version = \"0.18\", default-features = false }",
        body: "use statrs::distribution::ContinuousCDF; statrs::distribution::Normal::new(0.0, 1.0).unwrap().cdf(0.0).to_string()",
        result: "0.5",
    },
    Works {
        purpose: "Time",
        dependencies: "jiff = { version = \"0.2\", default-features = false, features = [\"std\"] }",
        body: "jiff::civil::date(2026, 2, 28).tomorrow().unwrap().to_string()",
        result: "2026-03-01",
    },
    Works {
        purpose: "Time",
        dependencies: "chrono = { version = \"0.4\", default-features = false, features = [\"std\"] }",
        body: "chrono::NaiveDate::from_ymd_opt(2026, 2, 28).unwrap().succ_opt().unwrap().to_string()",
        result: "2026-03-01",
    },
    Works {
        purpose: "Time",
        dependencies: "time = { version = \"0.3\", features = [\"macros\"] }",
        body: "time::macros::date!(2026 - 02 - 28).next_day().unwrap().to_string()",
        result: "2026-03-01",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "sha2 = \"0.11\"",
        body: "use sha2::Digest; format!(\"{:02x}\", sha2::Sha256::digest(b\"a\")[0])",
        result: "ca",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "hmac = \"0.12\"\nsha2 = \"0.10\"",
        body: "use hmac::Mac; let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b\"key\").unwrap(); mac.update(b\"a\"); mac.finalize().into_bytes().len().to_string()",
        result: "32",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "blake3 = \"1\"",
        body: "blake3::hash(b\"a\").to_hex()[..4].to_owned()",
        result: "1776",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "aes-gcm = \"0.10\"",
        body: "use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead}; let cipher = Aes256Gcm::new(&[0; 32].into()); cipher.encrypt(&[0; 12].into(), b\"a\".as_slice()).unwrap().len().to_string()",
        result: "17",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "ed25519-dalek = \"2\"",
        body: "use ed25519_dalek::Signer; ed25519_dalek::SigningKey::from_bytes(&[1; 32]).sign(b\"a\").to_bytes().len().to_string()",
        result: "64",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "argon2 = \"0.5\"",
        body: "let mut out = [0; 16]; argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, argon2::Params::new(8, 1, 1, None).unwrap()).hash_password_into(b\"password\", b\"saltsalt\", &mut out).unwrap(); out.len().to_string()",
        result: "16",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "rand = \"0.9\"",
        body: "rand::random_range(1..2).to_string()",
        result: "1",
    },
    Works {
        purpose: "Hashes, signatures, encryption",
        dependencies: "uuid = { version = \"1\", features = [\"v4\"] }",
        body: "uuid::Uuid::new_v4().get_version_num().to_string()",
        result: "4",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "base64 = \"0.22\"",
        body: "use base64::Engine; base64::engine::general_purpose::STANDARD.encode(\"a\")",
        result: "YQ==",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "hex = \"0.4\"",
        body: "hex::encode(\"a\")",
        result: "61",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "flate2 = \"1\"",
        body: "use std::io::Read; let mut out = Vec::new(); flate2::read::GzEncoder::new(&b\"aaaa\"[..], flate2::Compression::default()).read_to_end(&mut out).unwrap(); (out[0] == 0x1f).to_string()",
        result: "true",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "lz4_flex = \"0.12\"",
        body: "lz4_flex::decompress_size_prepended(&lz4_flex::compress_prepend_size(b\"aaaa\")).unwrap().len().to_string()",
        result: "4",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "brotli = \"8\"",
        body: "let mut out = Vec::new(); brotli::BrotliCompress(&mut &b\"aaaa\"[..], &mut out, &Default::default()).unwrap(); (!out.is_empty()).to_string()",
        result: "true",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "ruzstd = \"0.8\"",
        body: "let out = ruzstd::encoding::compress_to_vec(&b\"aaaa\"[..], ruzstd::encoding::CompressionLevel::Fastest); (out[..4] == [0x28, 0xb5, 0x2f, 0xfd]).to_string()",
        result: "true",
    },
    Works {
        purpose: "Encodings and compression",
        dependencies: "zip = { version = \"8\", default-features = false, features = [\"deflate\"] }",
        body: "let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new())); zip.start_file(\"a\", zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default())).unwrap(); (zip.finish().unwrap().into_inner()[..2] == *b\"PK\").to_string()",
        result: "true",
    },
    Works {
        purpose: "Documents and pictures",
        dependencies: "calamine = \"0.36\"",
        body: "calamine::open_workbook_auto_from_rs(std::io::Cursor::new(b\"x\".to_vec())).is_err().to_string()",
        result: "true",
    },
    Works {
        purpose: "Documents and pictures",
        dependencies: "image = { version = \"0.25\", default-features = false, features = [\"png\"] }",
        body: "let mut out = std::io::Cursor::new(Vec::new()); image::RgbImage::new(1, 1).write_to(&mut out, image::ImageFormat::Png).unwrap(); (out.into_inner()[1..4] == *b\"PNG\").to_string()",
        result: "true",
    },
    Works {
        purpose: "Documents and pictures",
        dependencies: "qrcode = { version = \"0.14\", default-features = false }",
        body: "qrcode::QrCode::new(\"a\").unwrap().width().to_string()",
        result: "21",
    },
    Works {
        purpose: "Documents and pictures",
        dependencies: "lopdf = { version = \"0.43\", default-features = false }",
        body: "lopdf::Document::with_version(\"1.5\").version",
        result: "1.5",
    },
    Works {
        purpose: "Program structure",
        dependencies: "thiserror = \"2\"",
        body: "#[derive(Debug, thiserror::Error)] #[error(\"no {0}\")] struct No(u8); No(1).to_string()",
        result: "no 1",
    },
    Works {
        purpose: "Program structure",
        dependencies: "anyhow = \"1\"",
        body: "anyhow::anyhow!(\"no\").to_string()",
        result: "no",
    },
    Works {
        purpose: "Program structure",
        dependencies: "itertools = \"0.14\"",
        body: "use itertools::Itertools; [1, 2].iter().join(\"-\")",
        result: "1-2",
    },
    Works {
        purpose: "Program structure",
        dependencies: "indexmap = \"2\"",
        body: "indexmap::IndexMap::from([(\"b\", 1), (\"a\", 2)]).keys().copied().collect()",
        result: "ba",
    },
    Works {
        purpose: "Program structure",
        dependencies: "url = \"2\"",
        body: "url::Url::parse(\"https://example.com/a\").unwrap().path().to_owned()",
        result: "/a",
    },
    Works {
        purpose: "Program structure",
        dependencies: "rhai = { version = \"1\", default-features = false, features = [\"std\"] }",
        body: "rhai::Engine::new().eval::<i64>(\"40 + 2\").unwrap().to_string()",
        result: "42",
    },
];

/// A crate that does not build for an extension, and the dependency that pulls it in.
pub struct Fails {
    /// The dependency line in Cargo.toml.
    pub dependency: &'static str,
    /// The crate that does not build: a line of `alternatives.txt` of cargo-ext.
    pub culprit: &'static str,
}

/// Crates that people ask for and that do not build.
pub const FAILS: &[Fails] = &[
    Fails { dependency: "ring = \"0.17\"", culprit: "ring" },
    Fails { dependency: "aws-lc-rs = \"1\"", culprit: "aws-lc-sys" },
    Fails { dependency: "openssl = \"0.10\"", culprit: "openssl-sys" },
    Fails { dependency: "zstd = \"0.13\"", culprit: "zstd-sys" },
    Fails {
        dependency: "rusqlite = { version = \"0.37\", features = [\"bundled\"] }",
        culprit: "libsqlite3-sys",
    },
    Fails { dependency: "lzma-sys = \"0.1\"", culprit: "lzma-sys" },
    Fails { dependency: "bzip2-sys = \"0.1\"", culprit: "bzip2-sys" },
    Fails { dependency: "onig = \"6\"", culprit: "onig_sys" },
    Fails { dependency: "mimalloc = \"0.1\"", culprit: "libmimalloc-sys" },
    Fails { dependency: "tikv-jemallocator = \"0.6\"", culprit: "tikv-jemalloc-sys" },
    Fails { dependency: "git2 = \"0.20\"", culprit: "libz-sys" },
    Fails { dependency: "curl = \"0.4\"", culprit: "libz-sys" },
    Fails { dependency: "tree-sitter = \"0.27\"", culprit: "tree-sitter" },
    Fails { dependency: "tokio = { version = \"1\", features = [\"full\"] }", culprit: "tokio" },
];
