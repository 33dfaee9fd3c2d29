//! The codes of everything that `cargo ext` complains about: each stands for one kind of
//! mistake, forever.
//!
//! | range | about |
//! |---|---|
//! | `EXT01xx` | the package manifest: `[package.metadata.ext]` |
//! | `EXT02xx` | the definition: actions and types |
//! | `EXT03xx` | the registry and the lock file (in `ext-registry`) |
//! | `EXT04xx` | building and packing |
//! | `EXT05xx` | calls |
//! | `EXT06xx` | applications and their extensions |
//! | `EXT07xx` | migration from other platforms |
//! | `EXT08xx` | edits of an extension's source |
//! | `EXT09xx` | annotated items, as the macros see them |
//! | `EXT10xx` | the platform server |

/// The code of a text, if there is one.
pub fn find(text: &str) -> Option<Code> {
    ALL.iter().map(|(code, _)| *code).find(|code| code.0 == text)
}

/// A paragraph or several for each code, also for those of the registry, behind a line with the
/// code alone.
pub const EXPLANATIONS: &str = include_str!("explanations.txt");

/// What a code means, and what to do about it.
pub fn explanation(code: &str) -> Option<&'static str> {
    let at = EXPLANATIONS.find(&format!("{code}\n"))?;
    let text = &EXPLANATIONS[at + code.len() + 1..];
    Some(text.find("\nEXT").map_or(text, |end| &text[..end]).trim_end())
}

/// The codes that can be lived with.
pub const WARNINGS: &[Code] = &[
    DESCRIPTION_MISSING,
    TYPE_UNUSED,
    PERMISSION_UNUSED,
    PERMISSION_MISSING,
    DEBUG_BUILD,
    SERDE_ATTRIBUTE,
    SYNC_KEPT,
    SYNC_BY_HAND,
];

/// A code, such as `EXT0203`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "model", derive(serde::Serialize))]
#[cfg_attr(feature = "model", serde(transparent))]
pub struct Code(pub &'static str);

impl Code {
    /// What it stands for.
    pub fn title(self) -> &'static str {
        ALL.iter().find(|(code, _)| *code == self).map_or("", |(_, title)| title)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal: $title:literal;)*) => {
        $(#[doc = concat!($title, ".")] pub const $name: Code = Code($code);)*

        /// Every code with what it stands for.
        pub const ALL: &[(Code, &str)] = &[$((Code($code), $title)),*];
    };
}

