//! From `new` to a package that other tools read, as people type it.

use std::process::Command;

use ext_tests::{Said, Scratch, tool};

fn run(program: impl AsRef<std::ffi::OsStr>, arguments: &[&std::ffi::OsStr]) -> Said {
    Command::new(program).args(arguments).output().expect("the tool starts").into()
}

#[test]
fn a_new_extension_builds_tests_runs_and_publishes_at_once() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "hello", "--namespace", "acme"]).success();
    scratch.cargo("hello", &["test", "--quiet"]).success();

    let said = scratch.ext("hello", &["run", "greet", "--name", "Wörld"]).success();
    assert_eq!(said.out, "\"Hello, Wörld!\"\n");

    let said = scratch.ext("hello", &["publish"]).success();
    for stage in [
        "toolchain and project layout of hello v0.1.0",
        "Built",
        "Stored in",
        "Published acme:hello@0.1.0 (sha256:",
    ] {
        assert!(said.err.contains(stage), "`{stage}` is not in:\n{}", said.err);
    }
    // Nothing changed: recognised, and said.
    let said = scratch.ext("hello", &["publish"]).success();
    assert!(said.err.contains("Fresh acme:hello 0.1.0"), "{}", said.err);
    assert!(said.err.contains("Unchanged acme:hello@0.1.0 (sha256:"), "{}", said.err);
    assert!(!said.err.contains("Published"), "{}", said.err);
    let listed = scratch.ext("hello", &["list", "--available"]).success().out;
    assert!(listed.starts_with("acme:hello  0.1.0"), "{listed}");

    // The same version with other content is refused, and nothing is changed.
    scratch.edit("hello/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    scratch.ext("hello", &["publish"]).failure(1, "EXT0308");
    assert_eq!(scratch.ext("hello", &["list", "--available"]).success().out, listed);
    scratch.edit("hello/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    scratch.ext("hello", &["publish", "--offline"]).success();
    let listed = scratch.ext("hello", &["list", "--available"]).success().out;
    assert_eq!(listed.lines().count(), 2, "{listed}");

    // An old version can still be called.
    let old = ["run", "--from", "acme:hello@=0.1.0", "greet", "--json", "{\"name\": \"you\"}"];
    assert_eq!(scratch.ext("hello", &old).success().out, "\"Hello, you!\"\n");
}

#[test]
fn other_tools_read_what_is_published() {
    let scratch = Scratch::new();
    scratch
        .ext(
            "",
            &["new", "orders", "--namespace", "acme", "--template", "orders", "--database", "all"],
        )
        .success();
    scratch.ext("orders", &["publish"]).success();
    let said = scratch.ext("orders", &["run", "price_order", "--json", "@order.json"]).success();
    assert_eq!(said.out, "1800\n");

    let package = scratch.path().join("orders.wasm");
    scratch.ext("orders", &["package", "--output", package.to_str().expect("UTF-8")]).success();
    let wasm_tools = tool("EXT_TEST_WASM_TOOLS");
    run(&wasm_tools, &["validate".as_ref(), package.as_ref()]).success();
    let theirs =
        run(&wasm_tools, &["component".as_ref(), "wit".as_ref(), package.as_ref()]).success().out;
    let ours = scratch.ext("orders", &["inspect", "acme:orders", "--format", "wit"]).success().out;
    assert_eq!(ours.trim_end(), theirs.trim_end());
    assert!(theirs.contains("price-order: func(lines: list<line>, customer: option<customer>) -> result<u64, pricing-error>;"), "{theirs}");

    let from = format!("oci:{}:0.1.0", scratch.registry().join("acme/orders").display());
    let to = format!("oci:{}:copied", scratch.path().join("copy").display());
    run(tool("EXT_TEST_SKOPEO"), &["copy".as_ref(), from.as_ref(), to.as_ref()]).success();
    let raw = run(tool("EXT_TEST_SKOPEO"), &["inspect".as_ref(), "--raw".as_ref(), to.as_ref()])
        .success()
        .out;
    let manifest: serde_json::Value = serde_json::from_str(&raw).expect("a manifest");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "0.1.0");
}

