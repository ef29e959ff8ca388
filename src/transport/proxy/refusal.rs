//! What it means when a proxy does not let a request through.

use http::StatusCode;
use http::header::CONTENT_ENCODING;

use crate::error::{Cause, Error};
use crate::message::{Answer, Document, asked_pause, decode};
use crate::redact::Redactor;
use crate::secret::Secret;

/// Where proxies say in short what their page says at length: squid, and all that follow RFC 9209.
const SHORT_WORDS: [&str; 2] = ["x-squid-error", "proxy-status"];

/// Where their documents say it: those of API gateways, SOAP, and problem details (RFC 9457).
const WORDS: [&str; 5] = ["message", "errorMessage", "faultstring", "title", "detail"];

/// Reads a proxy's refusal of a tunnel. `name` is its host and port; `redactor` keeps out of its words what it was told.
pub(in crate::transport) fn refusal(answer: &Answer, name: &str, redactor: &Redactor) -> Error {
    let Answer { response, came } = answer;
    let status = response.status();
    let cause = match status {
        // tinyproxy says 401 for a wrong password.
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => Cause::ProxyDenied,
        // RFC 6585: a login at the proxy is due, which no later try gets past by itself.
        StatusCode::NETWORK_AUTHENTICATION_REQUIRED => Cause::ProxyRefused,
        // It has tried.
        status if status.is_server_error() => Cause::ProxyCannotReach,
        _ => Cause::ProxyRefused,
    };
    let text = decode(response.headers(), &response.body().bytes);
    let document = Document::parse(&text);
    let in_document = words_of(&document);
    let mut words: Vec<&str> = in_document.iter().map(Secret::expose).collect();
    words.push(match &document {
        Document::WebPage(title) => title,
        // Compressed, perhaps.
        Document::Text(text) if !response.headers().contains_key(CONTENT_ENCODING) => text,
        _ => "",
    });
    for name in SHORT_WORDS {
        words.extend(response.headers().get(name).and_then(|value| value.to_str().ok()));
    }
    words.retain(|words| !words.is_empty());
    let words = redactor.sanitize(&words.join("; "));
    // The request is sent through the tunnel, and there is none.
    Error::new(cause)
        .request_sent(false)
        .detail(format_args!("{name}: HTTP {}", status.as_u16()))
        .retry_after(asked_pause(response.headers(), came.wall))
        .answered(status.as_u16(), String::new(), words)
}

/// What a document of a gateway says in its outermost element.
fn words_of(document: &Document<'_>) -> Vec<Secret> {
    let elements = document.root().into_iter().flat_map(|root| WORDS.iter().flat_map(move |name| root.children(name)));
    elements.filter_map(|element| element.value()).collect()
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::refusal;
    use crate::error::{Code, Error};
    use crate::message::{Answer, Body, Moment};
    use crate::redact::Redactor;

    fn refused(status: u16, header: (&str, &str), body: &str) -> Error {
        let body = Body { bytes: body.as_bytes().to_vec().into(), cut: None };
        let response = Response::builder().status(status).header(header.0, header.1).body(body).unwrap();
        refusal(&Answer { response, came: Moment::now() }, "proxy:3128", &Redactor::new(&["hunter22"], &[]))
    }

    #[test]
    fn the_status_tells_who_must_act() {
        for (status, code, pause) in [
            (407, Code::ProxyDenied, None),
            (401, Code::ProxyDenied, None),
            (403, Code::Proxy, None),
            (404, Code::Proxy, None),
            (302, Code::Proxy, None),
            (511, Code::Proxy, None),
            (503, Code::Proxy, Some(60)),
            (502, Code::Proxy, Some(60)),
        ] {
            let error = refused(status, ("server", "x"), "");
            assert_eq!((error.code(), error.pause().map(|pause| pause.as_secs())), (code, pause), "{status}");
            assert_eq!(error.http_status(), Some(status));
            assert!(error.message().ends_with(&format!("proxy:3128: HTTP {status}")), "{error}");
        }
        assert_eq!(refused(503, ("retry-after", "120"), "").pause().map(|pause| pause.as_secs()), Some(120));
    }

    #[test]
    fn the_proxy_is_quoted_but_not_with_what_it_was_told() {
        let page = "<html><head><title>ERROR</title></head><body>x</body></html>";
        let squid = refused(403, ("x-squid-error", "ERR_ACCESS_DENIED 0"), page);
        assert_eq!(squid.server_message(), "ERROR; ERR_ACCESS_DENIED 0");
        for body in [
            "no way out",
            "{\"title\":\"no\",\"detail\":\"way out\"}",
            "{\"message\":\"no way out\"}",
            "<e><faultstring>no way out</faultstring></e>",
        ] {
            let said = refused(403, ("server", "x"), body).server_message().replace("; ", " ");
            assert_eq!(said, "no way out", "{body}");
        }
        assert_eq!(refused(403, ("content-encoding", "gzip"), "\u{1}\u{2}x").server_message(), "");
        assert!(!refused(407, ("server", "x"), "user:hunter22 is wrong").server_message().contains("hunter22"));
    }
}
