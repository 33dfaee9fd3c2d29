//! What types of C# become, and their default values.

use super::{is_rust, of};

#[test]
fn enums_keep_their_cases() {
    let text = r#"
        namespace Acme;
        [OSInterface] public interface IA {
            void Paint(Color color, Color? other = null, Color third = Color.DeepBlue, List<Color> all = null);
            Lonely Find(Kind.Inner kind, Empty empty, Access access = 0);
        }
        /// <summary>What it looks like.</summary>
        public enum Color {
            /// <summary>Like fire.</summary>
            Red,
            [Description("blue")] DEEP_BLUE, DeepBlue = 7, Self, None
        }
        [Flags] public enum Access : byte { Read = 1, Write = 1 << 1, @class = 4 }
        public class Kind { public enum Inner { String, Ok, _3D } }
        public enum Empty { }
        public enum Unused { A }
        [OSStructure] public struct Lonely {
            [OSStructureField(DefaultValue = "Red")] public Color Color;
        }"#;
    let found = of(&[("a.cs", text)]).expect("a library");
    is_rust(&found.source);
    for expected in [
        "/// What it looks like.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ExtEnum)]\n\
         pub enum Color {\n    /// Like fire.\n    Red,\n    DeepBlue,\n    DeepBlue2,\n    SelfValue,\n    None,\n}",
        "    color: Color,\n    other: Option<Color>,\n    #[ext(default = Color::DeepBlue2)] third: Color,\n    #[ext(default = [])] all: Vec<Color>,",
        "pub enum Inner {\n    String,\n    Ok,\n    N3D,\n}",
        "kind: Inner,\n    empty: String,\n    #[ext(default = Access::Read)] access: Access,\n) -> Lonely {",
        "    #[ext(default = Color::Red)]\n    pub color: Color,",
    ] {
        assert!(found.source.contains(expected), "{expected}\n\n{}", found.source);
    }
    assert!(!found.source.contains("Unused"));
    for expected in [
        "with 2 actions, 3 enums and 1 structure.",
        "`Access` is a set of flags in C#; a value has one case here",
        "`Access` has numbers in C#, which its cases lose: `Read = 1`, `class = 4`",
        "`Empty` has no cases; where it is used stands a text",
    ] {
        assert!(found.report.contains(expected), "{expected}\n\n{}", found.report);
    }
}

#[test]
fn dictionaries_are_maps() {
    let text = r#"
        [OSInterface] public interface IA {
            Dictionary<string, decimal> Sum(IDictionary<string, string>? labels,
                System.Collections.Generic.IReadOnlyDictionary<int, List<Item>> items,
                Dictionary<Color, Dictionary<long, byte[]>> nested,
                Dictionary<double, string> odd, IDictionary<string, object> loose);
        }
        public enum Color { Red }
        [OSStructure] public struct Item { public Dictionary<string, Item> Inner; public Guid Id; }"#;
    let found = of(&[("a.cs", text)]).expect("a library");
    is_rust(&found.source);
    for expected in [
        "use std::collections::BTreeMap;\n\nuse ext_runtime::prelude::*;",
        "    labels: BTreeMap<String, String>,\n    items: BTreeMap<i32, Vec<Item>>,\n    \
         nested: BTreeMap<Color, BTreeMap<i64, Vec<u8>>>,\n    odd: String,\n    \
         loose: BTreeMap<String, String>,\n) -> BTreeMap<String, Decimal> {",
        "pub inner: String,",
    ] {
        assert!(found.source.contains(expected), "{expected}\n\n{}", found.source);
    }
    assert_eq!(found.features, ["decimal", "uuid"]);
    for expected in [
        "`Sum.odd` is `Dictionary<double, string>` in C#",
        "`Sum.loose` is `IDictionary<string, object>` in C#",
        "`Item.Inner` leads back to `Item`",
    ] {
        assert!(found.report.contains(expected), "{expected}\n\n{}", found.report);
    }
}