#[test]
fn mistakes_are_reported_where_they_are() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "hello", "--namespace", "acme"]).success();
    scratch.ext("", &["new", "hello"]).failure(1, "is a cargo package already");
    scratch.ext("", &["new", "Hello-World"]).failure(2, "call it `hello-world`");
    scratch.ext("", &["new", "x", "--database", "dbase"]).failure(2, "EXT0107");
    scratch.ext("", &["build"]).failure(1, "EXT0405");
    scratch.ext("", &["bild"]).failure(2, "unrecognized subcommand");
    scratch
        .ext("hello", &["run", "gret"])
        .failure(1, "no action is named `gret`; there are: greet");
    scratch.ext("hello", &["run", "greet"]).failure(1, "`name` is missing");
    let said = scratch.ext("hello", &["run", "greet", "--help"]).success();
    assert!(said.out.contains("Usage: cargo ext run greet --name <string>"), "{}", said.out);
    // An option of `run` may stand on both sides of the arguments.
    scratch.ext("hello", &["run", "greet", "--name", "x", "--offline", "--color=never"]).success();
    let contradiction = ["run", "--debug", "greet", "--name", "x", "--profile", "release"];
    scratch.ext("hello", &contradiction).failure(2, "cannot be used with");
    scratch.ext("hello", &["run", "greet", "--nmae", "x"]).failure(2, "it has: --name");
    scratch.ext("hello", &["inspect", "acme:helo"]).failure(1, "EXT030");

    scratch.edit("hello/src/lib.rs", "/// Greets somebody.\n#[ext_action]", "mod other {\n    use super::*;\n    /// Another.\n    #[ext_action]\n    pub fn greet() {}\n}\n\n/// Greets somebody.\n#[ext_action]");
    let said = scratch.ext("hello", &["check"]).failure(1, "EXT0202");
    assert!(said.err.contains("two actions are named `greet`"), "{}", said.err);
    assert_eq!(said.err.matches("src/lib.rs:").count(), 2, "{}", said.err);

    scratch.edit(
        "hello/Cargo.toml",
        "namespace = \"acme\"",
        "namespace = \"Acme\"\ntitel = \"Hello\"",
    );
    let said = scratch.ext("hello", &["check"]).failure(1, "EXT0103");
    assert!(said.err.contains("EXT0105"), "{}", said.err);
    let line = scratch
        .read("hello/Cargo.toml")
        .lines()
        .position(|it| it.starts_with("namespace"))
        .expect("a line")
        + 1;
    assert!(said.err.contains(&format!("Cargo.toml:{line}:13")), "{}", said.err);
}

