//! From description to bytes, in constant evaluation.
//!
//! rustc's interpreter pays for each call and each statement, a thousand times what
//! compiled code pays, and this is most of what checking an extension's crate costs. So
//! text is copied in bulk and through a pointer (`split_at_mut` and `copy_from_slice` cost
//! seven times as much), and put together from few pieces. A loop over bytes would also run
//! into the `long_running_const_eval` lint.

use super::{Action, FORMAT, Kind, Named, Part, Type};

/// How many named types one action may reach.
const MAX_TYPES: usize = 1024;

impl Action {
    /// Bytes of this action's entry.
    pub const fn encoded_len(&self) -> usize {
        let mut counting = Writer { out: core::ptr::null_mut(), room: 0, at: 0 };
        counting.entry(self);
        counting.at
    }

    /// This action's entry. `N` is [`Action::encoded_len`].
    pub const fn encode<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        let mut writer = Writer { out: out.as_mut_ptr(), room: N, at: 0 };
        writer.entry(self);
        assert!(writer.at == N, "N is not the length of this action's entry");
        let length = ((N - 4) as u32).to_le_bytes();
        out.split_at_mut(4).0.copy_from_slice(&length);
        out
    }
}

/// Writes as much as fits, and counts all of it: one piece of code for both passes.
struct Writer {
    /// Room for this many bytes, or for none.
    out: *mut u8,
    room: usize,
    at: usize,
}

/// The named types met so far, in the order in which they are written.
struct Reached {
    types: [Option<&'static Named>; MAX_TYPES],
    len: usize,
}

impl Reached {
    const fn add(&mut self, named: &'static Named) {
        let mut index = 0;
        while index < self.len {
            if let Some(known) = self.types[index]
                && known.id == named.id
            {
                return;
            }
            index += 1;
        }
        assert!(self.len < MAX_TYPES, "an action reaches more than 1024 types: split it");
        self.types[self.len] = Some(named);
        self.len += 1;
    }
}

impl Writer {
    const fn text(&mut self, text: &str) {
        let end = self.at + text.len();
        if end <= self.room {
            // SAFETY: `out` has room for `room` bytes, and nothing else refers to them.
            unsafe {
                let at = self.out.wrapping_add(self.at);
                core::ptr::copy_nonoverlapping(text.as_ptr(), at, text.len());
            }
        }
        self.at = end;
    }

    const fn entry(&mut self, action: &Action) {
        let mut reached = Reached { types: [None; MAX_TYPES], len: 0 };
        self.at = 4;
        self.text("{\"format\":");
        self.text(FORMAT);
        self.text(",\"action\":{\"path\":\"");
        self.text(action.path);
        self.text("\",");
        self.text(action.meta);
        self.text(",\"parameters\":[");
        self.parts(action.parameters, &mut reached);
        self.text("],\"result\":");
        self.ty(action.result, &mut reached);
        self.text("},\"types\":[");
        // Writing a type may reach further ones: they queue up behind it.
        let mut next = 0;
        while next < reached.len {
            if next > 0 {
                self.text(",");
            }
            if let Some(named) = reached.types[next] {
                self.named(named, &mut reached);
            }
            next += 1;
        }
        self.text("]}");
    }

    const fn named(&mut self, named: &'static Named, reached: &mut Reached) {
        self.text("{\"kind\":\"");
        self.text(match named.kind {
            Kind::Structure => "structure",
            Kind::Enum => "enum",
            Kind::Variant => "variant",
        });
        self.text("\",");
        self.text(named.meta);
        self.text(",");
        self.identity(named, reached);
        self.text(",\"parts\":[");
        self.parts(named.parts, reached);
        self.text("]}");
    }

    const fn identity(&mut self, named: &Named, reached: &mut Reached) {
        self.text("\"path\":\"");
        self.text(named.path);
        self.text("\"");
        if !named.arguments.is_empty() {
            self.text(",\"of\":");
            self.types(named.arguments, reached);
        }
    }

    const fn parts(&mut self, parts: &'static [Part], reached: &mut Reached) {
        let mut index = 0;
        while index < parts.len() {
            self.text(if index > 0 { "},{" } else { "{" });
            self.text(parts[index].meta);
            if let Some(ty) = parts[index].ty {
                self.text(",\"type\":");
                self.ty(ty, reached);
            }
            index += 1;
        }
        if index > 0 {
            self.text("}");
        }
    }

    const fn types(&mut self, types: &'static [&'static Type], reached: &mut Reached) {
        self.text("[");
        let mut index = 0;
        while index < types.len() {
            if index > 0 {
                self.text(",");
            }
            self.ty(types[index], reached);
            index += 1;
        }
        self.text("]");
    }

    const fn ty(&mut self, ty: &'static Type, reached: &mut Reached) {
        match ty {
            Type::Simple(name) => self.text(name),
            Type::List(of) => self.wrapped("{\"list\":", of, reached),
            Type::Option(of) => self.wrapped("{\"option\":", of, reached),
            Type::Map(key, value) => {
                self.text("{\"map\":[");
                self.ty(key, reached);
                self.text(",");
                self.ty(value, reached);
                self.text("]}");
            }
            Type::Array(of, length) => {
                self.text("{\"array\":[");
                self.ty(of, reached);
                self.text(",");
                self.number(*length);
                self.text("]}");
            }
            Type::Result(ok, err) => {
                self.text("{\"result\":[");
                self.ty(ok, reached);
                self.text(",");
                self.ty(err, reached);
                self.text("]}");
            }
            Type::Tuple(elements) => {
                self.text("{\"tuple\":");
                self.types(elements, reached);
                self.text("}");
            }
            Type::Named(named) => {
                self.text("{\"named\":{");
                self.identity(named, reached);
                self.text("}}");
                reached.add(named);
            }
        }
    }

    const fn number(&mut self, number: usize) {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        if number >= 10 {
            self.number(number / 10);
        }
        self.text(DIGITS[number % 10]);
    }

    const fn wrapped(&mut self, open: &str, of: &'static Type, reached: &mut Reached) {
        self.text(open);
        self.ty(of, reached);
        self.text("}");
    }
}
