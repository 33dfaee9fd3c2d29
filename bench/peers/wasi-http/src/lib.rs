//! The action of the extension `quotes`, as a careful person writes it for `wasi:http`: the
//! body is read in one piece where it comes so, and the answer says how long it is.

use serde::{Deserialize, Serialize};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

wasip2::http::proxy::export!(Quotes);

struct Quotes;

#[derive(Deserialize)]
struct Arguments {
    sku: String,
    quantity: u32,
    price: u64,
}

/// The fields in the order in which ours writes them.
#[derive(Serialize)]
struct Quote {
    sku: String,
    total: u64,
    discounted: bool,
}

impl Guest for Quotes {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        let quote = body(&request).and_then(|body| serde_json::from_slice(&body).ok()).map(quote);
        let (status, text) = match quote {
            Some(quote) => (200, serde_json::to_vec(&quote).unwrap_or_default()),
            None => (400, Vec::new()),
        };
        let length = text.len().to_string().into_bytes();
        let headers = [
            ("content-type".to_owned(), b"application/json".to_vec()),
            ("content-length".to_owned(), length),
        ];
        let Ok(headers) = Fields::from_list(&headers) else {
            return ResponseOutparam::set(answer, Err(ErrorCode::InternalError(None)));
        };
        let response = OutgoingResponse::new(headers);
        let _ = response.set_status_code(status);
        let Ok(body) = response.body() else {
            return ResponseOutparam::set(answer, Err(ErrorCode::InternalError(None)));
        };
        ResponseOutparam::set(answer, Ok(response));
        if let Ok(stream) = body.write() {
            let _ = stream.blocking_write_and_flush(&text);
        }
        let _ = OutgoingBody::finish(body, None);
    }
}

fn quote(Arguments { sku, quantity, price }: Arguments) -> Quote {
    let full = price.saturating_mul(u64::from(quantity));
    let discounted = quantity >= 100;
    Quote { discounted, sku, total: if discounted { full / 10 * 9 } else { full } }
}

/// The body of a request.
fn body(request: &IncomingRequest) -> Option<Vec<u8>> {
    let body = request.consume().ok()?;
    let stream = body.stream().ok()?;
    let mut whole = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(part) if whole.is_empty() => whole = part,
            Ok(part) => whole.extend(part),
            Err(StreamError::Closed) => return Some(whole),
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
    }
}