#[test]
fn workspaces_have_several_extensions() {
    let scratch = Scratch::new();
    std::fs::write(
        scratch.path().join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = []\n",
    )
    .expect("written");
    let said = scratch.ext("", &["new", "crates/first", "--namespace", "acme"]).success();
    assert!(said.err.contains("added to `members` in"), "{}", said.err);
    scratch.ext("", &["new", "crates/second", "--namespace", "acme", "--name", "next"]).success();
    let said = scratch.ext("", &["build"]).failure(2, "choose with `-p NAME`");
    assert!(said.err.contains("[EXT0406]") && said.err.contains("first, next"), "{}", said.err);
    // As cargo does at the root.
    std::fs::create_dir_all(scratch.path().join("crates/plain/src")).expect("a folder");
    std::fs::write(scratch.path().join("crates/plain/src/lib.rs"), "").expect("written");
    let plain = "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    std::fs::write(scratch.path().join("crates/plain/Cargo.toml"), plain).expect("written");
    let root = scratch.read("Cargo.toml");
    let defaults = |members: &str| {
        let members = format!("\ndefault-members = [{members}]\nmembers = [\"crates/plain\", ");
        let text = root.replacen("\nmembers = [", &members, 1);
        std::fs::write(scratch.path().join("Cargo.toml"), text).expect("written");
    };
    defaults("\"crates/first\", \"crates/plain\"");
    let said = scratch.ext("", &["build", "--message-format", "json"]).success();
    assert!(
        said.out.contains("\"acme:first\"") && !said.out.contains("\"acme:next\""),
        "{}",
        said.out
    );
    scratch.ext("", &["check", "-p", "plain"]).failure(1, "EXT0401");
    defaults("\"crates/first\", \"crates/second\"");
    scratch.ext("", &["run", "greet"]).failure(2, "not first, next");
    defaults("\"crates/plain\"");
    scratch.ext("", &["build"]).failure(1, "EXT0401");
    std::fs::write(scratch.path().join("Cargo.toml"), root).expect("written");
    let target = scratch.path().join("own target");
    let said = scratch
        .command(
            "",
            &[
                "build",
                "--workspace",
                "--message-format",
                "json",
                "--target-dir",
                target.to_str().expect("UTF-8"),
            ],
        )
        .output()
        .expect("cargo-ext starts");
    let said = Said::from(said).success();
    let built: Vec<serde_json::Value> = (said.out.lines())
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|message: &serde_json::Value| message["reason"] == "ext-artifact")
        .collect();
    let names: Vec<&str> = built.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["acme:first", "acme:next"]);
    for it in &built {
        let manifest =
            std::fs::read(it["manifest"].as_str().expect("a path")).expect("the manifest");
        let extension =
            ext_definition::model::Extension::from_json(&manifest).expect("a definition");
        assert_eq!(extension.actions[0].name, "greet");
        assert!(
            it["component"].as_str().expect("a path").starts_with(target.to_str().expect("UTF-8"))
        );
    }
    scratch.ext("", &["run", "-p", "next", "greet", "--name", "you"]).success();
    scratch.ext("crates/first", &["run", "greet", "--name", "you"]).success();
}

#[test]
fn adding_edits_only_what_it_must() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "hello", "--namespace", "acme"]).success();
    scratch.ext("hello", &["publish"]).success();
    scratch.cargo("", &["new", "--quiet", "shop"]).success();
    scratch.edit("shop/Cargo.toml", "[dependencies]", "# Mine.\n[dependencies]   # and mine");
    std::fs::write(
        scratch.path().join("shop/build.rs"),
        "fn main() {\n    println!(\"cargo::rerun-if-changed=x\");\n}\n",
    )
    .expect("written");

    scratch.ext("shop", &["add", "acme:helo"]).failure(1, "did you mean `acme:hello`?");
    scratch.ext("shop", &["add", "acme:hello@2"]).failure(1, "EXT0307");
    let before = scratch.read("shop/Cargo.toml");
    assert!(!scratch.path().join("shop/Ext.lock").exists());

    scratch.ext("shop", &["add", "acme:hello@0.1"]).success();
    let manifest = scratch.read("shop/Cargo.toml");
    assert!(manifest.contains("# Mine.\n[dependencies]   # and mine"), "{manifest}");
    assert!(manifest.contains("\"acme:hello\" = \"0.1\""), "{manifest}");
    let lock = scratch.read("shop/Ext.lock");
    assert!(
        lock.contains("name = \"acme:hello\"") && lock.contains("version = \"0.1.0\""),
        "{lock}"
    );
    let script = scratch.read("shop/build.rs");
    assert_eq!(
        script,
        "fn main() {\n    ext_build::client();\n    println!(\"cargo::rerun-if-changed=x\");\n}\n"
    );
    assert!(scratch.read("shop/extensions/acme-hello.json").contains("\"greet\""));
    // What is not locked shows as well.
    std::fs::remove_file(scratch.path().join("shop/Ext.lock")).expect("removed");
    let listed = scratch.ext("shop", &["list"]).success().out;
    assert!(listed.contains("acme:hello") && listed.contains("not in Ext.lock"), "{listed}");
    let listed = scratch.ext("hello", &["list"]).success().out;
    assert!(listed.contains("sha256:") && listed.contains("(this extension)"), "{listed}");
    std::fs::write(scratch.path().join("shop/Ext.lock"), &lock).expect("written");
    // Again: nothing is left to do.
    scratch.ext("shop", &["add", "acme:hello@0.1"]).success();
    assert_eq!((scratch.read("shop/Cargo.toml"), scratch.read("shop/Ext.lock")), (manifest, lock));
    let listed = scratch.ext("shop", &["list"]).success().out;
    assert!(
        listed.starts_with("acme:hello  0.1.0") && listed.contains("asked for 0.1"),
        "{listed}"
    );

    // What cannot be edited is left to its author, and nothing else is changed.
    std::fs::write(scratch.path().join("shop/build.rs"), "use std as main;\n").expect("written");
    scratch.ext("shop", &["add", "acme:hello@0.1"]).failure(1, "EXT0604");
    std::fs::write(scratch.path().join("shop/build.rs"), &script).expect("written");
    let manifest = scratch.read("shop/Cargo.toml");
    scratch.edit(
        "shop/Cargo.toml",
        "[package.metadata.ext.dependencies]\n\"acme:hello\" = \"0.1\"",
        "[package.metadata.ext]\ndependencies = 3",
    );
    scratch.ext("shop", &["add", "acme:hello@0.1"]).failure(1, "EXT0603");
    std::fs::write(scratch.path().join("shop/Cargo.toml"), &manifest).expect("written");

    scratch.ext("shop", &["remove", "acme:other"]).failure(1, "it uses: acme:hello");
    scratch.ext("shop", &["remove", "acme:hello"]).success();
    assert!(!scratch.read("shop/Cargo.toml").contains("acme:hello"));
    assert!(!scratch.path().join("shop/extensions/acme-hello.json").exists());
    assert!(before.contains("# Mine."));
}

