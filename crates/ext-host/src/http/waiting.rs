//! Waiting that ends with the call. An instance that waits for the network does not see its
//! deadline, so that what it waits with does: these are the functions of `wasi:io` that wait.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime::{StoreContextMut, Trap};
use wasmtime_wasi::p2::bindings::io::poll::{Host as _, HostPollable as _};
use wasmtime_wasi::p2::bindings::io::streams::{self, Host as _};
use wasmtime_wasi::p2::bindings::io::streams::{HostInputStream as _, HostOutputStream as _};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamResult};
use wasmtime_wasi::runtime::in_tokio;

use crate::sandbox::Sandbox;

type Store<'a> = StoreContextMut<'a, Sandbox>;
type Input = Resource<DynInputStream>;
type Output = Resource<DynOutputStream>;

/// Replaces the functions that wait.
pub fn add_to_linker(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    // The version that wasmtime-wasi has: another one would stand beside it.
    let mut poll = linker.instance("wasi:io/poll@0.2.12")?;
    poll.func_wrap("poll", |store: Store, (list,): (Vec<Resource<DynPollable>>,)| {
        Ok((wait(store, async |table| table.poll(list).await)??,))
    })?;
    poll.func_wrap("[method]pollable.block", |store: Store, (it,): (Resource<DynPollable>,)| {
        wait(store, async |table| table.block(it).await)?
    })?;
    let mut streams = linker.instance("wasi:io/streams@0.2.12")?;
    streams.func_wrap(
        "[method]input-stream.blocking-read",
        |store: Store, (input, length): (Input, u64)| {
            wait_for_stream(store, async |table| table.blocking_read(input, length).await)
        },
    )?;
    streams.func_wrap(
        "[method]input-stream.blocking-skip",
        |store: Store, (input, length): (Input, u64)| {
            wait_for_stream(store, async |table| table.blocking_skip(input, length).await)
        },
    )?;
    streams.func_wrap(
        "[method]output-stream.blocking-write-and-flush",
        |store: Store, (output, bytes): (Output, Vec<u8>)| {
            wait_for_stream(store, async |table| {
                table.blocking_write_and_flush(output, bytes).await
            })
        },
    )?;
    streams.func_wrap(
        "[method]output-stream.blocking-write-zeroes-and-flush",
        |store: Store, (output, length): (Output, u64)| {
            wait_for_stream(store, async |table| {
                table.blocking_write_zeroes_and_flush(output, length).await
            })
        },
    )?;
    streams.func_wrap(
        "[method]output-stream.blocking-flush",
        |store: Store, (output,): (Output,)| {
            wait_for_stream(store, async |table| table.blocking_flush(output).await)
        },
    )?;
    streams.func_wrap(
        "[method]output-stream.blocking-splice",
        |store: Store, (output, input, length): (Output, Input, u64)| {
            wait_for_stream(store, async |table| table.blocking_splice(output, input, length).await)
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// What comes of it; or the call ends here.
fn wait<T>(
    mut store: Store<'_>,
    what: impl AsyncFnOnce(&mut ResourceTable) -> T,
) -> wasmtime::Result<T> {
    let (table, end) = store.data_mut().waits();
    in_tokio(async {
        let (mut what, mut end) = (pin!(what(table)), pin!(end));
        // Most of it does not wait at all.
        poll_fn(|context| match what.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => end.as_mut().poll(context).map(|()| Err(Trap::Interrupt.into())),
        })
        .await
    })
}

type StreamAnswer<T> = wasmtime::Result<(Result<T, streams::StreamError>,)>;

fn wait_for_stream<T>(
    mut store: Store<'_>,
    what: impl AsyncFnOnce(&mut ResourceTable) -> StreamResult<T>,
) -> StreamAnswer<T> {
    use wasmtime::AsContextMut;

    match wait(store.as_context_mut(), what)? {
        Ok(done) => Ok((Ok(done),)),
        Err(error) => {
            let (table, _) = store.data_mut().waits();
            Ok((Err(table.convert_stream_error(error)?),))
        }
    }
}
