use super::*;

fn extension(name: &str) -> Extension {
    let types = json!([
        { "name": "Color", "kind": "enum", "cases": [
            { "name": "Red", "description": "Like blood." }, { "name": "Green" },
        ] },
        { "name": "Line", "description": "A line.", "kind": "structure", "fields": [
            { "name": "sku", "type": "string", "rules": { "json_name": "SKU", "max_length": 4 } },
            { "name": "price", "type": "decimal", "rules": { "min": 0, "decimals": 2, "default": 1.5 } },
            { "name": "color", "type": { "option": { "named": "Color" } }, "description": "Its color." },
        ] },
        { "name": "Login", "kind": "structure", "fields": [
            { "name": "pin", "type": "string", "rules": { "secret": true } },
        ] },
        { "name": "Session", "kind": "structure", "fields": [
            { "name": "key", "type": "string", "rules": { "secret": true } },
        ] },
        { "name": "Wrong", "kind": "variant", "cases": [
            { "name": "Empty", "description": "There is no line.", "message": "no line at all" },
            { "name": "TooMany", "type": "u32" },
        ] },
        { "name": "Unused", "kind": "enum", "cases": [{ "name": "Never" }] },
    ]);
    let actions = json!([
        {
            "name": "log_in", "parameters": [{ "name": "login", "type": { "named": "Login" } }],
            "result": { "named": "Session" }, "error": "unit",
        },
        {
            "name": "price_order", "description": "Prices an order.\n\nTwice.",
            "options": { "title": "Price it", "function": true, "outputs": ["net", "tax"] },
            "parameters": [
                { "name": "lines", "type": { "list": { "named": "Line" } }, "description": "All." },
                { "name": "color", "type": { "named": "Color" }, "rules": { "default": "Red" } },
                { "name": "day", "type": { "option": "date" }, "rules": { "example": "2026-01-02" } },
            ],
            "result": { "tuple": ["decimal", { "option": "f64" }] },
            "error": { "named": "Wrong" },
        },
        {
            "name": "store", "options": { "deprecated": "use `keep`" },
            "parameters": [
                { "name": "data", "type": { "list": "u8" }, "rules": { "max_length": 9 } },
                { "name": "pair", "type": { "tuple": ["u8", "string"] } },
                { "name": "name", "type": { "option": "string" } },
            ],
            "error": { "named": "Wrong" },
        },
        { "name": "load", "parameters": [], "result": { "list": "u8" } },
    ]);
    let package = crate::package::Package {
        namespace: "acme".into(),
        name: name.into(),
        version: "1.2.3".into(),
        description: "Orders.".into(),
        license: "MIT".into(),
        ..Default::default()
    };
    Extension {
        format: crate::model::FORMAT,
        package,
        actions: serde_json::from_value(actions).unwrap(),
        types: serde_json::from_value(types).unwrap(),
    }
}

fn document(version: Version) -> Value {
    let definition = &extension("orders");
    let served = Served { definition, path: "/v1/acme/orders" };
    render(&[served], &Options { version, ..Options::default() })
}

fn at<'a>(document: &'a Value, pointer: &str) -> &'a Value {
    document.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in {document:#}"))
}

/// Every reference, wherever it is.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|it| references(it, found));
        }
        Value::Array(values) => values.iter().for_each(|it| references(it, found)),
        _ => {}
    }
}

/// References lead to components, and to every one of them.
fn assert_complete(document: &Value) {
    let mut found = BTreeSet::new();
    references(document, &mut found);
    let components = document["components"].as_object().unwrap().iter();
    let there =
        components.filter(|(kind, _)| *kind != "securitySchemes").flat_map(|(kind, all)| {
            let names = all.as_object().unwrap().keys();
            names.map(move |name| format!("#/components/{kind}/{name}"))
        });
    assert_eq!(found, there.collect::<BTreeSet<_>>());
}

const ORDER: &str = "/paths/~1v1~1acme~1orders~1price-order";

