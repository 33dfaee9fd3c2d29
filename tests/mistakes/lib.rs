//! Forty actions, and thirty mistakes of thirty kinds.

#![allow(dead_code)]

use ext_runtime::prelude::*;

/// A structure is no action. //~ EXT0901
#[ext_action]
pub struct NoAction;

/// Later.
#[ext_action]
pub async fn later() {} //~ EXT0902

/// Anything.
#[ext_action]
pub fn anything<T>(value: T) { //~ EXT0903
    drop(value);
}

/// A machine.
pub struct Machine;

impl Machine {
    /// A method.
    #[ext_action]
    pub fn method(&self) {} //~ EXT0904
}

/// Taken apart.
#[ext_action]
pub fn apart((a, b): (u8, u8)) -> u8 { //~ EXT0905
    a + b
}

/// Not in every build.
#[ext_action]
pub fn sometimes(#[cfg(debug_assertions)] level: u8) {} //~ EXT0906

/// Borrowed.
#[ext_action]
pub fn borrowed(text: &str) -> usize { //~ EXT0907
    text.len()
}

/// Nothing.
#[derive(ExtStructure)]
pub struct Nothing {} //~ EXT0908

/// Takes nothing.
#[ext_action]
pub fn nothing(value: Nothing) {
    drop(value);
}

/// Without names.
#[derive(ExtStructure)]
pub struct Pair(pub u8, pub u8); //~ EXT0909

/// Takes two.
#[ext_action]
pub fn pair(value: Pair) {
    drop(value);
}

/// A word that is none.
#[ext_action(colour = "red")] //~ EXT0910
pub fn coloured() {}

/// A limit of what?
#[ext_action(max = 3)] //~ EXT0911
pub fn limited() {}

/// Which one?
#[ext_action(title = "A", title = "B")] //~ EXT0912
pub fn titled() {}

/// How long?
#[ext_action]
pub fn long(#[ext(max_length = "long")] text: String) { //~ EXT0913
    drop(text);
}

/// Two fields.
#[derive(ExtStructure)]
#[ext(transparent)]
pub struct Glass { //~ EXT0914
    /// One.
    pub a: u8,
    /// Two.
    pub b: u8,
}

/// Looks through.
#[ext_action]
pub fn look(value: Glass) {
    drop(value);
}

/// Why not.
#[derive(Debug, ExtError)]
pub enum Refusal {
    /// No.
    #[ext(message = "{reason} says no")] //~ EXT0915
    No,
}

/// Refuses.
#[ext_action]
pub fn refuse() -> Result<(), Refusal> {
    Err(Refusal::No)
}

/// A name that means something else to others.
#[ext_action]
pub fn größe() -> u32 { //~ EXT0201
    1
}

/// A price.
#[ext_action]
pub fn price() -> u32 {
    1
}

/// Of others.
pub mod others {
    use ext_runtime::prelude::*;

    /// Another price.
    #[ext_action]
    pub fn price() -> u32 { //~ EXT0202
        2
    }
}

/// Names that are one in WIT.
#[ext_action]
pub fn one_in_wit(
    line_a: u8,
    #[allow(non_snake_case)] lineA: u8, //~ EXT0205
) -> u8 {
    line_a + lineA
}

/// In itself.
#[derive(ExtStructure)]
pub struct Node {
    /// What is below.
    pub children: Vec<Node>, //~ EXT0208
}

/// Takes a tree.
#[ext_action]
pub fn tree(node: Node) {
    drop(node);
}

#[ext_action]
pub fn unexplained() {} //~ EXT0215

/// A smallest text.
#[ext_action]
pub fn smallest(
    #[ext(min = 3)]
    text: String, //~ EXT0216
) {
    drop(text);
}

/// No number is large and small.
#[ext_action]
pub fn between(
    #[ext(min = 3, max = 2)]
    number: u8, //~ EXT0217
) -> u8 {
    number
}

/// An open bracket.
#[ext_action]
pub fn bracket(
    #[ext(pattern = "[a-z")]
    text: String, //~ EXT0218
) {
    drop(text);
}

/// A default that is too long.
#[ext_action]
pub fn euro(
    #[ext(default = "EURO", max_length = 3)]
    currency: String, //~ EXT0219
) {
    drop(currency);
}

/// An example that is too large.
#[ext_action]
pub fn exemplary(
    #[ext(example = 12, max = 10)]
    number: u8, //~ EXT0220
) -> u8 {
    number
}

/// A function of nothing.
#[ext_action(function)]
pub fn function() {} //~ EXT0221

/// Three names for two.
#[ext_action(outputs("net", "tax", "gross"))]
pub fn outputs() -> (u32, u32) { //~ EXT0222
    (1, 2)
}

/// One name in JSON.
#[ext_action]
pub fn json(
    first: u8,
    #[ext(rename = "first")]
    second: u8, //~ EXT0226
) -> u8 {
    first + second
}

/// Adds 1.
#[ext_action]
pub fn add_1(
    /// To what.
    number: u32,
) -> u32 {
    number + 1
}

/// Adds 2.
#[ext_action]
pub fn add_2(
    /// To what.
    number: u32,
) -> u32 {
    number + 2
}

/// Adds 3.
#[ext_action]
pub fn add_3(
    /// To what.
    number: u32,
) -> u32 {
    number + 3
}

/// Adds 4.
#[ext_action]
pub fn add_4(
    /// To what.
    number: u32,
) -> u32 {
    number + 4
}

/// Adds 5.
#[ext_action]
pub fn add_5(
    /// To what.
    number: u32,
) -> u32 {
    number + 5
}

/// Adds 6.
#[ext_action]
pub fn add_6(
    /// To what.
    number: u32,
) -> u32 {
    number + 6
}

/// Adds 7.
#[ext_action]
pub fn add_7(
    /// To what.
    number: u32,
) -> u32 {
    number + 7
}

/// Adds 8.
#[ext_action]
pub fn add_8(
    /// To what.
    number: u32,
) -> u32 {
    number + 8
}

/// Adds 9.
#[ext_action]
pub fn add_9(
    /// To what.
    number: u32,
) -> u32 {
    number + 9
}

/// Adds 10.
#[ext_action]
pub fn add_10(
    /// To what.
    number: u32,
) -> u32 {
    number + 10
}

/// Adds 11.
#[ext_action]
pub fn add_11(
    /// To what.
    number: u32,
) -> u32 {
    number + 11
}
