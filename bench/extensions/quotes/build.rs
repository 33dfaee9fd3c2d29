fn main() {
    ext_build::extension();
}