#[test]
fn an_action_is_an_operation() {
    let document = document(Version::V31);
    assert_complete(&document);
    assert_eq!(document["info"]["version"], "1.2.3");
    assert_eq!(document["info"]["license"], json!({ "name": "MIT", "identifier": "MIT" }));
    assert_eq!(document["tags"], json!([{ "name": "acme:orders", "description": "Orders." }]));
    assert_eq!(document["security"], json!([{ "bearer": [] }]));
    let here = json!([{ "url": "/", "description": "The server that runs the extensions." }]);
    assert_eq!(document["servers"], here);

    let post = at(&document, &format!("{ORDER}/post"));
    assert_eq!(post["operationId"], "acme__orders__price_order");
    assert_eq!(post["summary"], "Price it");
    assert_eq!(post["description"], "Prices an order.\n\nTwice.");
    let schema = at(post, "/requestBody/content/application~1json/schema");
    assert_eq!(schema["required"], json!(["lines"]));
    assert_eq!(
        schema["properties"]["color"],
        json!({ "$ref": "#/components/schemas/acme__orders__Color", "default": "Red" })
    );
    assert_eq!(
        schema["properties"]["day"],
        json!({
            "anyOf": [{ "type": "string", "format": "date" }, { "type": "null" }],
            "examples": ["2026-01-02"],
        })
    );
    let example = at(post, "/requestBody/content/application~1json/example");
    assert_eq!(
        *example,
        json!({ "lines": [{ "SKU": "text", "price": 1.5 }], "color": "Red", "day": "2026-01-02" })
    );
    let answer = at(post, "/responses/200/content/application~1json");
    assert_eq!(answer["example"], json!({ "net": "12.50", "tax": 1.5 }));
    assert_eq!(answer["schema"]["properties"]["net"]["type"], json!(["string", "number"]));
    let statuses: Vec<&String> = post["responses"].as_object().unwrap().keys().collect();
    let expected =
        "200 400 401 403 404 413 415 422 429 500 503 504 default".split(' ').collect::<Vec<_>>();
    assert_eq!(statuses, expected);
    let price = at(&document, "/components/schemas/acme__orders__Line/properties/price");
    assert_eq!(price["description"], "Must be: at least 0, at most 2 decimals.");
}

#[test]
fn own_errors_are_typed_and_shown() {
    let document = document(Version::V31);
    for action in ["price-order", "store"] {
        let response = format!("/paths/~1v1~1acme~1orders~1{action}/post/responses/422/$ref");
        assert_eq!(at(&document, &response), "#/components/responses/acme__orders__WrongProblem");
    }
    let wrong = at(&document, "/components/schemas/acme__orders__WrongProblem");
    assert_eq!(
        wrong["properties"]["error"],
        json!({ "$ref": "#/components/schemas/acme__orders__Wrong" })
    );
    assert!(wrong["required"].as_array().unwrap().contains(&"error".into()));
    let response = at(&document, "/components/responses/acme__orders__WrongProblem");
    let said = response["description"].as_str().unwrap();
    assert!(said.ends_with("`Empty`: There is no line.\n\n`TooMany`"), "{said}");
    let examples = at(response, "/content/application~1problem+json/examples");
    assert_eq!(examples["Empty"]["value"]["detail"], "no line at all");
    assert_eq!(examples["Empty"]["value"]["error"], "Empty");
    assert_eq!(examples["TooMany"]["value"]["error"], json!({ "TooMany": 1 }));
    // No reason at all.
    let unit = at(&document, "/components/schemas/acme__orders__LogInProblem/properties/error");
    assert_eq!(*unit, json!({ "type": "null" }));
    let full = at(&document, "/components/responses/Unavailable/headers");
    assert!(full.get("Retry-After").is_some() && full.get("x-request-id").is_some());
}