#[test]
fn help_completions_and_man_pages() {
    let scratch = Scratch::new();
    for verb in
        ["new", "build", "check", "run", "inspect", "package", "publish", "add", "remove", "list"]
    {
        let help = scratch.ext("", &[verb, "--help"]).success().out;
        assert!(help.contains("Examples:") && help.contains("Usage: cargo ext"), "{help}");
    }
    assert!(scratch.ext("", &["completions", "bash"]).success().out.contains("publish"));
    // A reader that goes away early, such as `head`, is no reason to panic.
    let mut closed = scratch.command("", &["completions", "fish"]);
    closed.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = closed.spawn().expect("cargo-ext starts");
    drop(child.stdout.take());
    Said::from(child.wait_with_output().expect("it ends")).success();
    assert!(scratch.ext("", &["explain"]).success().out.contains("\nEXT0907  "));
    assert!(scratch.ext("", &["explain", "0907"]).success().out.starts_with("EXT0907: "));
    scratch.ext("", &["man", "pages"]).success();
    assert!(scratch.read("pages/cargo-ext-publish.1").contains("cargo"));
    scratch.ext("", &["doctor"]).success();
    // Without the word that cargo passes on.
    let bare =
        Command::new(ext_tests::cargo_ext()).arg("--version").output().expect("cargo-ext starts");
    assert!(bare.status.success());
}

/// Two worktrees, or two projects with one crate name: each gets its own code out of a target
/// folder for both, however they were built and whatever the times of their files say.
#[test]
fn projects_share_a_target_folder() {
    let scratch = Scratch::new();
    let target = scratch.path().join("shared target");
    // A name of its own: the tests' target folder has many crates named `hello`.
    let names = ["first", "second"];
    for folder in names {
        std::fs::create_dir(scratch.path().join(folder)).expect("a folder");
        scratch.ext(folder, &["new", "shared", "--namespace", folder]).success();
        let file = format!("{folder}/shared/src/lib.rs");
        scratch.edit(&file, "Hello, {name}!\")", &format!("{folder} {{name}}\")"));
    }
    let ext = |folder: &str, arguments: &[&str]| -> Said {
        let mut command = scratch.command(&format!("{folder}/shared"), arguments);
        command.env("CARGO_TARGET_DIR", &target).output().expect("cargo-ext starts").into()
    };
    let greet = |folder: &str| ext(folder, &["run", "greet", "--name", "x"]).success().out;
    for folder in ["first", "second", "first", "second"] {
        assert_eq!(greet(folder), format!("\"{folder} x\"\n"));
    }
    // Plain cargo leaves no record of whose files they are.
    let mut plain = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    plain.args(["build", "--lib", "--release", "--target", "wasm32-wasip2"]);
    plain.current_dir(scratch.path().join("first/shared")).env("CARGO_TARGET_DIR", &target);
    plain.env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", "--cfg=cargo_ext");
    // It needs the target in the active toolchain; then the module says whose it is.
    let plain = plain.output().expect("cargo starts");
    assert_eq!(greet("second"), "\"second x\"\n", "{plain:?}");
    std::thread::scope(|scope| {
        let each = names.map(|folder| {
            let ext = &ext;
            scope.spawn(move || ext(folder, &["publish"]).success())
        });
        each.into_iter().for_each(|it| drop(it.join().expect("published")));
    });
    for folder in names {
        let from = format!("{folder}:shared");
        let said = scratch.ext("", &["run", "--from", &from, "greet", "--name", "x"]).success();
        assert_eq!(said.out, format!("\"{folder} x\"\n"));
    }
    assert!(!scratch.path().join("first/shared/target").exists());

    // Of one name and version, as in worktrees: packages lie side by side.
    scratch.edit("second/shared/Cargo.toml", "namespace = \"second\"", "namespace = \"first\"");
    let package = |folder: &str| {
        let path = ext(folder, &["package"]).success().out;
        std::fs::read(path.trim_end()).expect("the package")
    };
    let first = package("first");
    assert!(first != package("second"));
    assert!(first == package("first"));
}

