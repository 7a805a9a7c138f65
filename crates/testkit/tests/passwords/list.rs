//! A list of breached passwords on this machine, which answers as it is told and remembers who asked.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::response::Response;
use http_body::Frame;

/// How the list answers.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    /// With this text.
    Text(String),
    /// With this status and a text that looks like a list.
    Status(u16),
    /// It sends the caller to a list that holds nothing.
    Elsewhere,
    /// Never.
    Silent,
    /// With a first line, and never with the next.
    Stalled,
}

/// The list.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) url: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and target, as sent.
    pub(crate) line: String,
    /// Name and value of each header, in lower case names.
    pub(crate) headers: Vec<(String, String)>,
}

/// A line that no password of these tests has.
pub(crate) const OTHER: &str = "0000000000000000000000000000000000A:7\r\n";

impl List {
    pub(crate) async fn start(mood: Mood) -> Self {
        let asked = Arc::default();
        let answering = Router::new()
            .fallback(answer)
            .with_state((mood, Arc::clone(&asked)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, answering).into_future());
        Self { url, asked }
    }
}

async fn answer(
    State((mood, asked)): State<(Mood, Arc<Mutex<Vec<Asked>>>)>,
    request: Request,
) -> Response<Body> {
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
    };
    asked.lock().unwrap().push(Asked {
        line: format!("{} {}", request.method(), request.uri()),
        headers: request.headers().iter().map(header).collect(),
    });
    if request.uri().path().starts_with("/elsewhere") {
        return Response::new(Body::from(OTHER));
    }
    match mood {
        Mood::Text(text) => Response::new(Body::from(text)),
        Mood::Status(status) => Response::builder()
            .status(status)
            .body(Body::from(OTHER))
            .unwrap(),
        Mood::Elsewhere => Response::builder()
            .status(302)
            .header(LOCATION, "/elsewhere")
            .body(Body::from(OTHER))
            .unwrap(),
        Mood::Silent => std::future::pending().await,
        Mood::Stalled => Response::new(Body::new(Stalled(Some(OTHER)))),
    }
}

/// A body that begins and never ends.
struct Stalled(Option<&'static str>);

impl http_body::Body for Stalled {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.0.take() {
            Some(text) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(text))))),
            None => Poll::Pending,
        }
    }
}
