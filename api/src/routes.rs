//! The routes that the component answers.

/// A route of the component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `POST /analyze`.
    Analyze,
    /// `GET /health`.
    Health,
    /// `GET /formats`.
    Formats,
    /// `GET /openapi.json`.
    OpenApi,
}

impl Route {
    /// Every route.
    pub const ALL: &[Self] = &[Self::Analyze, Self::Health, Self::Formats, Self::OpenApi];

    /// Its path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Analyze => "/analyze",
            Self::Health => "/health",
            Self::Formats => "/formats",
            Self::OpenApi => "/openapi.json",
        }
    }

    /// Its methods, as in an `Allow` header; `OPTIONS` is answered everywhere.
    #[must_use]
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Analyze => "POST",
            Self::Health | Self::Formats | Self::OpenApi => "GET, HEAD",
        }
    }

    /// The method to use.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Analyze => "POST",
            Self::Health | Self::Formats | Self::OpenApi => "GET",
        }
    }

    /// What it answers, as Markdown.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Analyze => "analyses one file",
            Self::Health => "says that the service is up, at once, also while analyses run",
            Self::Formats => "what can be decoded, the formats of answers, and the limits in force",
            Self::OpenApi => "this contract as OpenAPI 3.1",
        }
    }

    /// The route of a path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|route| route.path() == path)
    }
}

/// The paths of [`Route::ALL`].
pub const PATHS: &[&str] =
    &[Route::Analyze.path(), Route::Health.path(), Route::Formats.path(), Route::OpenApi.path()];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_routes() {
        assert_eq!(PATHS, Route::ALL.iter().map(|route| route.path()).collect::<Vec<_>>());
        assert_eq!(Route::of("/health"), Some(Route::Health));
        assert_eq!(Route::of("/health/"), None);
    }
}
