//! Traces for OpenTelemetry, by the feature `otel`: spans of requests, of calls to database and Redis, of hashing and
//! of mails, sent to a collector by OTLP over HTTP.
//!
//! Configured by the standard variables: nothing happens without `OTEL_EXPORTER_OTLP_ENDPOINT` or
//! `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`; `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` and the rest work as documented
//! there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use horizon_auth::config::{Config, environment};
use opentelemetry::context::FutureExt as _;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::ui::Failure;

const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];

/// The way to the collector; what waits to be sent is sent when it is dropped.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Opens it, if the environment names a collector. Not within an async runtime: the exporter has its own thread.
    pub(crate) fn open() -> Result<Option<Self>, Failure> {
        let variables = environment();
        let is_set = |wanted: &str| {
            variables
                .iter()
                .any(|(name, value)| name == wanted && !value.is_empty())
        };
        if !ENDPOINTS.into_iter().any(is_set) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .build()
            .map_err(|error| Failure::because("traces cannot be sent", &error))?;
        let mut resource = Resource::builder();
        if !is_set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("horizon-auth");
        }
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_batch_exporter(exporter)
            .build();
        Ok(Some(Self(provider)))
    }

    /// What makes spans of ours into its spans.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("horizon-auth"))
            // Places in the source and threads tell an operator nothing.
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(Targets::new().with_target("horizon_auth::trace", LevelFilter::TRACE))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the last traces were not sent"
            );
        }
    }
}

/// Whether a peer may say to which trace a request belongs. Anybody else could write into the traces of others.
pub(crate) type Believed = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The proxies that are believed about other things too.
pub(crate) fn believed(config: &Config) -> Believed {
    let proxies = config.http.trusted_proxies.clone();
    Arc::new(move |peer| {
        proxies
            .iter()
            .any(|network| network.contains(&peer.to_canonical()))
    })
}

/// Lets a request belong to the trace that a believed proxy names in `traceparent`.
pub(crate) async fn join_trace(State(believed): State<Believed>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if !peer.is_some_and(|peer| believed(peer.0.ip())) {
        return next.run(request).await;
    }
    let context = TraceContextPropagator::new().extract(&Headers(request.headers()));
    next.run(request).with_context(context).await
}

struct Headers<'a>(&'a axum::http::HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
