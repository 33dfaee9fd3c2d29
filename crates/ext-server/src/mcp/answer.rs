//! What a call gives, as the result of a tool.

use ext_definition::code;
use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::{Value, json};

use super::tool::{Offered, RESULT};
use crate::problem::Problem;

/// The member of `_meta` that holds the problem of a call that failed.
const PROBLEM: &str = "problem";

/// The result: structured, and as text for models. Also how many bytes it takes until it is sent.
pub fn success(tool: &Offered, result: Value) -> (CallToolResult, usize) {
    if tool.tool.output_schema.is_none() {
        return (CallToolResult::success(vec![ContentBlock::text("Done.")]), 0);
    }
    let text = match &result {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // Twice here, and twice in the message.
    let size = text.len().saturating_mul(4);
    let mut answer = CallToolResult::success(vec![ContentBlock::text(text)]);
    answer.structured_content = Some(match tool.wrapped {
        true => json!({ RESULT: result }),
        false => result,
    });
    (answer, size)
}

/// Why there is no result, in words that a model can act upon. The problem as the server
/// gives it everywhere is in `_meta`: many clients hold structured content against the tool's
/// schema, failed or not, and would show that instead of the failure.
pub fn failure(problem: &Problem) -> CallToolResult {
    let mut text = problem.detail().to_owned();
    if problem.code() == code::ACTION_FAILED
        && let Some(error) = problem.member("error").filter(|it| it.as_str() != Some(&text))
    {
        text.push_str(&format!("\nerror: {error}"));
    }
    let mut answer = CallToolResult::error(vec![ContentBlock::text(text)]);
    let mut meta = MetaObject::default();
    meta.insert(PROBLEM.to_owned(), problem.to_json());
    answer.meta = Some(meta);
    answer
}