/// Settings for the host's builds neither break the build nor change the package.
#[test]
fn flags_of_the_host_stay_there() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "flagged", "--namespace", "acme"]).success();
    let digest = |variables: &[(&str, &str)]| {
        let mut command = scratch.command("flagged", &["package", "--output", "out.wasm"]);
        command.envs(variables.iter().copied());
        Said::from(command.output().expect("cargo-ext starts")).success();
        std::fs::read(scratch.path().join("flagged/out.wasm")).expect("the package")
    };
    let plain = digest(&[]);
    const LINKER: &str = "-C link-arg=-fuse-ld=mold -C target-cpu=native";
    for (name, value) in [
        ("RUSTFLAGS", LINKER),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-Wl,-z,relro\u{1f}-Ctarget-cpu=native"),
        ("CARGO_BUILD_RUSTFLAGS", LINKER),
        ("CARGO_BUILD_TARGET", "x86_64-unknown-linux-gnu"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_INCREMENTAL", "1"),
    ] {
        assert!(digest(&[(name, value)]) == plain, "{name}");
    }
    std::fs::create_dir(scratch.path().join("flagged/.cargo")).expect("a folder");
    let config = |text: &str| {
        std::fs::write(scratch.path().join("flagged/.cargo/config.toml"), text).expect("written");
    };
    config(&format!("[build]\nrustflags = \"{LINKER}\"\n"));
    assert!(digest(&[]) == plain);
    scratch.ext("flagged", &["check"]).success();
    // Flags for WebAssembly are the author's.
    config("[target.wasm32-wasip2]\nrustflags = \"-Copt-level=0\"\n");
    assert!(digest(&[]) != plain);
}

#[test]
fn a_dependency_that_does_not_build_is_named_with_its_path() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "native", "--namespace", "acme"]).success();
    for (name, dependency) in
        [("between", "[dependencies]\nzstd-sys = { path = \"../zstd-sys\" }"), ("zstd-sys", "")]
    {
        let folder = scratch.path().join(name);
        std::fs::create_dir_all(folder.join("src")).expect("a folder");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n{dependency}\n"
        );
        std::fs::write(folder.join("Cargo.toml"), manifest).expect("written");
        std::fs::write(folder.join("src/lib.rs"), "").expect("written");
    }
    // What the build script of a C library does without a C compiler for the target.
    let script = "fn main() { panic!(\"no compiler\") }";
    std::fs::write(scratch.path().join("zstd-sys/build.rs"), script).expect("written");
    let dependency = "[dependencies]\nbetween = { path = \"../between\" }\n";
    scratch.edit("native/Cargo.toml", "[dependencies]\n", dependency);
    for verb in ["build", "check"] {
        let said = scratch.ext("native", &[verb]).failure(1, "error[EXT0412]");
        for text in [
            "`zstd-sys v1.2.3` does not build for wasm32-wasip2",
            "native → between → zstd-sys needs it, and it compiles C",
            "`ruzstd`",
        ] {
            assert!(said.err.contains(text), "`{text}` is not in:\n{}", said.err);
        }
    }
}

