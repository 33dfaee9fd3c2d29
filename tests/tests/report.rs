//! The application `report`: a workbook written by openpyxl goes in, and openpyxl reads
//! what comes out.

use std::path::Path;
use std::process::Command;

use ext_tests::{Said, Scratch, root, tool};

const CHECK: &str = r##"
import sys
from openpyxl import load_workbook

# The values, as a program stored them: an error is a formula that gives it.
book = load_workbook(sys.argv[1], data_only=True)
assert book.sheetnames == ["By customer and month", "Projects", "Financing"], book.sheetnames
totals = list(book["By customer and month"].iter_rows(values_only=True))
assert totals[0][0] == "Customer" and totals[0][-1] == "Total", totals[0]
assert totals[-1][0] == "Total" and len(totals) == 7, totals
source = load_workbook(sys.argv[2])["Orders"]
expected = sum(row[3] * row[4] for row in source.iter_rows(min_row=2, values_only=True))
assert abs(totals[-1][-1] - expected) < 1e-6, (totals[-1][-1], expected)
projects = {row[0]: row for row in book["Projects"].iter_rows(min_row=2, values_only=True)}
assert abs(projects["Warehouse"][2] - 0.0866) < 5e-5, projects
assert abs(projects["Web shop"][1] - 1922.06) < 5e-3, projects
assert projects["Certification"][2] == "#N/A", projects
schedule = list(book["Financing"].iter_rows(min_row=2, values_only=True))
assert len(schedule) == 36 and schedule[-1][4] == 0, schedule[-1]
assert abs(sum(row[3] for row in schedule) - 60000) < 1e-6
print("as expected")
"##;

#[test]
fn reads_computes_and_writes_workbooks() {
    let scratch = Scratch::new();
    let manifest = root().join("Cargo.toml");
    let manifest = manifest.to_str().expect("UTF-8");
    let publish = ["publish", "--manifest-path", manifest, "-p", "finance", "-p", "spreadsheet"];
    let mut command = scratch.command("", &publish);
    // The repository's own target folder, where both are built anyway.
    command.env("CARGO_TARGET_DIR", root().join("target"));
    Said::from(command.output().expect("cargo-ext starts")).success();

    let source = root().join("examples/report");
    for file in ["Cargo.toml", "src/main.rs", "data/orders.xlsx", "data/orders-calculated.xlsx"] {
        copy(&source.join(file), &scratch.path().join("report").join(file));
    }
    copy(&root().join("Cargo.lock"), &scratch.path().join("report/Cargo.lock"));
    scratch.ext("report", &["add", "example:finance", "example:spreadsheet"]).success();

    for input in ["data/orders.xlsx", "data/orders-calculated.xlsx"] {
        let said =
            scratch.cargo("report", &["run", "--quiet", "--", input, "report.xlsx"]).success();
        assert!(said.out.contains("60 orders"), "{}", said.out);
        let report = scratch.path().join("report");
        let output = Command::new(tool("EXT_TEST_PYTHON"))
            .args(["-c", CHECK])
            .arg(report.join("report.xlsx"))
            .arg(report.join("data/orders.xlsx"))
            .output()
            .expect("Python starts");
        assert_eq!(Said::from(output).success().out, "as expected\n");
    }

    // Another package under the locked version is refused, and so is a missing registry.
    scratch.edit("report/Ext.lock", "digest = \"sha256:", "digest = \"sha256:00000000");
    let lock = scratch.read("report/Ext.lock");
    let at = lock.find("sha256:00000000").expect("the edit") + "sha256:".len();
    let mut wrong = lock.clone();
    wrong.replace_range(at + 64..at + 72, "");
    std::fs::write(scratch.path().join("report/Ext.lock"), wrong).expect("written");
    let said = scratch.cargo("report", &["run", "--quiet"]);
    assert_ne!(said.code, 0);
    assert!(said.err.contains("should be sha256:00000000"), "{}", said.err);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    std::fs::copy(from, to).expect("a copy");
}
