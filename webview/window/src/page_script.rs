//! Scripts that the window runs in the page: the one that each load begins with, and those that tell the page something.
//! What is put into them is a nonce, or text made into JSON or percent signs; nothing else ever becomes code.

use crate::nonce::Nonce;

/// Runs before the page's own scripts: gives it the nonce and the way to speak to the window, tells when the first
/// content is on the screen, and turns the keys of the zoom into messages.
pub(crate) fn opening(nonce: &Nonce) -> String {
    OPENING.replace("%THIS_LOAD%", nonce.expose())
}

const OPENING: &str = r#"(() => {
  "use strict";
  const channel = window.webkit.messageHandlers.ipc;
  const nonce = "%THIS_LOAD%";
  const say = (message) => channel.postMessage(JSON.stringify({ nonce, ...message }));
  Object.defineProperty(window, "__MOOT_SHELL_NONCE__", { value: nonce });
  if (!window.ipc) {
    const postMessage = (text) => channel.postMessage(text);
    Object.defineProperty(window, "ipc", { value: Object.freeze({ postMessage }) });
  }
  const painted = () => say({ kind: document.visibilityState === "hidden" ? "hidden" : "painted" });
  if (PerformanceObserver.supportedEntryTypes.includes("paint")) {
    const observer = new PerformanceObserver((seen) => {
      if (!seen.getEntriesByName("first-contentful-paint").length) return;
      observer.disconnect();
      painted();
    });
    observer.observe({ type: "paint", buffered: true });
  } else {
    addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(painted)));
  }
  addEventListener("load", () => {
    if (document.visibilityState === "hidden") painted();
  });
  const steps = { "+": "in", "=": "in", "-": "out", "_": "out", "0": "reset" };
  addEventListener(
    "keydown",
    (event) => {
      const step = event.ctrlKey && !event.altKey && !event.metaKey ? steps[event.key] : undefined;
      if (!step) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      say({ kind: "zoom", step });
    },
    { capture: true },
  );
})();"#;

/// Hands a `moot://` link to the page, as if it had been in the address.
pub(crate) fn open_link(link: &str) -> String {
    format!("location.hash = \"#link={}\";", escaped(link))
}

/// Hands the fragment of an address to the page, which takes a ticket out of it at any time; none if it holds more than
/// tickets and links do.
pub(crate) fn hand_over(url: &str) -> Option<String> {
    let (_, fragment) = url.split_once('#')?;
    let plain = fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%=&".contains(&byte));
    plain.then(|| format!("location.hash = \"#{fragment}\";"))
}

/// Tells the page that the person clicked its notification.
pub(crate) fn notification_chosen(tag: &str) -> String {
    // JSON is a subset of what scripts are written in.
    let tag = serde_json::to_string(tag).unwrap_or_default();
    format!("window.dispatchEvent(new CustomEvent(\"moot-notification\", {{ detail: {tag} }}));")
}

/// The address of the interface with a link behind the ticket.
pub(crate) fn with_link(url: &str, link: Option<&str>) -> String {
    match link {
        Some(link) if url.contains('#') => format!("{url}&link={}", escaped(link)),
        Some(link) => format!("{url}#link={}", escaped(link)),
        None => url.to_owned(),
    }
}

/// Every byte but letters, digits and `-._~` as a percent sign and two digits.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_code() {
        let evil = "moot://join/\");alert(1)//\u{2028}</script>";
        let script = open_link(evil);
        assert!(script.starts_with("location.hash = \"#link=moot%3A%2F%2Fjoin%2F%22%29%3Balert%281%29"), "{script}");
        assert_eq!(script.matches('"').count(), 2, "{script}");
        let script = notification_chosen("\"});alert(1);//");
        assert!(script.contains(r#"detail: "\"});alert(1);//" "#), "{script}");
    }

    #[test]
    fn a_link_stands_behind_the_ticket() {
        assert_eq!(with_link("http://127.0.0.1:1/#ticket=x", None), "http://127.0.0.1:1/#ticket=x");
        let both = with_link("http://127.0.0.1:1/#ticket=x", Some("moot://join/a+b"));
        assert_eq!(both, "http://127.0.0.1:1/#ticket=x&link=moot%3A%2F%2Fjoin%2Fa%2Bb");
        assert_eq!(with_link("http://127.0.0.1:1/", Some("a")), "http://127.0.0.1:1/#link=a");
    }

    #[test]
    fn only_a_plain_fragment_is_handed_over() {
        let script = hand_over("http://127.0.0.1:1/#ticket=A-_b&link=moot%3A").expect("plain");
        assert_eq!(script, "location.hash = \"#ticket=A-_b&link=moot%3A\";");
        assert_eq!(hand_over("http://127.0.0.1:1/#\");alert(1)//"), None);
        assert_eq!(hand_over("http://127.0.0.1:1/"), None);
    }

    #[test]
    fn the_opening_holds_the_nonce_once() {
        let nonce = Nonce::generate().expect("random");
        let script = opening(&nonce);
        assert_eq!(script.matches(nonce.expose()).count(), 1);
        assert!(script.contains("__MOOT_SHELL_NONCE__"));
    }
}
