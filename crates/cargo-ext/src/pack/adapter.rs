//! The adapters: from a flattened signature to an action's arguments in memory, and back
//! (component model, `CanonicalABI.md`, "Flattening", "Lifting Flat Values" and "Lowering
//! Flat Values").

use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wit_parser::abi::{AbiVariant, FlatTypes, WasmType};
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

/// An action to adapt.
pub struct Action<'a> {
    /// Its signature.
    pub function: &'a wit_parser::Function,
    /// The export of the uniform function.
    pub symbol: &'a str,
    /// The export that the Canonical ABI asks for.
    pub export: String,
}

/// Indices of the functions that adapters call.
#[derive(Clone, Copy)]
pub struct Shared {
    /// `ext:arguments`
    pub arguments: u32,
    /// `ext:free`
    pub free: u32,
}

/// An adapter's code and type.
pub struct Adapter {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
    pub code: Function,
    /// Whether the result owns memory that the host has to give back after reading it.
    pub result_owns: bool,
}

/// Writes the adapter that calls the uniform function `run`.
pub fn adapter(
    action: &Action,
    run: u32,
    shared: Shared,
    resolve: &Resolve,
    sizes: &SizeAlign,
) -> Adapter {
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, action.function);
    let params: Vec<ValType> = signature.params.iter().copied().map(val_type).collect();
    let results: Vec<ValType> = signature.results.iter().copied().map(val_type).collect();
    let types: Vec<&Type> = action.function.params.iter().map(|param| &param.ty).collect();
    let area = params.len() as u32;
    let answer = area + 1;
    let mut writer = Writer {
        resolve,
        sizes,
        code: Function::new([(2, ValType::I32)]),
        slots: &params,
        next: 0,
        area,
    };
    if types.is_empty() {
        writer.op(Instruction::I32Const(0));
        writer.op(Instruction::Call(run));
        writer.op(Instruction::LocalSet(answer));
    } else if signature.indirect_params {
        let whole = sizes.record(types.iter().copied());
        writer.op(Instruction::LocalGet(0));
        writer.op(Instruction::Call(run));
        writer.op(Instruction::LocalSet(answer));
        writer.op(Instruction::LocalGet(0));
        writer.op(Instruction::I32Const(whole.size.size_wasm32() as i32));
        writer.op(Instruction::I32Const(whole.align.align_wasm32() as i32));
        writer.op(Instruction::Call(shared.free));
    } else {
        writer.op(Instruction::Call(shared.arguments));
        writer.op(Instruction::LocalSet(area));
        for (offset, ty) in sizes.field_offsets(types.iter().copied()) {
            writer.store(ty, offset.size_wasm32() as u64);
        }
        writer.op(Instruction::LocalGet(area));
        writer.op(Instruction::Call(run));
        writer.op(Instruction::LocalSet(answer));
    }
    if signature.retptr {
        writer.op(Instruction::LocalGet(answer));
    } else if let Some(result) = &action.function.result {
        writer.load(result, answer, 0);
    }
    writer.op(Instruction::End);
    let result_owns =
        signature.retptr && action.function.result.as_ref().is_some_and(|ty| owns(resolve, ty));
    let code = writer.code;
    Adapter { params, results, code, result_owns }
}

/// Whether values of a type have memory besides their own place.
fn owns(resolve: &Resolve, ty: &Type) -> bool {
    match ty {
        Type::String => true,
        Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::List(_) => true,
            kind => children(kind).iter().any(|child| owns(resolve, child)),
        },
        _ => false,
    }
}

fn children(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Type(ty) => vec![*ty],
        kind => cases(kind)
            .map_or_else(Vec::new, |cases| cases.payloads.into_iter().flatten().collect()),
    }
}

/// A variant, an enum, an option or a result: all are variants.
struct Cases {
    tag: Int,
    payloads: Vec<Option<Type>>,
}

fn cases(kind: &TypeDefKind) -> Option<Cases> {
    Some(match kind {
        TypeDefKind::Variant(variant) => Cases {
            tag: variant.tag(),
            payloads: variant.cases.iter().map(|case| case.ty).collect(),
        },
        TypeDefKind::Enum(it) => Cases { tag: it.tag(), payloads: vec![None; it.cases.len()] },
        TypeDefKind::Option(ty) => Cases { tag: Int::U8, payloads: vec![None, Some(*ty)] },
        TypeDefKind::Result(result) => {
            Cases { tag: Int::U8, payloads: vec![result.ok, result.err] }
        }
        _ => return None,
    })
}

fn val_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

struct Writer<'a> {
    resolve: &'a Resolve,
    sizes: &'a SizeAlign,
    code: Function,
    /// Types of the flat parameters.
    slots: &'a [ValType],
    /// The flat parameter to take next.
    next: usize,
    /// The local with the address of the arguments.
    area: u32,
}

