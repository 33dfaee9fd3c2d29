//! MCP over the standard streams of a process that a client starts.

use std::sync::Arc;

use rmcp::service::ServerInitializeError;

use super::Handler;
use crate::auth::Caller;
use crate::platform::Platform;
use crate::settings::StartError;

/// Answers the client that started this process, until it closes the stream.
///
/// # Errors
/// When what the client sends first is not MCP.
pub async fn serve_stdio(platform: Arc<Platform>) -> Result<(), StartError> {
    let handler = Handler::new(platform, Caller::stdio(), None);
    match rmcp::serve_server(handler, rmcp::transport::io::stdio_pipes()).await {
        Ok(service) => {
            // It ends with the stream; there is nobody left to be told why.
            let _ = service.waiting().await;
            Ok(())
        }
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(StartError::new(format!("the client does not speak MCP: {error}"))),
    }
}
