//! Memory layout of values at the boundary.
//!
//! The rules are the Canonical ABI's (component model, `CanonicalABI.md`, "Alignment" and
//! "Element Size"): they depend on nothing but the type, so that constants suffice.

/// Size and alignment of a value, in bytes.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Bytes that one value takes in a list: a multiple of `align`.
    pub size: usize,
    /// 1, 2, 4 or 8.
    pub align: usize,
}

impl Layout {
    /// A scalar, as large as its alignment.
    pub const fn scalar(size: usize) -> Self {
        Self { size, align: size }
    }

    /// Address and length: strings and lists.
    pub const SEQUENCE: Self = Self { size: 8, align: 4 };

    /// Nothing at all: the unit type.
    pub const UNIT: Self = Self { size: 0, align: 1 };
}

const fn align_to(offset: usize, align: usize) -> usize {
    (offset + align - 1) & !(align - 1)
}

/// Fields one after the other: records, tuples and parameter lists.
#[derive(Clone, Copy)]
pub struct Record<const N: usize> {
    /// Of the whole.
    pub layout: Layout,
    /// Where each field starts.
    pub offsets: [usize; N],
}

impl<const N: usize> Record<N> {
    /// Lays out fields in their order.
    pub const fn of(fields: [Layout; N]) -> Self {
        let mut offsets = [0; N];
        let mut layout = Layout::UNIT;
        let mut index = 0;
        while index < N {
            let field = fields[index];
            offsets[index] = align_to(layout.size, field.align);
            layout.size = offsets[index] + field.size;
            if field.align > layout.align {
                layout.align = field.align;
            }
            index += 1;
        }
        layout.size = align_to(layout.size, layout.align);
        Self { layout, offsets }
    }
}

/// A discriminant and the payload of one case: variants, enums, options, results.
#[derive(Clone, Copy)]
pub struct Variant {
    /// Of the whole.
    pub layout: Layout,
    /// Where a case's payload starts.
    pub payload: usize,
    /// Bytes of the discriminant: 1, 2 or 4.
    pub discriminant: usize,
}

impl Variant {
    /// Lays out cases by their payloads; [`Layout::UNIT`] for a case without one.
    pub const fn of(payloads: &[Layout]) -> Self {
        let discriminant = match payloads.len() {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        };
        let mut largest = Layout::UNIT;
        let mut index = 0;
        while index < payloads.len() {
            if payloads[index].size > largest.size {
                largest.size = payloads[index].size;
            }
            if payloads[index].align > largest.align {
                largest.align = payloads[index].align;
            }
            index += 1;
        }
        let align = if largest.align > discriminant { largest.align } else { discriminant };
        let payload = align_to(discriminant, largest.align);
        let layout = Layout { size: align_to(payload + largest.size, align), align };
        Self { layout, payload, discriminant }
    }

    /// Reads the number of the case.
    ///
    /// # Safety
    /// `at` is the address of a value of this layout.
    #[cfg(target_family = "wasm")]
    #[inline]
    pub unsafe fn load(self, at: *const u8) -> u32 {
        // SAFETY: the caller's promise; the discriminant is at the start and aligned.
        unsafe {
            match self.discriminant {
                1 => u32::from(*at),
                2 => u32::from(*at.cast::<u16>()),
                _ => *at.cast::<u32>(),
            }
        }
    }

    /// Writes the number of the case.
    ///
    /// # Safety
    /// `at` is the address of room for a value of this layout.
    #[cfg(target_family = "wasm")]
    #[inline]
    pub unsafe fn store(self, at: *mut u8, case: u32) {
        // SAFETY: as in `load`.
        unsafe {
            match self.discriminant {
                1 => *at = case as u8,
                2 => *at.cast::<u16>() = case as u16,
                _ => *at.cast::<u32>() = case,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_pad_fields_and_end() {
        let record = Record::of([Layout::scalar(1), Layout::scalar(8), Layout::scalar(2)]);
        assert_eq!(record.offsets, [0, 8, 16]);
        assert_eq!((record.layout.size, record.layout.align), (24, 8));
    }

    #[test]
    fn variants_join_their_payloads() {
        let variant = Variant::of(&[Layout::UNIT, Layout::scalar(4), Layout::scalar(8)]);
        assert_eq!((variant.discriminant, variant.payload), (1, 8));
        assert_eq!((variant.layout.size, variant.layout.align), (16, 8));
        let many = Variant::of(&[Layout::UNIT; 257]);
        assert_eq!((many.discriminant, many.layout.size), (2, 2));
    }
}
