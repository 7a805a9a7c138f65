//! What is told of one route beside its method, its path and who may call it.

use horizon_auth_core::error::Code;

/// An operation of the document. What follows from who may call the route and from what is sent is not repeated
/// here; `render.rs` adds it.
#[derive(Debug)]
pub(super) struct Operation {
    /// Name of the method of a generated client. Never changed.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) body: Body,
    pub(super) answers: Vec<Answer>,
    /// Refusals that its flow knows.
    pub(super) codes: Vec<Code>,
    pub(super) parameters: Vec<Parameter>,
    /// What else is to be known of it.
    pub(super) traits: Vec<Trait>,
}

/// What may be said of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trait {
    /// It looks which tenant a request names, and whether there is such a tenant.
    FindsTenant,
    /// It is refused if a page of another site sent it, also without a session cookie.
    ExpectsOwnPage,
    /// Credentials are looked at if there are any, and may be missing.
    CredentialsMayBeMissing,
    /// It answers without a look into database or cache.
    NeedsNoStorage,
    /// All of its answers are pages.
    IsPage,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// Nothing that would be looked at. What is there must be JSON all the same, so that no form can be sent.
    Ignored,
    /// A JSON object of this schema.
    Json(&'static str),
    /// The same, and it may be missing.
    OptionalJson(&'static str),
    /// A form of this schema.
    Form(&'static str),
}

/// An answer that is no refusal.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) content: Content,
    pub(super) sets_cookies: bool,
    /// Headers of their own, by name of their component.
    pub(super) headers: &'static [(&'static str, &'static str)],
}

/// The body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    None,
    /// JSON of one of these schemas, with a session cookie in place of tokens of the second.
    Json(&'static str),
    /// The first to whoever came with a token, the second to whoever came with a session cookie.
    ByCredentials(&'static str, &'static str),
    Page,
}

/// A parameter that one or few routes have, by name of its component.
pub(super) type Parameter = &'static str;

impl Operation {
    pub(super) const fn new(tag: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            body: Body::None,
            answers: Vec::new(),
            codes: Vec::new(),
            parameters: Vec::new(),
            traits: Vec::new(),
        }
    }

    pub(super) const fn reads(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// An answer with JSON.
    pub(super) fn answers(self, status: u16, schema: &'static str, about: &'static str) -> Self {
        self.answers_with(status, Content::Json(schema), about)
    }

    pub(super) fn answers_with(mut self, status: u16, content: Content, about: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            about,
            content,
            sets_cookies: false,
            headers: &[],
        });
        self
    }

    /// Says of the answer named last that it sets, renews or removes cookies.
    pub(super) fn with_cookies(mut self) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.sets_cookies = true;
        }
        self
    }

    /// Says which headers the answer named last has.
    pub(super) fn with_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.headers = headers;
        }
        self
    }

    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }

    pub(super) fn takes(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    pub(super) fn is(&self, one: Trait) -> bool {
        self.traits.contains(&one)
    }

    pub(super) fn that(mut self, one: Trait) -> Self {
        self.traits.push(one);
        self
    }

    pub(super) fn in_tenant(self) -> Self {
        self.that(Trait::FindsTenant)
    }
}
