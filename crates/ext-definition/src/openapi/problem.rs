//! What can go wrong with a call: problem details (RFC 9457), shared by all operations.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::unique;

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The names of the shared schemas: no type of an extension has them.
pub struct Problems {
    problem: String,
    violations: String,
    not_found: String,
    failure: String,
}

/// The shared responses: status, name, description.
const RESPONSES: [(&str, &str, &str); 11] = [
    (
        "400",
        "BadRequest",
        "The arguments do not fit (EXT0502): every reason, with its path. Or the body is not what \
         its media type says (EXT1002).",
    ),
    ("401", "Unauthorized", "No valid token (EXT1005)."),
    ("403", "Forbidden", "The token does not cover this call (EXT1006)."),
    ("404", "NotFound", "No extension (EXT1001), or no action (EXT0501), of this name."),
    ("413", "TooLarge", "The body is too large (EXT1003)."),
    ("415", "UnsupportedMediaType", "The body is of another media type (EXT1004)."),
    ("429", "TooManyRequests", "Too many calls of this extension (EXT1007)."),
    (
        "500",
        "Failed",
        "The action panicked or trapped (EXT0504), took more memory or gave more than it may \
         (EXT0505), or cannot be run (EXT0506).",
    ),
    (
        "503",
        "Unavailable",
        "The server is full or ends (EXT1008), its store failed (EXT1013), or the version cannot be \
         loaded (EXT1017).",
    ),
    ("504", "TimedOut", "The action took longer than it may (EXT0505)."),
    ("default", "Other", "Any other failure."),
];

impl Problems {
    pub fn new(names: &mut BTreeSet<String>) -> Self {
        Self {
            problem: unique(names, "Problem"),
            violations: unique(names, "Violations"),
            not_found: unique(names, "NotFound"),
            failure: unique(names, "Failure"),
        }
    }

    /// For an operation: which response is which.
    pub fn of_operation(&self, has_body: bool) -> Map<String, Value> {
        (RESPONSES.iter())
            .filter(|(status, ..)| has_body || !matches!(*status, "413" | "415"))
            .map(|(status, name, _)| {
                let place = format!("#/components/responses/{name}");
                ((*status).to_owned(), json!({ "$ref": place }))
            })
            .collect()
    }

    pub fn responses(&self) -> Map<String, Value> {
        let response = |(status, name, description): &(&str, &str, &str)| {
            let schema = match *status {
                "400" => &self.violations,
                "404" => &self.not_found,
                "500" | "504" => &self.failure,
                _ => &self.problem,
            };
            let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
            let mut headers = request_id_header();
            if matches!(*status, "429" | "503") {
                headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
            }
            let mut content = json!({ "schema": schema });
            if *status == "400" {
                content["example"] = example(
                    "EXT0502",
                    400,
                    "`lines[2].quantity` must be a whole number from 0 to 255",
                );
                content["example"]["violations"] = json!([{
                    "path": "lines[2].quantity",
                    "reason": "must be a whole number from 0 to 255",
                }]);
            }
            let response = json!({
                "description": description,
                "headers": headers,
                "content": { MEDIA_TYPE: content },
            });
            ((*name).to_owned(), response)
        };
        RESPONSES.iter().map(response).collect()
    }

    pub fn schemas(&self) -> Map<String, Value> {
        let text = |description: &str| json!({ "type": "string", "description": description });
        let violation = json!({
            "type": "object",
            "properties": {
                "path": text("Where: `lines[2].quantity`."),
                "reason": text("Why: `must be a whole number from 0 to 255`."),
            },
            "required": ["path", "reason"],
        });
        let limit = json!({
            "type": "object",
            "description": "Which limit was reached (EXT0505, EXT1003).",
            "properties": {
                "kind": { "type": "string", "enum": ["time", "memory", "result", "body"] },
                "allowed": {
                    "type": "integer",
                    "format": "int64",
                    "description": "In milliseconds, or in bytes.",
                },
            },
            "required": ["kind", "allowed"],
        });
        let known = json!({
            "type": "array",
            "items": { "type": "string" },
            "description": "The names of the actions that there are (EXT0501).",
        });
        let violations = json!({
            "type": "array",
            "items": violation,
            "description": "Everything that does not fit (EXT0502).",
        });
        let trap = text("The panic's message, or what WebAssembly forbids (EXT0504).");
        let place = text("Where in the extension's source: `src/lib.rs:3:5`.");
        Map::from_iter([
            (self.problem.clone(), schema("What went wrong (RFC 9457).", &[])),
            (
                self.violations.clone(),
                schema("What is wrong with a call.", &[("violations", violations)]),
            ),
            (self.not_found.clone(), schema("What is not there.", &[("known", known)])),
            (
                self.failure.clone(),
                schema("How a call failed.", &[("trap", trap), ("place", place), ("limit", limit)]),
            ),
        ])
    }
}

/// Problem details with these members besides, which need not be there.
pub fn schema(description: &str, besides: &[(&str, Value)]) -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut schema = json!({
        "type": "object",
        "description": description,
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "description": "Where the code is explained: `/errors/EXT0502`.",
            },
            "title": text("What the code means."),
            "status": { "type": "integer", "format": "int32", "description": "The status." },
            "detail": text("What went wrong this time, for people."),
            "instance": {
                "type": "string",
                "format": "uri-reference",
                "description": "The call that it ended, if there was one: `/calls/REQUEST-ID`.",
            },
            "code": text("The code of the mistake: `EXT0502`."),
        },
        "required": ["type", "title", "status", "detail", "code"],
    });
    for (name, member) in besides {
        schema["properties"][*name] = member.clone();
    }
    schema
}

/// An example of problem details.
pub fn example(code: &str, status: u16, detail: &str) -> Value {
    let title = crate::code::ALL.iter().find(|it| it.0.0 == code).map_or("", |it| it.1);
    json!({
        "type": format!("/errors/{code}"),
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "/calls/7f3c9a52",
        "code": code,
    })
}

/// The headers that every answer has.
pub fn request_id_header() -> Value {
    json!({ "x-request-id": { "$ref": "#/components/headers/RequestId" } })
}

const REQUEST_ID: &str = "^[A-Za-z0-9._-]{1,128}$";

/// The parameter by which a caller names its call.
pub fn request_id() -> Value {
    json!({
        "name": "x-request-id",
        "in": "header",
        "description": "The call's identifier: at most 128 of `A-Z a-z 0-9 . _ -`. \
            The server makes one, if it is missing or has another form.",
        "schema": { "type": "string" },
    })
}

pub fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "The call's identifier.",
            "schema": { "type": "string", "pattern": REQUEST_ID },
        },
        "RetryAfter": {
            "description": "After how many seconds to try again.",
            "schema": { "type": "integer", "format": "int32", "minimum": 0 },
        },
    })
}
