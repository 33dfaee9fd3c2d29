//! The action as a native handler: axum on tokio, with its defaults. It is a process of its
//! own, this program started again, as the other servers are.

use std::net::SocketAddr;

use axum::routing::post;
use axum::{Json, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::failed;
use crate::{Failure, Result};

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

async fn quote(Json(Arguments { sku, quantity, price }): Json<Arguments>) -> Json<Quote> {
    let full = price.saturating_mul(u64::from(quantity));
    let discounted = quantity >= 100;
    Json(Quote { discounted, sku, total: if discounted { full / 10 * 9 } else { full } })
}

/// Serves until it is killed; says where.
pub fn serve() -> Result {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let served: std::io::Result<()> = runtime.map_err(failed)?.block_on(async {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        println!("http://{}", listener.local_addr()?);
        let service = TowerToHyperService::new(Router::new().route("/", post(quote)));
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let service = service.clone();
            tokio::spawn(async move {
                let builder = Builder::new(TokioExecutor::new());
                // A connection that breaks off concerns its other end.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    served.map_err(|error| Failure(error.to_string()))
}