#[test]
fn what_dotnet_has_becomes_what_rust_has() {
    let text = r#"
        [OSInterface] public interface IA {
            Stream Send(Uri target, TimeSpan patience, JsonElement more, ReadOnlyMemory<byte> body,
                List<KeyValuePair<string, string>> headers, (int Low, long High) range,
                CancellationToken stop = default, ILogger<IA> log = null);
            void Left(string text = null, DateTime when = default, byte[] data = null!, List<int> all = null,
                int number = default, bool flag = default, int most = int.MaxValue, int bits = 0b11, char c = 'x');
            decimal FakeLatitude(int seed = 0);
            IAsyncEnumerable<string> Later(Tuple<S, int> odd, Queue<S> all);
            static string Helper() => "";
        }
        [OSStructure] public struct S { public string qRCode; }"#;
    let found = of(&[("a.cs", text)]).expect("a library");
    is_rust(&found.source);
    for expected in [
        "    target: Url,\n    patience: Duration,\n    more: Json,\n    body: Vec<u8>,\n    \
         headers: Vec<(String, String)>,\n    range: (i32, i64),\n) -> Vec<u8> {",
        "    text: Option<String>,\n    when: Option<DateTime>,\n    data: Option<Vec<u8>>,\n    \
         #[ext(default = [])] all: Vec<i32>,\n    #[ext(default = 0)] number: i32,\n    \
         #[ext(default = false)] flag: bool,\n    #[ext(default = 2147483647)] most: i32,\n    \
         #[ext(default = 3)] bits: i32,\n    #[ext(default = 'x')] c: char,\n",
        "pub fn fake_latitude(#[ext(default = 0)] seed: i32) -> Decimal {",
        "pub fn later(odd: String, all: Vec<S>) -> Vec<String> {",
        "pub qr_code: String,",
    ] {
        assert!(found.source.contains(expected), "{expected}\n\n{}", found.source);
    }
    assert_eq!((found.actions, found.features.len()), (4, 4));
    assert!(
        found.report.contains("`Send.stop` is `CancellationToken` in C#, which no caller gives")
    );
    assert!(!found.report.contains("Default values"), "{}", found.report);
}

/// Lists of basic types, and names that are hashes where the platform found them too long.
#[test]
fn generated_names_come_in_several_forms() {
    let text = r#"
        public interface IssX {
            void MssA(BasicTypeList<string> ssTexts, out BasicTypeList<long> ssIds, RL_00112233445566778899aabbccddeeff ssAll,
                RC_00112233445566778899aabbccddeeff ssOne, RL_ff112233445566778899aabbccddee00 ssGone, RLPlainList ssPlain);
        }
        public class RL_00112233445566778899aabbccddeeff: GenericRecordList<RC_00112233445566778899aabbccddeeff>, IEnumerable { }
        public class RLPlainList: BasicTypeList<int> { }
        public struct RC_00112233445566778899aabbccddeeff { public ST_00112233445566778899aabbccddeeffStructure ssSTPlace; }
        /// <summary>
        /// [Structure] PlaceOnEarth (4rSXqWCNxkekV3WCTCA29w) <code>ST_00112233445566778899aabbccddeeffStructure</code> that represen
        /// ts <code>PlaceOnEarth</code> <p>Description: A place</p>
        /// </summary>
        // Name: PlaceOnEarth

        public struct ST_00112233445566778899aabbccddeeffStructure {
            public BasicTypeList<string> ssNames; public string ssMail; public DateTime ssDay; public bool ssOpen;
            public ST_00112233445566778899aabbccddeeffStructure() {
                ssNames = new BasicTypeList<string>(); ssMail = ""; ssDay = new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc); ssOpen = true;
            }
            public void Read(DbDataReader r, ref int index) {
                ssMail = r.ReadEmail(index++, "PlaceOnEarth.Mail", ""); ssDay = r.ReadDate(index++, "PlaceOnEarth.Day", new DateTime(1900, 1, 1));
            }
        }"#;
    let found = of(&[("a.cs", text)]).expect("a library");
    is_rust(&found.source);
    for expected in [
        "/// A place\n#[derive(Debug, Clone, PartialEq, ExtStructure)]\npub struct PlaceOnEarth {\n    pub names: Vec<String>,\n    pub mail: Email,\n    pub day: Date,\n    #[ext(default = true)]\n    pub open: bool,\n}",
        "    texts: Vec<String>,\n    all: Vec<PlaceOnEarth>,\n    one: PlaceOnEarth,\n    gone: Vec<String>,\n    plain: Vec<i32>,\n) -> Vec<i64> {",
    ] {
        assert!(found.source.contains(expected), "{expected}\n\n{}", found.source);
    }
}

#[test]
fn what_is_said_of_fields_counts_and_what_is_not_is_noted() {
    let text = r#"
        [OSInterface] public interface IA { void B(Claim claim); }
        [OSStructure(Description = "")] public struct Claim {
            [OSStructureField(Description = "", IsMandatory = true, Length = 0, Decimals = 0)] public string Name;
            [OSStructureField(Length = 5)] public string Code;
            [OSStructureField(Decimals = 0)] public decimal Whole;
            public string Empty { get; set; } = "";
            public int? Priority = 5;
        }"#;
    let found = of(&[("a.cs", text)]).expect("a library");
    let expected = "pub struct Claim {\n    pub name: String,\n    #[ext(max_length = 5)]\n    \
                    pub code: String,\n    #[ext(decimals = 0)]\n    pub whole: Decimal,\n    pub empty: String,\n    \
                    pub priority: Option<i32>,\n}";
    assert!(found.source.contains(expected), "{}", found.source);
    assert_eq!(found.notes, 1, "{}", found.report);
    assert!(found.report.contains("`Claim.Priority` is `5` in C# until it is set"));
}