codes! {
    MANIFEST_UNREADABLE = "EXT0101": "Cargo.toml cannot be read as TOML";
    NAMESPACE_MISSING = "EXT0102": "the package manifest names no namespace";
    NAMESPACE_MALFORMED = "EXT0103": "a namespace that no package can have";
    NAME_MALFORMED = "EXT0104": "a name that no package can have";
    KEY_UNKNOWN = "EXT0105": "a key of the package manifest that nobody knows";
    VALUE_TYPE = "EXT0106": "a value of the package manifest has another type";
    DATABASE_UNKNOWN = "EXT0107": "a database that nobody knows";
    PERMISSION_MALFORMED = "EXT0108": "a permission that cannot be asked for";
    CRATE_TYPE = "EXT0109": "an extension's library is no cdylib";
    TEXT_MALFORMED = "EXT0110": "a text of the package manifest that is too long or unreadable";
    WORD_MALFORMED = "EXT0111": "a keyword or category that no package can have";
    ADDRESS_MALFORMED = "EXT0112": "an address that is no page on the web";
    LIMIT_MALFORMED = "EXT0113": "a limit that cannot be asked for";
    VERSION_MALFORMED = "EXT0114": "a version that is not semantic";
    PATTERN_OF_FILES = "EXT0115": "a pattern that no file can have";
    FILE_MISSING = "EXT0116": "a file that the package names is not there";
    FILE_OUTSIDE = "EXT0117": "a file of the package is outside its folder";
    FILE_NAME = "EXT0118": "a file with a name that no package can have";
    FILES_TOO_LARGE = "EXT0119": "a package with too many files, or too large ones";
    ICON_MALFORMED = "EXT0120": "an icon that is no PNG or SVG picture";
    FILES_CORRUPT = "EXT0121": "the files of a package cannot be read";
    RESOURCE_UNKNOWN = "EXT0122": "an action reads a resource that does not ship";
    PERMISSION_UNUSED = "EXT0123": "a permission is asked for and not used";
    PERMISSION_MISSING = "EXT0124": "something is used without the permission for it";

    ELEMENT_NAME = "EXT0201": "a name that no element can have";
    DUPLICATE_ACTION = "EXT0202": "two actions have one name";
    DUPLICATE_TYPE = "EXT0203": "two types have one name";
    UNIT_POSITION = "EXT0204": "the unit type somewhere else than as a result";
    DUPLICATE_PART = "EXT0205": "two parameters, fields or cases have one name";
    TYPE_DIFFERS = "EXT0206": "one type is described in two ways";
    TYPE_MISSING = "EXT0207": "a type is used and not described";
    NESTING = "EXT0208": "types are nested too deeply, or in themselves";
    NO_ACTION = "EXT0209": "an extension without actions";
    FORMAT = "EXT0210": "the definition is in another format";
    NO_PACKAGE = "EXT0211": "the artifact has no package manifest";
    NO_DEFINITION = "EXT0212": "the artifact has no definition";
    DEFINITION_CORRUPT = "EXT0213": "the definition cannot be read";
    TOO_LARGE = "EXT0214": "the definition is too large";
    DESCRIPTION_MISSING = "EXT0215": "an element without a description";
    RULE_TYPE = "EXT0216": "a rule that the type cannot keep";
    RULE_EMPTY = "EXT0217": "rules that no value can keep";
    PATTERN_MALFORMED = "EXT0218": "a pattern that is no regular expression";
    DEFAULT_MISFIT = "EXT0219": "a default that breaks the type or the rules";
    EXAMPLE_MISFIT = "EXT0220": "an example that breaks the type or the rules";
    FUNCTION_OUTPUTS = "EXT0221": "a function without exactly one output";
    OUTPUT_NAMES = "EXT0222": "names of outputs that do not fit the result";
    MAP_KEY = "EXT0223": "a map with keys that JSON cannot have";
    RESERVED_NAME = "EXT0224": "a name that is the platform's";
    JSON_NAME = "EXT0226": "two parts have one name in JSON";
    RENAMED_FROM = "EXT0227": "a former name that is somebody else's";
    TYPE_UNUSED = "EXT0228": "a type that no action reaches";
    DESCRIPTION_LENGTH = "EXT0229": "a description that is too long";
    IDENTITY = "EXT0230": "a package is stored under the name or version of another one";

    NOT_AN_EXTENSION = "EXT0401": "a package that is no extension";
    TOOLCHAIN = "EXT0402": "no toolchain for WebAssembly";
    BUILD_FAILED = "EXT0403": "cargo could not build the extension";
    PACK_FAILED = "EXT0404": "the artifact cannot be packed";
    PROJECT = "EXT0405": "the project cannot be read";
    PACKAGE_CHOICE = "EXT0406": "it is not clear which package is meant";
    NEW_FAILED = "EXT0407": "a new project cannot be written";
    FILE = "EXT0408": "a file cannot be read or written";
    CODE_UNKNOWN = "EXT0410": "no message has this code";
    NOT_COMMITTED = "EXT0411": "a file would change that version control does not have";
    DEPENDENCY = "EXT0412": "a dependency does not build for WebAssembly";
    DEBUG_BUILD = "EXT0413": "a debug build is published";

    ACTION_UNKNOWN = "EXT0501": "no action has this name";
    ARGUMENTS = "EXT0502": "arguments do not fit the action";
    ACTION_FAILED = "EXT0503": "the action answered with its own error";
    TRAPPED = "EXT0504": "the action panicked or trapped";
    LIMIT = "EXT0505": "a limit of the call was reached";
    LOAD = "EXT0506": "the package cannot be loaded";
    MISMATCH = "EXT0507": "the package's definition and its component differ";
    SERVER = "EXT0508": "a platform server cannot be used";

    NOT_A_DEPENDENCY = "EXT0602": "an extension that the application does not use";
    APPLICATION_MANIFEST = "EXT0603": "the application's Cargo.toml cannot be edited";
    BUILD_SCRIPT = "EXT0604": "the application's build.rs needs a hand";
    DEFINITION_COPY = "EXT0605": "the copy of a definition is missing or unreadable";
    NOT_LOCKED = "EXT0606": "an extension is not in Ext.lock";

    SOURCES_MISSING = "EXT0701": "there are no sources to migrate";
    NO_LIBRARY = "EXT0702": "the sources are not those of an extension";
    SEVERAL_LIBRARIES = "EXT0703": "the sources are those of several extensions";
    FOLDER_EXISTS = "EXT0704": "the folder to write to is there already";

    SOURCE_SYNTAX = "EXT0801": "a source file that is no Rust";
    ELEMENT_FORM = "EXT0802": "an element that cannot be read";
    ELEMENT_EXISTS = "EXT0803": "an element of this name is there already";
    SOURCE_FILE = "EXT0804": "a file that cannot be one of the crate's";
    EDIT_REFUSED = "EXT0805": "an edit that would leave no Rust";
    ITEM_UNKNOWN = "EXT0806": "no item of the source has this name";
    EDITOR = "EXT0807": "no editor, or one that fails";
    WIT_UNREADABLE = "EXT0808": "WIT that cannot be read";
    WIT_UNSUPPORTED = "EXT0809": "WIT that no extension can have";
    SYNC_KEPT = "EXT0810": "the source has what the definition lacks";
    SYNC_BY_HAND = "EXT0811": "a difference that is left to a human";

    // The macros write these codes into their messages (`ext-macros/src/errors.rs`).
    ITEM = "EXT0901": "an attribute on an item that it is not for";
    ACTION_QUALIFIER = "EXT0902": "an action with a qualifier that no action can have";
    GENERIC = "EXT0903": "an item with parameters that it cannot have";
    SELF_PARAMETER = "EXT0904": "an action that is a method";
    PARAMETER_PATTERN = "EXT0905": "a parameter without a name";
    PARAMETER_CFG = "EXT0906": "a parameter that is not in every build";
    NOT_OWNED = "EXT0907": "a type that cannot cross the boundary";
    EMPTY = "EXT0908": "a structure or an enum with nothing in it";
    UNNAMED_FIELDS = "EXT0909": "a structure whose fields have no names";
    ATTRIBUTE_UNKNOWN = "EXT0910": "an attribute that nobody knows";
    ATTRIBUTE_PLACE = "EXT0911": "an attribute where it cannot stand";
    ATTRIBUTE_TWICE = "EXT0912": "an attribute that is there twice";
    ATTRIBUTE_VALUE = "EXT0913": "an attribute's value that cannot be read";
    TRANSPARENT = "EXT0914": "a transparent structure that is more than its field";
    MESSAGE = "EXT0915": "an error's message that cannot be put together";
    CONTRADICTION = "EXT0916": "attributes that contradict each other";
    SERDE_ATTRIBUTE = "EXT0917": "an attribute of serde that has no effect";

    NOT_DEPLOYED = "EXT1001": "nothing of this name and version is deployed";
    BODY_UNREADABLE = "EXT1002": "a request that cannot be read";
    BODY_TOO_LARGE = "EXT1003": "a request that is too large";
    MEDIA_TYPE = "EXT1004": "a request of a media type that is not read";
    NO_TOKEN = "EXT1005": "a request without a valid token";
    NOT_COVERED = "EXT1006": "a request that its token does not cover";
    TOO_MANY_CALLS = "EXT1007": "too many calls of one extension at once";
    SERVER_FULL = "EXT1008": "a server that is full, or ends";
    METHOD = "EXT1009": "a method that is not for this address";
    NOT_GRANTED = "EXT1010": "permissions that were not granted";
    PACKAGE_REFUSED = "EXT1011": "a package that cannot be deployed";
    NO_EARLIER_VERSION = "EXT1012": "no version to go back to";
    STORE_FAILED = "EXT1013": "the server's store failed";
    SERVER_START = "EXT1014": "the server cannot start";
    SERVER_UNREACHABLE = "EXT1015": "the server cannot be reached";
    NO_PAGE = "EXT1016": "nothing is at this address";
    NOT_LOADED = "EXT1017": "a deployed version that cannot be loaded";
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(super::ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