impl Writer<'_> {
    fn op(&mut self, instruction: Instruction) {
        self.code.instruction(&instruction);
    }

    fn kind(&self, id: wit_parser::TypeId) -> &TypeDefKind {
        &self.resolve.types[id].kind
    }

    /// Stores the next flat parameters as a value of type `ty`, `offset` bytes into the area.
    fn store(&mut self, ty: &Type, offset: u64) {
        let Type::Id(id) = ty else {
            return match ty {
                Type::String => self.store_sequence(offset),
                scalar => self.store_scalar(scalar, offset),
            };
        };
        let kind = self.kind(*id).clone();
        match &kind {
            TypeDefKind::List(_) => self.store_sequence(offset),
            TypeDefKind::Record(_) | TypeDefKind::Tuple(_) => {
                let fields = children(&kind);
                for (at, ty) in self.sizes.field_offsets(&fields) {
                    self.store(ty, offset + at.size_wasm32() as u64);
                }
            }
            TypeDefKind::Type(alias) => self.store(alias, offset),
            kind => match cases(kind) {
                Some(cases) => self.store_variant(ty, &cases, offset),
                // `ext_definition::wit` renders no other kinds.
                None => self.op(Instruction::Unreachable),
            },
        }
    }

    fn store_sequence(&mut self, offset: u64) {
        self.store_scalar(&Type::U32, offset);
        self.store_scalar(&Type::U32, offset + 4);
    }

    fn store_scalar(&mut self, ty: &Type, offset: u64) {
        let slot = self.next;
        self.next += 1;
        self.op(Instruction::LocalGet(self.area));
        let at = |align| MemArg { offset, align, memory_index: 0 };
        let (wanted, store) = match ty {
            Type::Bool | Type::U8 | Type::S8 => (ValType::I32, Instruction::I32Store8(at(0))),
            Type::U16 | Type::S16 => (ValType::I32, Instruction::I32Store16(at(1))),
            Type::U64 | Type::S64 => (ValType::I64, Instruction::I64Store(at(3))),
            Type::F32 => (ValType::F32, Instruction::F32Store(at(2))),
            Type::F64 => (ValType::F64, Instruction::F64Store(at(3))),
            _ => (ValType::I32, Instruction::I32Store(at(2))),
        };
        self.get(slot, wanted);
        self.op(store);
    }

    /// Pushes a flat parameter as a type that it was joined from.
    fn get(&mut self, slot: usize, wanted: ValType) {
        self.op(Instruction::LocalGet(slot as u32));
        match (self.slots[slot], wanted) {
            (ValType::I32, ValType::F32) => self.op(Instruction::F32ReinterpretI32),
            (ValType::I64, ValType::I32) => self.op(Instruction::I32WrapI64),
            (ValType::I64, ValType::F32) => {
                self.op(Instruction::I32WrapI64);
                self.op(Instruction::F32ReinterpretI32);
            }
            (ValType::I64, ValType::F64) => self.op(Instruction::F64ReinterpretI64),
            _ => {}
        }
    }

    fn store_variant(&mut self, ty: &Type, cases: &Cases, offset: u64) {
        let tag = self.next;
        let end = self.next + self.flat_len(ty);
        self.store_scalar(&tag_type(cases.tag), offset);
        let payload =
            self.sizes.payload_offset(cases.tag, cases.payloads.iter().map(Option::as_ref));
        let payload = offset + payload.size_wasm32() as u64;
        let with_data: Vec<(usize, &Type)> = (cases.payloads.iter().enumerate())
            .filter_map(|(number, ty)| Some((number, ty.as_ref()?)))
            .collect();
        // With one case that has data there is no choice to make: what is stored for the
        // others is never read.
        let choice = with_data.len() > 1;
        for (number, ty) in with_data {
            if choice {
                self.get(tag, ValType::I32);
                self.op(Instruction::I32Const(number as i32));
                self.op(Instruction::I32Eq);
                self.op(Instruction::If(BlockType::Empty));
            }
            self.next = tag + 1;
            self.store(ty, payload);
            if choice {
                self.op(Instruction::End);
            }
        }
        self.next = end;
    }

    fn flat_len(&self, ty: &Type) -> usize {
        let mut room = [WasmType::I32; 16];
        let mut flat = FlatTypes::new(&mut room);
        self.resolve.push_flat(ty, &mut flat);
        flat.to_vec().len()
    }

    /// Pushes the one flat value of type `ty` that is `offset` bytes behind a local.
    fn load(&mut self, ty: &Type, from: u32, offset: u64) {
        if let Type::Id(id) = ty {
            let kind = self.kind(*id).clone();
            return match &kind {
                TypeDefKind::Type(alias) => self.load(alias, from, offset),
                kind => match (cases(kind), children(kind).first()) {
                    (Some(cases), _) => self.load(&tag_type(cases.tag), from, offset),
                    (None, Some(only)) => self.load(only, from, offset),
                    (None, None) => self.op(Instruction::Unreachable),
                },
            };
        }
        self.op(Instruction::LocalGet(from));
        let at = |align| MemArg { offset, align, memory_index: 0 };
        self.op(match ty {
            Type::Bool | Type::U8 => Instruction::I32Load8U(at(0)),
            Type::S8 => Instruction::I32Load8S(at(0)),
            Type::U16 => Instruction::I32Load16U(at(1)),
            Type::S16 => Instruction::I32Load16S(at(1)),
            Type::U64 | Type::S64 => Instruction::I64Load(at(3)),
            Type::F32 => Instruction::F32Load(at(2)),
            Type::F64 => Instruction::F64Load(at(3)),
            _ => Instruction::I32Load(at(2)),
        });
    }
}

fn tag_type(tag: Int) -> Type {
    match tag {
        Int::U8 => Type::U8,
        Int::U16 => Type::U16,
        Int::U32 | Int::U64 => Type::U32,
    }
}