/// A registry is a folder that people copy in and edit.
#[test]
fn a_package_is_taken_under_its_own_name_alone() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "named", "--namespace", "acme"]).success();
    scratch.ext("named", &["publish"]).success();
    let registry = scratch.registry();
    let (own, copy) = (registry.join("acme/named"), registry.join("other/good"));
    let blobs = "blobs/sha256";
    std::fs::create_dir_all(copy.join(blobs)).expect("a folder");
    for entry in std::fs::read_dir(own.join(blobs)).expect("the blobs") {
        let name = entry.expect("a blob").file_name();
        std::fs::copy(own.join(blobs).join(&name), copy.join(blobs).join(&name)).expect("copied");
    }
    for file in ["index.json", "oci-layout"] {
        std::fs::copy(own.join(file), copy.join(file)).expect("copied");
    }
    let index = std::fs::read_to_string(own.join("index.json")).expect("the index");
    std::fs::write(own.join("index.json"), index.replace("\"0.1.0\"", "\"9.9.9\""))
        .expect("written");

    scratch.cargo("", &["new", "--quiet", "app"]).success();
    for (package, version) in [("other:good", "0.1.0"), ("acme:named", "9.9.9")] {
        let message = format!("the registry stores `acme:named` 0.1.0 as `{package}` {version}");
        for (folder, arguments) in [
            ("", &["run", "--from", package, "greet", "--name", "x"][..]),
            ("", &["inspect", package]),
            ("", &["mcp", package]),
            ("app", &["add", package]),
        ] {
            let said = scratch.ext(folder, arguments).failure(1, "error[EXT0230]");
            assert!(said.err.contains(&message), "{arguments:?}: {}", said.err);
        }
    }
    assert!(!scratch.path().join("app/Ext.lock").exists());
}

/// Each mistake is said once, with a way out.
#[test]
fn one_mistake_is_one_message() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "mistaken", "--namespace", "acme"]).success();
    let lib = scratch.read("mistaken/src/lib.rs");
    let write = |text: &str| {
        std::fs::write(scratch.path().join("mistaken/src/lib.rs"), text).expect("written");
    };
    write(&format!(
        "{lib}\n/// Counts.\n#[ext_action]\npub fn count(\n    /// All.\n    all: Vec<usize>,\n) -> u32 {{\n    all.len() as u32\n}}\n\n\
         /// Holds.\npub struct Holder;\n\nimpl Holder {{\n    /// Gets.\n    #[ext_action]\n    pub fn get() -> u32 {{\n        1\n    }}\n}}\n"
    ));
    for verb in ["check", "build"] {
        let said = scratch.ext("mistaken", &[verb]).failure(1, "EXT0403").err;
        let times = |text: &str| said.matches(text).count();
        assert_eq!(times("cannot cross the boundary"), 1, "{said}");
        assert_eq!(times("= help: its size differs between platforms: use `u32`"), 1, "{said}");
        assert_eq!((times("[EXT0904]"), times("cannot find")), (1, 0), "{said}");
        assert_eq!(times("could not compile"), 0, "{said}");
    }

    // serde has no part in a call.
    let serde = "serde = { version = \"1\", features = [\"derive\"] }\n";
    scratch.edit("mistaken/Cargo.toml", "[dependencies]\n", &format!("[dependencies]\n{serde}"));
    write(&format!(
        "{lib}\n/// A line.\n#[derive(serde::Serialize, ExtStructure)]\n#[serde(rename_all = \"camelCase\")]\npub struct Line {{\n    /// Which.\n    #[serde(rename = \"article\")]\n    #[ext(rename = \"article\")]\n    pub sku: String,\n}}\n\n/// Takes a line.\n#[ext_action]\npub fn take(\n    /// Which.\n    line: Line,\n) -> String {{\n    line.sku\n}}\n"
    ));
    let said = scratch.ext("mistaken", &["check"]).success().err;
    assert_eq!(said.matches("warning[EXT0917]").count(), 1, "{said}");
    assert!(said.contains("`#[serde(rename_all)]`"), "{said}");

    // The runtime under another name.
    write(&lib.replace("ext_runtime", "ext"));
    scratch.edit("mistaken/Cargo.toml", "ext-runtime = {", "ext = { package = \"ext-runtime\",");
    let said = scratch.ext("mistaken", &["check"]).failure(1, "is called `ext` here");
    assert!(said.err.contains("extern crate ext as ext_runtime;"), "{}", said.err);
    write(&format!("{}\nextern crate ext as ext_runtime;\n", lib.replace("ext_runtime", "ext")));
    scratch.ext("mistaken", &["check"]).success();
}