#[test]
fn functions_are_read_by_get() {
    for version in [Version::V31, Version::V30] {
        let document = document(version);
        let get = at(&document, &format!("{ORDER}/get"));
        assert_eq!(get["operationId"], "acme__orders__get_price_order");
        assert_eq!(get.get("requestBody"), None);
        let [_, lines, color, day] = get["parameters"].as_array().unwrap().as_slice() else {
            panic!("{get:#}");
        };
        // What is no single value is JSON.
        assert_eq!(lines["required"], true);
        assert_eq!(lines["description"], "All.");
        assert_eq!(at(lines, "/content/application~1json/schema/type"), "array");
        assert_eq!(color["schema"]["$ref"], "#/components/schemas/acme__orders__Color");
        // Left out instead of being `null`.
        assert_eq!((day.get("required"), &day["schema"]["format"]), (None, &json!("date")));
        assert_eq!(day["schema"].get("nullable"), None);
        assert!(at(get, "/responses/200/headers").get("ETag").is_some());
        assert!(at(get, "/responses/304/headers").get("ETag").is_some());
        let store = at(&document, "/paths/~1v1~1acme~1orders~1store");
        assert_eq!(store.get("get"), None);
    }
}

#[test]
fn binary_data_is_a_part_of_a_form_too() {
    for (version, json_form, part_form) in [
        (
            Version::V31,
            json!({ "type": "string", "contentEncoding": "base64" }),
            json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        ),
        (
            Version::V30,
            json!({ "type": "string", "format": "byte" }),
            json!({ "type": "string", "format": "binary" }),
        ),
    ] {
        let document = document(version);
        let post = at(&document, "/paths/~1v1~1acme~1orders~1store/post");
        assert_eq!(post["deprecated"], true);
        assert_eq!(post["description"], "Deprecated: use `keep`");
        // No result: no body.
        assert_eq!(at(post, "/responses/204").get("content"), None);
        // As base64, and as it is.
        let load = at(&document, "/paths/~1v1~1acme~1orders~1load/post/responses/200/content");
        assert_eq!(at(load, "/application~1json/schema"), &json_form);
        let raw = load["application/octet-stream"].get("schema");
        assert_eq!(
            raw.map(|it| &it["format"]),
            (version == Version::V30).then(|| &part_form["format"])
        );
        let contents = at(post, "/requestBody/content");
        let form = &contents["multipart/form-data"];
        let mut expected = [json_form, part_form];
        for expected in &mut expected {
            expected["description"] = "Must be: at most 9 bytes.".into();
        }
        assert_eq!(*at(contents, "/application~1json/schema/properties/data"), expected[0]);
        assert_eq!(form["schema"]["properties"]["data"], expected[1]);
        assert_eq!(form["schema"]["required"], json!(["data", "pair"]));
        assert_eq!(form["schema"]["properties"]["name"], json!({ "type": "string" }));
        assert_eq!(form["encoding"], json!({ "pair": { "contentType": "application/json" } }));
    }
}

#[test]
fn secrets_are_write_only_unless_an_answer_has_them() {
    let document = document(Version::V31);
    let pin = at(&document, "/components/schemas/acme__orders__Login/properties/pin");
    assert_eq!(*pin, json!({ "type": "string", "format": "password", "writeOnly": true }));
    let key = at(&document, "/components/schemas/acme__orders__Session/properties/key");
    assert_eq!(*key, json!({ "type": "string", "format": "password" }));
}

