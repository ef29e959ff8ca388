//! Reads the response of a proxy that rejects a request.

use http::StatusCode;
use http::header::CONTENT_ENCODING;

use crate::error::{Cause, Error};
use crate::message::{Answer, Document, decode, requested_pause};
use crate::redact::Redactor;
use crate::secret::Secret;

/// The headers with a short form of the error text: of squid, and of proxies that follow RFC 9209.
const TEXT_HEADERS: [&str; 2] = ["x-squid-error", "proxy-status"];

/// The names of the error text in documents: of API gateways, SOAP, and problem details (RFC 9457).
const TEXT_NAMES: [&str; 5] = ["message", "errorMessage", "faultstring", "title", "detail"];

/// Reads a proxy's rejection of a tunnel. `name` is its host and port; `redactor` removes the sent values from its
/// error text.
pub(in crate::transport) fn refusal(answer: &Answer, name: &str, redactor: &Redactor) -> Error {
    let Answer { response, came } = answer;
    let status = response.status();
    let cause = match status {
        // tinyproxy sends status 401 for a wrong password.
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => Cause::ProxyDenied,
        // RFC 6585: the proxy requires a login, so a retry alone does not help.
        StatusCode::NETWORK_AUTHENTICATION_REQUIRED => Cause::ProxyRefused,
        // The proxy has tried to connect.
        status if status.is_server_error() => Cause::ProxyCannotReach,
        _ => Cause::ProxyRefused,
    };
    let text = decode(response.headers(), &response.body().bytes);
    let document = Document::parse(&text);
    let in_document = error_texts(&document);
    let mut texts: Vec<&str> = in_document.iter().map(Secret::expose).collect();
    texts.push(match &document {
        Document::WebPage(title) => title,
        // The text may be compressed.
        Document::Text(text) if !response.headers().contains_key(CONTENT_ENCODING) => text,
        _ => "",
    });
    for name in TEXT_HEADERS {
        texts.extend(response.headers().get(name).and_then(|value| value.to_str().ok()));
    }
    texts.retain(|text| !text.is_empty());
    let message = redactor.sanitize(&texts.join("; "));
    // The request is sent through the tunnel, and there is none.
    Error::new(cause)
        .request_sent(false)
        .detail(format_args!("{name}: HTTP {}", status.as_u16()))
        .retry_after(requested_pause(response.headers(), came.wall))
        .answered(status.as_u16(), String::new(), message)
}

/// Returns the error texts in the outermost element of a gateway's document.
fn error_texts(document: &Document<'_>) -> Vec<Secret> {
    let elements =
        document.root().into_iter().flat_map(|root| TEXT_NAMES.iter().flat_map(move |name| root.children(name)));
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
    fn rejection_has_the_cause_of_its_status() {
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
    fn proxy_error_text_is_quoted_without_sent_values() {
        let page = "<html><head><title>ERROR</title></head><body>x</body></html>";
        let squid = refused(403, ("x-squid-error", "ERR_ACCESS_DENIED 0"), page);
        assert_eq!(squid.server_message(), "ERROR; ERR_ACCESS_DENIED 0");
        for body in [
            "no route",
            "{\"title\":\"no\",\"detail\":\"route\"}",
            "{\"message\":\"no route\"}",
            "<e><faultstring>no route</faultstring></e>",
        ] {
            let shown = refused(403, ("server", "x"), body).server_message().replace("; ", " ");
            assert_eq!(shown, "no route", "{body}");
        }
        assert_eq!(refused(403, ("content-encoding", "gzip"), "\u{1}\u{2}x").server_message(), "");
        assert!(!refused(407, ("server", "x"), "user:hunter22 is wrong").server_message().contains("hunter22"));
    }
}