/// What `run` takes and gives: flags of lists, permissions, files, fields in their order.
#[test]
fn actions_are_called_from_the_command_line() {
    let scratch = Scratch::new();
    scratch.ext("", &["new", "caller", "--namespace", "acme"]).success();
    let source = r#"//! Calls.

use ext_runtime::prelude::*;

/// Fields that are not in the order of the alphabet.
#[derive(ExtStructure)]
pub struct Shape {
    /// How wide.
    pub width: u32,
    /// How high.
    pub height: u32,
    /// Words.
    pub tags: Vec<String>,
}

/// Makes a shape.
#[ext_action]
pub fn shape(
    /// How wide and high.
    sizes: Vec<u32>,
    /// Words.
    tags: Option<Vec<String>>,
    /// A parameter with the name of an option.
    offline: Option<String>,
) -> Shape {
    let mut tags = tags.unwrap_or_default();
    tags.extend(offline);
    Shape { width: sizes[0], height: sizes[1], tags }
}

/// Gives bytes back.
#[ext_action]
pub fn bytes(
    /// Any.
    data: Vec<u8>,
) -> Vec<u8> {
    data
}

/// Gives a variable.
#[ext_action]
pub fn region() -> String {
    std::env::var("REGION").unwrap_or_default()
}
"#;
    std::fs::write(scratch.path().join("caller/src/lib.rs"), source).expect("written");
    scratch.edit(
        "caller/Cargo.toml",
        "namespace = \"acme\"\n",
        "namespace = \"acme\"\npermissions = { environment = [\"REGION\"] }\n",
    );
    let run = |words: &[&str]| scratch.ext("caller", &[&["run"], words].concat());
    let said = run(&["shape", "--sizes", "3", "--sizes", "2", "--tags", "b", "--tags=a"]).success();
    assert_eq!(
        said.out,
        "{\n  \"width\": 3,\n  \"height\": 2,\n  \"tags\": [\n    \"b\",\n    \"a\"\n  ]\n}\n"
    );
    // One word may be a whole list; the action's parameter hides the option.
    let said = run(&["shape", "--sizes", "[3, 2]", "--offline", "x"]).success();
    assert!(said.out.contains("\"x\""), "{}", said.out);
    run(&["shape", "--sizes", "[3, 2]", "--offline", "x", "--offline", "y"])
        .failure(2, "`--offline` is given 2 times");

    let file = scratch.path().join("caller/data");
    std::fs::write(&file, [0, 255, 10]).expect("written");
    let said = run(&["bytes", "--data", "@data", "--output", "copy"]).success();
    assert_eq!(said.out, "");
    let copy = std::fs::read(scratch.path().join("caller/copy")).expect("the copy");
    assert_eq!(copy, [0, 255, 10]);

    let region = |words: &[&str]| -> Said {
        let words = [&["run"], words].concat();
        scratch.command("caller", &words).env("REGION", "eu").output().expect("it starts").into()
    };
    assert_eq!(region(&["region"]).success().out, "\"\"\n");
    assert_eq!(region(&["region", "--grant", "environment:REGION"]).success().out, "\"eu\"\n");
    region(&["region", "--grant", "anything"]).failure(2, "EXT0502");

    let said = scratch.ext("caller", &["publish", "--debug"]).success();
    assert!(said.err.contains("warning[EXT0413]"), "{}", said.err);
}
