//! Large answers, which are accounted for until their client has read them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::response::{IntoResponse as _, Response};
use ext_definition::code;
use hyper::body::{Frame, SizeHint};

use crate::gate::Permit;
use crate::problem::Problem;
use crate::room::{Room, Taken};

/// Answers of at most so many bytes are not accounted for.
const SMALL: usize = 64 << 10;

/// Bytes of a frame. Over TLS, hyper copies each frame, which is not accounted for.
const FRAME: usize = 64 << 10;

/// Takes the room for an answer, if it is large.
///
/// # Errors
/// When there is none.
pub fn room_for(room: &Arc<Room>, bytes: usize) -> Result<Option<Taken>, Problem> {
    let mut taken = room.enter();
    take(&mut taken, bytes)?;
    Ok((taken.bytes() > 0).then_some(taken))
}

/// Takes more room for an answer, if it is large.
///
/// # Errors
/// When there is none.
pub fn take(taken: &mut Taken, bytes: usize) -> Result<(), Problem> {
    if bytes <= SMALL || taken.more(bytes) {
        return Ok(());
    }
    let message = format!(
        "no memory is left for an answer of {bytes} bytes, although the action ran; help: retry \
         later, or raise `requests-bytes` in server.toml"
    );
    Err(Problem::new(code::SERVER_FULL, message).retry_after(1))
}

/// The body of an answer. A large one keeps its room, and the permit of its call, so that a slow
/// reader has no more calls meanwhile.
pub fn body(bytes: Vec<u8>, taken: Option<Taken>, permit: Option<Permit>) -> Body {
    match taken {
        None => Body::from(bytes),
        Some(taken) => Body::new(Held { bytes: bytes.into(), _holds: (taken, permit) }),
    }
}

/// The same answer, which takes its room if it is large.
pub async fn accounted(room: &Arc<Room>, response: Response) -> Response {
    let size = response.body().size_hint().exact().unwrap_or_default();
    match room_for(room, usize::try_from(size).unwrap_or(usize::MAX)) {
        Ok(None) => response,
        Ok(Some(taken)) => holding(response, taken).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same answer, with a body that keeps something until it is read.
pub async fn holding<T: Send + Unpin + 'static>(response: Response, holds: T) -> Response {
    let (parts, body) = response.into_parts();
    // Others are written while they are read.
    if body.size_hint().exact().is_none() {
        return Response::from_parts(parts, body);
    }
    // All of it is there.
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::new(Held { bytes, _holds: holds }))
}

struct Held<T> {
    bytes: Bytes,
    _holds: T,
}

impl<T: Unpin> hyper::body::Body for Held<T> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let size = FRAME.min(self.bytes.len());
        Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_takes_room_until_it_is_read() {
        let room = Room::new(SMALL * 4);
        let bytes: Vec<u8> = (0..=255).cycle().take(SMALL * 3 + 1).collect();
        let taken = room_for(&room, bytes.len()).unwrap();
        let body = body(bytes.clone(), taken, None);
        assert_eq!(room.taken(), bytes.len());
        let refused = room_for(&room, SMALL + 1).unwrap_err();
        assert_eq!(refused.code(), code::SERVER_FULL);
        assert!(room_for(&room, SMALL).unwrap().is_none());
        assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap(), bytes);
        assert_eq!(room.taken(), 0);
    }
}