#[test]
fn schemas_say_what_callers_may_send() {
    let document = document(Version::V31);
    let store = at(&document, "/paths/~1v1~1acme~1orders~1store/post/requestBody/content");
    let pair = at(store, "/application~1json/schema/properties/pair");
    assert_eq!(
        *pair,
        json!({
            "type": "array", "minItems": 2, "maxItems": 2,
            "prefixItems": [
                { "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 },
                { "type": "string" },
            ],
        })
    );
    assert_eq!(
        document["components"]["schemas"]["acme__orders__Color"],
        json!({
            "type": "string", "enum": ["Red", "Green"], "description": "`Red`: Like blood.",
        })
    );
}

#[test]
fn version_3_0_uses_its_own_words_only() {
    let document = document(Version::V30);
    assert_complete(&document);
    let text = document.to_string();
    for word in ["$defs", "\"const\"", "prefixItems", "contentEncoding", "\"null\"", "anyOf"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert_eq!(document.get("jsonSchemaDialect"), None);
    assert_eq!(document["info"]["license"], json!({ "name": "MIT" }));
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["acme__orders__Line"]["properties"],
        json!({
            "SKU": { "type": "string", "maxLength": 4 },
            "price": {
                "type": "string", "format": "decimal", "default": "1.5",
                "description": "Must be: at least 0, at most 2 decimals.",
            },
            "color": { "$ref": "#/components/schemas/acme__orders__Color" },
        })
    );
    assert_eq!(
        schemas["acme__orders__Color"],
        json!({
            "type": "string", "enum": ["Red", "Green", null], "nullable": true,
            "description": "`Red`: Like blood.",
        })
    );
    let pair = at(
        &document,
        "/paths/~1v1~1acme~1orders~1store/post/requestBody/content/application~1json/schema/properties/pair",
    );
    assert_eq!(pair["items"], json!({}));
    assert_eq!(pair["maxItems"], 2);
}

#[test]
fn extensions_share_a_document() {
    let (orders, bills) = (extension("orders"), extension("bills"));
    let served = |definition, path| Served { definition, path };
    let documents = [
        served(&orders, "/v1/acme/orders"),
        served(&orders, "/v1/acme/orders@1.2"),
        served(&bills, "/v1/acme/bills/"),
    ];
    let options = Options {
        servers: vec!["https://ext.example.com".into()],
        token_optional: true,
        ..Options::default()
    };
    let document = render(&documents, &options);
    assert_complete(&document);
    assert_eq!(document["servers"], json!([{ "url": "https://ext.example.com" }]));
    assert_eq!(document["security"], json!([{}, { "bearer": [] }]));
    let mut identifiers = BTreeSet::new();
    let methods = document["paths"].as_object().unwrap().values();
    for operation in methods.flat_map(|it| it.as_object().unwrap().values()) {
        let identifier = operation["operationId"].as_str().unwrap();
        assert!(identifiers.insert(identifier), "{operation:#}");
    }
    assert_eq!(identifiers.len(), 15);
    assert!(identifiers.contains(&"acme__orders__price_order"));
    assert!(identifiers.contains(&"acme__orders__1_2__get_price_order"));
    for name in ["acme__orders__Line", "acme__orders__1_2__Line", "acme__bills__WrongProblem"] {
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(tags, ["acme:orders", "acme:orders@1.2", "acme:bills"]);
    assert!(document["paths"].get("/v1/acme/bills/store").is_some());
}

/// All names that generated clients make identifiers of.
fn names(documents: &[Served<'_>]) -> BTreeSet<String> {
    let document = render(documents, &Options::default());
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|it| it.as_object().unwrap().values());
    let operations = operations.map(|it| it["operationId"].as_str().unwrap().to_owned());
    let schemas = document["components"]["schemas"].as_object().unwrap().keys().cloned();
    let all: Vec<String> = operations.chain(schemas).collect();
    let names: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(names.len(), all.len());
    for name in &names {
        let plain = name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        assert!(plain && !name.starts_with(|it: char| it.is_ascii_digit()), "{name}");
    }
    names
}

#[test]
fn names_are_identifiers_and_the_same_in_every_document() {
    let (orders, bills) = (extension("orders"), extension("bills"));
    let mut other = extension("b-orders");
    other.package.namespace = "acme-a".into();
    let mut similar = extension("a-b-orders");
    similar.package.namespace = "acme".into();
    let served = |definition, path| Served { definition, path };
    let alone = names(&[served(&orders, "/v1/acme/orders")]);
    assert_eq!(names(&[served(&orders, "/v1/acme/orders@1.2")]), alone);
    let together = names(&[
        served(&bills, "/v1/acme/bills"),
        served(&orders, "/v1/acme/orders"),
        served(&other, "/v1/acme-a/b-orders"),
        served(&similar, "/v1/acme/a-b-orders"),
    ]);
    assert!(alone.is_subset(&together));
}

#[test]
fn tags_always_have_a_description() {
    let mut definition = extension("orders");
    definition.package.description = String::new();
    let served = Served { definition: &definition, path: "/v1/acme/orders" };
    let document = render(&[served], &Options::default());
    assert_eq!(document["tags"][0]["description"], "The actions of acme:orders.");
}

#[test]
fn nothing_served_is_a_document() {
    let document = render(&[], &Options::default());
    assert_eq!(document["paths"], json!({}));
    assert_complete(&document);
}
