//! The one runtime of the process, whatever number of engines and worker threads there are.

use std::thread::available_parallelism;

use napi::bindgen_prelude::create_custom_tokio_runtime;
use tokio::runtime::Builder;

/// Requests are short and passwords are hashed elsewhere: more threads would only wait.
const MOST_THREADS: usize = 4;

#[napi_derive::module_init]
fn init() {
    let threads = available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("horizon-auth")
        .enable_all()
        .build();
    // Without threads the one of napi is tried, which says why it cannot be made.
    if let Ok(runtime) = runtime {
        create_custom_tokio_runtime(runtime);
    }
}
